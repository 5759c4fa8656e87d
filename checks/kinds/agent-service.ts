// State of a service of the host, as its agent reported it last: within minutes of a
// change. While the agent is away it is not known.

import Type from 'typebox';
import type { GatewayApi } from '#gateway/api.ts';
import type { HostDetail, InventoryApi } from '#inventory/api.ts';
import { notConnected } from '../agent/agent-requests.ts';
import { defineCheckKind, verdict, type CheckKind, type CheckResult } from './check-kind.ts';

const AgentServiceSpec = Type.Object(
  {
    service: Type.String({ minLength: 1, maxLength: 256, description: 'Name of the unit, without .service.' }),
    expect: Type.Union([Type.Literal('running'), Type.Literal('stopped')], { default: 'running' }),
    failState: Type.Union([Type.Literal('critical'), Type.Literal('warning')], {
      default: 'critical',
      description: 'State when the service is not as expected.',
    }),
    // The agent reports at each change, at least once an hour.
    maxAgeSec: Type.Integer({ minimum: 60, maximum: 7 * 86_400, default: 2 * 3600, description: 'Older is UNKNOWN.' }),
  },
  { additionalProperties: false },
);

export const createAgentServiceKind = (deps: {
  inventory: Pick<InventoryApi, 'getHost'>;
  gateway: Pick<GatewayApi, 'agentOfHost'>;
}): CheckKind =>
  defineCheckKind({
    kind: 'agent_service',
    title: 'Service, as the agent reports it',
    specSchema: AgentServiceSpec,
    compile:
      (spec) =>
      async ({ target, clock }) => {
        const agent = await deps.gateway.agentOfHost(target.hostId);
        if (agent && !agent.connected)
          return verdict('unknown', `SERVICE UNKNOWN - ${notConnected(agent.lastContactAtMs)}`);
        return judgeService(await deps.inventory.getHost(target.hostId), spec, clock.nowMs());
      },
  });

/** Pure. */
export function judgeService(
  host: Pick<HostDetail, 'services' | 'reportedAtMs'>,
  spec: { service: string; expect: 'running' | 'stopped'; failState: 'critical' | 'warning'; maxAgeSec: number },
  nowMs: number,
): CheckResult {
  if (host.reportedAtMs === undefined)
    return verdict('unknown', 'SERVICE UNKNOWN - no agent has reported this host yet');
  const ageSec = Math.max(0, Math.round((nowMs - host.reportedAtMs) / 1000));
  if (ageSec > spec.maxAgeSec)
    return verdict('unknown', `SERVICE UNKNOWN - the agent reported last ${ageSec} seconds ago`);
  const wanted = spec.service.replace(/\.service$/, '');
  const service = host.services.find(({ name }) => name === wanted);
  const state = service?.state ?? 'stopped';
  const said = service ? `${wanted} is ${state}` : `there is no service ${wanted}`;
  if (state === spec.expect) return verdict('ok', `SERVICE OK - ${said}`);
  const verdictState = state === 'unknown' ? 'unknown' : spec.failState;
  return verdict(verdictState, `SERVICE ${verdictState.toUpperCase()} - ${said}, expected ${spec.expect}`);
}

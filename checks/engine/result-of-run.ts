// From what a run or a sender said to what the machine counts. Pure.

import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';
import { decideHostResult } from '../machine/host-result.ts';
import { decideServiceResult } from '../machine/service-result.ts';
import type { ObjectNode, Said } from './node.ts';
import type { AnyDecision } from './settle.ts';

/** `up` and `down` for a service, or the four words for a host, are what the nearest plugin would say. */
export function decideResult(
  node: ObjectNode,
  result: { state: ServiceState | HostState; isPassive: boolean; said: Said },
  nowMs: number,
): AnyDecision {
  const { state, isPassive, said } = result;
  const arrived = {
    isPassive,
    isNewOutput: said.output !== node.said.output || said.longOutput !== node.said.longOutput,
  };
  return node.object === 'service'
    ? decideServiceResult(node.current, { ...arrived, state: toServiceState(state) }, node.settings, node, nowMs)
    : decideHostResult(
        node.current,
        { ...arrived, state: toHostState(state, node.settings.isAggressive) },
        node.settings,
        node,
        nowMs,
      );
}

const SERVICE_OF_HOST: Record<HostState, ServiceState> = { up: 'ok', down: 'critical', unreachable: 'unknown' };

export const toServiceState = (state: ServiceState | HostState): ServiceState =>
  state === 'up' || state === 'down' || state === 'unreachable' ? SERVICE_OF_HOST[state] : state;

/** A host answers when its plugin says OK or WARNING; strict sites count only OK. */
function toHostState(state: ServiceState | HostState, isWarningDown: boolean): HostState {
  switch (state) {
    case 'up':
    case 'down':
    case 'unreachable':
      return state;
    case 'ok':
      return 'up';
    case 'warning':
      return isWarningDown ? 'down' : 'up';
    case 'critical':
    case 'unknown':
      return 'down';
  }
}

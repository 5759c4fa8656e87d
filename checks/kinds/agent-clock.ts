// How far the clock of a host is from that of this server: asked of its agent, which
// answers with its own time. What the way there and back takes is left in doubt.

import Type from 'typebox';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import { formatPerfdata } from '#wire/perfdata.ts';
import type { AskAgent } from '../agent/agent-requests.ts';
import { defineCheckKind, verdict, type CheckKind, type CheckResult } from './check-kind.ts';

const AgentClockSpec = Type.Object(
  {
    warnSec: Type.Number({ default: 1, minimum: 0.01, maximum: 1e6 }),
    critSec: Type.Number({ default: 10, minimum: 0.01, maximum: 1e6 }),
  },
  { additionalProperties: false },
);

export const createAgentClockKind = (askAgent: AskAgent): CheckKind =>
  defineCheckKind({
    kind: 'agent_clock',
    title: 'Clock of the host, by its agent',
    specSchema: AgentClockSpec,
    compile:
      (spec) =>
      async ({ target, clock }, signal) => {
        const { hostId, checkId, timeoutMs } = target;
        const askedTick = clock.monotonicMs();
        const answer = await askAgent(
          { hostId, action: 'ping', body: {}, timeoutMs, askedBy: `check:${checkId}` },
          signal,
        );
        const wayMs = clock.monotonicMs() - askedTick;
        if (answer.how !== 'answered')
          return verdict(
            'unknown',
            `CLOCK UNKNOWN - ${answer.how === 'away' ? answer.reason : 'no answer of the agent in time'}`,
          );
        const hostMs = answer.outcome.result?.['nowMs'];
        if (typeof hostMs !== 'number')
          return verdict(
            'unknown',
            `CLOCK UNKNOWN - ${answer.outcome.reason ?? 'the agent is too old to tell its time'}`,
          );
        return judgeClock({ offsetMs: hostMs - (clock.nowMs() - wayMs / 2), doubtMs: wayMs / 2 }, spec);
      },
  });

/** Pure. Only what is beyond doubt counts: an answer that took long says less, and is no alarm. */
export function judgeClock(
  { offsetMs, doubtMs }: { offsetMs: number; doubtMs: number },
  { warnSec, critSec }: { warnSec: number; critSec: number },
): CheckResult {
  const sureSec = Math.max(0, Math.abs(offsetMs) - doubtMs) / 1000;
  const state: ServiceState = sureSec > critSec ? 'critical' : sureSec > warnSec ? 'warning' : 'ok';
  const offsetSec = offsetMs / 1000;
  const seconds = (sec: number) => `${Number(sec.toFixed(3))} s`;
  const way = offsetMs < 0 ? 'behind' : 'ahead of';
  return verdict(
    state,
    `CLOCK ${state.toUpperCase()} - ${seconds(Math.abs(offsetSec))} ${way} this server, ± ${seconds(doubtMs / 1000)} (warning above ${warnSec} s, critical above ${critSec} s)`,
    formatPerfdata([
      {
        ...{ label: 'offset', value: Number(offsetSec.toFixed(3)), uom: 's', min: null, max: null },
        ...{ warn: `${-warnSec}:${warnSec}`, crit: `${-critSec}:${critSec}` },
      },
    ]),
  );
}

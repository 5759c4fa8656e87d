// A job that reports by itself, such as a nightly backup: silence longer than its
// period and grace is CRITICAL, and so is a run that failed or takes too long.

import Type from 'typebox';
import { judgeHeartbeat } from '../heartbeat/judge-heartbeat.ts';
import type { ReadHeartbeat } from '../heartbeat/heartbeats.ts';
import { defineCheckKind, verdict, type CheckKind } from './check-kind.ts';

const YEAR_SEC = 366 * 86_400;

const HeartbeatSpec = Type.Object(
  {
    periodSec: Type.Integer({ minimum: 10, maximum: YEAR_SEC, description: 'A ping is expected this often.' }),
    graceSec: Type.Integer({ minimum: 0, maximum: YEAR_SEC, default: 300, description: 'How late one may come.' }),
    maxRunSec: Type.Optional(
      Type.Integer({ minimum: 1, maximum: YEAR_SEC, description: 'Longest run; without it, the grace.' }),
    ),
  },
  { additionalProperties: false },
);

export const createHeartbeatKind = (readHeartbeat: ReadHeartbeat): CheckKind =>
  defineCheckKind({
    kind: 'heartbeat',
    title: 'Ping from a job',
    specSchema: HeartbeatSpec,
    compile:
      (spec) =>
      async ({ target, clock }) => {
        const beat = await readHeartbeat(target.checkId);
        if (!beat) return verdict('unknown', 'HEARTBEAT UNKNOWN - no ping URL was made yet');
        const { state, sentence, perfdata } = judgeHeartbeat(beat, spec, clock.nowMs());
        return {
          ...verdict(state, `HEARTBEAT ${state.toUpperCase()} - ${sentence}`, perfdata),
          longOutput: beat.output,
        };
      },
  });

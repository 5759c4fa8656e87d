// Runs a kind as the runner does: settings in, a result under a time limit out.

import { systemClock, type Clock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { runCheck } from '#checks/run-check.ts';
import type { CheckKind, CheckResult } from '#checks/kinds/check-kind.ts';

export interface KindRun {
  timeoutMs?: number;
  isSettling?: boolean;
  hostName?: string;
  address?: string;
  stopping?: AbortSignal;
  clock?: Clock;
}

/** 'not_yet' and 'stopped' come back as they are. */
export async function runKind(
  kind: CheckKind,
  spec: unknown,
  run: KindRun = {},
): Promise<CheckResult | 'not_yet' | 'stopped'> {
  const { timeoutMs = 5000, isSettling = false, hostName = 'web-1', address = '127.0.0.1' } = run;
  const check = {
    id: 'check-1',
    name: 'check',
    hostId: 'host-1',
    hostName,
    address,
    kind: kind.kind,
    spec,
    intervalMs: 60_000,
    retryIntervalMs: 15_000,
    maxAttempts: 3,
    timeoutMs,
  };
  const deps = { clock: run.clock ?? systemClock(), log: silentLogger, kinds: new Map([[kind.kind, kind]]) };
  const stopping = run.stopping ?? new AbortController().signal;
  const finished = await runCheck(deps, check, { series: { cluster: 'c', host: hostName }, isSettling, stopping });
  return typeof finished === 'string' ? finished : finished.result;
}

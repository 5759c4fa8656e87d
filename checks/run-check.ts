// One run of one check under its time limit: whatever the executor does, there is a
// result soon after the limit, or none because the process is stopping.

import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { RunnableCheck } from './check-definition.ts';
import { verdict, type CheckKind, type CheckResult, type CheckTarget, type Preparation } from './kinds/check-kind.ts';

export interface FinishedRun {
  result: CheckResult;
  startedAtMs: number;
  executionMs: number;
}

interface RunContext {
  series: { cluster: string; host: string };
  isSettling: boolean;
  stopping: AbortSignal;
  /** Compiled before; made from the kind and the spec when absent. */
  prepared?: Preparation | undefined;
  /** Macros besides the name and address of the host. */
  macro?: CheckTarget['macro'];
}

/** An executor that has not answered its abort after so long is given up on, and its slot is free again. */
const GIVE_UP_MS = 2000;

/** Never rejects. 'not_yet' = nothing to say so soon after the start; 'stopped' = `stopping` aborted. */
export async function runCheck(
  deps: { clock: Clock; log: Logger; kinds: ReadonlyMap<string, CheckKind> },
  check: RunnableCheck,
  context: RunContext,
): Promise<FinishedRun | 'not_yet' | 'stopped'> {
  const { clock, log, kinds } = deps;
  const { series, isSettling, stopping } = context;
  const prepared = context.prepared ?? kinds.get(check.kind)?.prepare(check.spec);
  const startedAtMs = clock.nowMs();
  const startTick = clock.monotonicMs();
  const finish = (result: CheckResult): FinishedRun => ({
    result,
    startedAtMs,
    executionMs: clock.monotonicMs() - startTick,
  });
  if (!prepared) return finish(verdict('unknown', `There is no kind of check called ${JSON.stringify(check.kind)}`));
  if (!prepared.ok) {
    const [problem] = prepared.problems;
    return finish(verdict('unknown', `The settings of this check are wrong: ${problem?.path} ${problem?.message}`));
  }

  // One signal and one timer for both ends of a run: thousands begin in a second.
  const ending = new AbortController();
  const hung = Promise.withResolvers<'hung'>();
  const end = () => ending.abort();
  if (stopping.aborted) end();
  else stopping.addEventListener('abort', end, { once: true });
  let timer = clock.after(check.timeoutMs, () => {
    end();
    timer = clock.after(GIVE_UP_MS, () => hung.resolve('hung'));
  });
  const { id: checkId, hostId, hostName, address, timeoutMs } = check;
  const macro = context.macro ?? ((name: string) => ({ HOSTNAME: hostName, HOSTADDRESS: address })[name]);
  try {
    const outcome = await Promise.race([
      prepared.execute(
        { target: { checkId, hostId, hostName, series, address, timeoutMs, macro }, clock, isSettling },
        ending.signal,
      ),
      hung.promise,
    ]);
    if (stopping.aborted) return 'stopped';
    if (outcome === 'not_yet') return 'not_yet';
    return finish(
      outcome === 'hung' ? verdict('unknown', `(Check did not end after ${timeoutMs / 1000} seconds)`) : outcome,
    );
  } catch (error) {
    // Executors give verdicts, they do not throw: this one has a bug, which must not take the others down.
    log.error('a check could not be run', {
      check: check.id,
      name: check.name,
      kind: check.kind,
      ...errorFields(error),
    });
    return finish(verdict('unknown', '(Check could not be run; the reason is in the log of the server)'));
  } finally {
    timer.cancel();
    stopping.removeEventListener('abort', end);
  }
}

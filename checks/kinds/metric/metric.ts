// Judges a number made of a host's metrics against Nagios ranges. A value that is
// missing or late is UNKNOWN, unless its absence is what is looked for.

import { formatPerfdata } from '#wire/perfdata.ts';
import { judgeValue } from '#wire/threshold-range.ts';
import { defineCheckKind, verdict, type CheckKind, type CheckResult } from '../check-kind.ts';
import { describeLimits, limitsFor, type Limits } from './limits.ts';
import { measure } from './measure.ts';
import type { Measured, MetricSources } from './metric-sources.ts';
import { metricProblems, MetricSpec } from './metric-spec.ts';

export const createMetricKind = (sources: MetricSources): CheckKind =>
  defineCheckKind({
    kind: 'metric',
    title: 'Metric against a limit',
    specSchema: MetricSpec,
    specProblems: metricProblems,
    compile:
      (spec) =>
      async ({ target, clock, isSettling }, signal) => {
        const nowMs = clock.nowMs();
        const work = async (): Promise<{ measured: Measured; limits: Limits }> => ({
          limits: limitsFor(spec, spec.overrides ? await sources.groupsOf(target.hostId) : []),
          measured: await measure({ spec, target, sources, nowMs }),
        });
        const { measured, limits } = await orWhyNot(work(), signal, target.timeoutMs);
        // After a restart the values come within a collection interval; until then silence means nothing.
        const isSilence = !measured.ok || (spec.absence && measured.value === Infinity);
        if (isSilence && isSettling) return 'not_yet';
        return measured.ok
          ? judge(measured, limits)
          : verdict(spec.missingState, `METRIC ${spec.missingState.toUpperCase()} - ${measured.problem}`);
      },
  });

function judge(measured: Extract<Measured, { ok: true }>, limits: Limits): CheckResult {
  const { value, label, uom, sentence, beside = [] } = measured;
  const { warn, crit } = limits;
  const ranges = { ...(warn && { warn: warn.range }), ...(crit && { crit: crit.range }) };
  const state = value === null ? 'ok' : judgeValue(value, ranges);
  const bare = { warn: null, crit: null, min: null, max: null };
  const perfdata = formatPerfdata([
    {
      ...bare,
      label,
      uom,
      value: value === null || !Number.isFinite(value) ? null : value,
      warn: warn?.text ?? null,
      crit: crit?.text ?? null,
    },
    ...beside.map((one) => ({ ...bare, ...one })),
  ]);
  return verdict(state, `METRIC ${state.toUpperCase()} - ${sentence} (${describeLimits(limits)})`, perfdata);
}

type Found = { measured: Measured; limits: Limits };

/** A source that fails or does not answer in time is a problem to show, not a bug of the check. */
async function orWhyNot(work: Promise<Found>, signal: AbortSignal, timeoutMs: number): Promise<Found> {
  const without = (problem: string): Found => ({ measured: { ok: false, problem }, limits: {} });
  const late = Promise.withResolvers<Found>();
  const giveUp = () => late.resolve(without(`history did not answer within ${timeoutMs / 1000} seconds`));
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([
      work.catch((error: unknown) =>
        without(`the values could not be read: ${error instanceof Error ? error.message : String(error)}`),
      ),
      late.promise,
    ]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

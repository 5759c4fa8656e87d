// Answers a range query: opens what the plan names and folds samples and roll-up
// rows of each series into steps. Every source is brought to the same row.

import { setImmediate as turn } from 'node:timers/promises';
import type { RangeQuery } from '../history.ts';
import { decodeChunk, type Columns } from './chunk.ts';
import type { OpenHour } from './open-hour.ts';
import type { ReadRequest } from './protocol.ts';
import { planRead, type ReadPart } from './read-plan.ts';
import { rollUpColumns, sampleColumns, settleSamples } from './rows.ts';
import { openSegment, type Segment } from './segment-file.ts';
import type { StoreFiles } from './store-files.ts';
import { DAY_SEC, HOUR_MS, hoursOfDay, rawFile, tierFile, TIERS, type TierName } from './tiers.ts';

/** What one part of the plan is read from, in the order of time. */
type Source =
  | { kind: 'hour'; startMs: number; segments: Segment[]; arrivals: OpenHour[] }
  | { kind: 'tier'; startMs: number; stepMs: number; segment: Segment };

// Between so many series the thread takes other requests.
const SERIES_PER_TURN = 64;

/** Flat points per id, in the order of `ids`. Sees what was stored when it began. */
export async function readRange(files: StoreFiles, request: ReadRequest): Promise<Float64Array<ArrayBuffer>[]> {
  const sources: Source[] = [];
  try {
    // Opened at once and before the first pause: what is open stays readable when upkeep replaces it meanwhile.
    for (const part of planRead(files.stock(), request)) sources.push(...openSources(files, part, request));
    const rows = { samples: sampleColumns(), rollUps: rollUpColumns() };
    const answer: Float64Array<ArrayBuffer>[] = [];
    for (const [index, id] of request.ids.entries()) {
      if (index % SERIES_PER_TURN === SERIES_PER_TURN - 1) await turn();
      const steps = createSteps(request);
      for (const source of sources) fold(source, id, request, rows, steps);
      answer.push(steps.end());
    }
    return answer;
  } finally {
    for (const source of sources) closeSource(source);
  }
}

function closeSource(source: Source): void {
  for (const segment of source.kind === 'hour' ? source.segments : [source.segment]) segment.close();
}

function openSources(files: StoreFiles, part: ReadPart, range: ReadRequest): Source[] {
  if (part.from !== 'raw') return [openTier(files, part.day, part.from)];
  const sources: Source[] = [];
  for (const hour of hoursOfDay(part.day)) {
    const startMs = hour * HOUR_MS;
    const stock = files.hours.get(hour);
    if (!stock || startMs >= range.toMs || startMs + HOUR_MS <= range.fromMs) continue;
    const segments = stock.parts.map((number) => openSegment(files.pathOf(rawFile(hour, number))));
    sources.push({ kind: 'hour', startMs, segments, arrivals: stock.arrivals.map(({ samples }) => samples) });
  }
  return sources;
}

function openTier(files: StoreFiles, day: number, name: TierName): Source {
  const stepSec = TIERS.find((tier) => tier.name === name)?.stepSec ?? 1;
  const segment = openSegment(files.pathOf(tierFile(name, day)));
  return { kind: 'tier', startMs: day * DAY_SEC * 1000, stepMs: stepSec * 1000, segment };
}

function fold(
  source: Source,
  id: number,
  range: ReadRequest,
  rows: { samples: Columns; rollUps: Columns },
  steps: Steps,
): void {
  if (source.kind === 'tier') {
    const chunk = source.segment.chunk(id);
    if (chunk) foldTier(source, chunk, range, rows.rollUps, steps);
    return;
  }
  const { samples } = rows;
  samples.length = 0;
  for (const segment of source.segments) {
    const chunk = segment.chunk(id);
    if (chunk) decodeChunk(chunk, samples);
  }
  for (const arrivals of source.arrivals) arrivals.read(id, samples);
  settleSamples(samples);
  const [times, values] = samples.parts;
  for (let index = 0; times && values && index < samples.length; index++) {
    const atMs = source.startMs + (times[index] ?? 0);
    if (atMs < range.fromMs || atMs >= range.toMs) continue;
    const value = values[index] ?? 0;
    steps.add(atMs, 1, value, value, value, value);
  }
}

/** A row that the range cuts through is taken whole. */
function foldTier(
  source: Source & { kind: 'tier' },
  chunk: Uint8Array,
  range: ReadRequest,
  rollUps: Columns,
  steps: Steps,
): void {
  rollUps.length = 0;
  decodeChunk(chunk, rollUps);
  const [starts, counts, sums, lows, highs, lasts] = rollUps.parts;
  if (!starts || !counts || !sums || !lows || !highs || !lasts) return;
  for (let index = 0; index < rollUps.length; index++) {
    const atMs = source.startMs + (starts[index] ?? 0) * 1000;
    if (atMs + source.stepMs <= range.fromMs || atMs >= range.toMs) continue;
    steps.add(atMs, counts[index] ?? 0, sums[index] ?? 0, lows[index] ?? 0, highs[index] ?? 0, lasts[index] ?? 0);
  }
}

interface Steps {
  /** In the order of time. */
  add(atMs: number, count: number, sum: number, low: number, high: number, last: number): void;
  end(): Float64Array<ArrayBuffer>;
}

function createSteps({ stepSec, agg }: { stepSec: number; agg: RangeQuery['agg'] }): Steps {
  const stepMs = stepSec * 1000;
  let flat = new Float64Array(1024);
  let length = 0;
  let [step, endMs] = [0, -Infinity];
  let [count, sum, low, high, last] = [0, 0, 0, 0, 0];

  function valueOf(): number {
    if (agg === 'last') return last;
    if (agg === 'min') return low;
    // Neither rounding nor a sum that overflows must push an average out of its own envelope.
    return agg === 'max' ? high : Math.min(high, Math.max(low, sum / count));
  }

  function close(): void {
    if (count === 0) return;
    if (length + 4 > flat.length) {
      const larger = new Float64Array(flat.length * 2);
      larger.set(flat);
      flat = larger;
    }
    flat[length++] = step * stepMs;
    flat[length++] = valueOf();
    flat[length++] = low;
    flat[length++] = high;
  }

  return {
    add(atMs, rows, rowSum, rowLow, rowHigh, rowLast) {
      if (atMs >= endMs) {
        close();
        step = Math.floor(atMs / stepMs);
        endMs = (step + 1) * stepMs;
        [count, sum, low, high] = [0, 0, Infinity, -Infinity];
      }
      count += rows;
      sum += rowSum;
      if (rowLow < low) low = rowLow;
      if (rowHigh > high) high = rowHigh;
      last = rowLast;
    },
    end() {
      close();
      return flat.slice(0, length);
    },
  };
}

// Sorts the arrivals of an hour by series and time into a segment, together with
// what was sorted of that hour before. Reads and writes go on meanwhile.

import { rmSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import type { Serial } from '../serial.ts';
import { decodeChunk, encodeChunk, type Columns } from './chunk.ts';
import { sampleColumns, settleSamples } from './rows.ts';
import { createSegmentWriter, openSegment, type Segment } from './segment-file.ts';
import type { StoreFiles } from './store-files.ts';
import { rawFile } from './tiers.ts';

export interface UpkeepDeps {
  files: StoreFiles;
  /** Orders changes of what is being written between the batches. */
  writes: Serial;
  /** Ends the work between two slices; nothing of it is left. */
  signal: AbortSignal;
}

// A few milliseconds of work: then the thread takes other requests.
const SERIES_PER_TURN = 64;
const READ_AHEAD = 128 * 1024;

/**
 * `merge: 'all'` leaves one part, so that an hour that is over is read from one file. `merge: 'none'` adds a part:
 * cheap, for an hour that must leave memory before it is over. Crash-safe: parts and logs that stay behind hold
 * nothing else than what is in the new part, and the highest part wins.
 */
export async function sealHour(deps: UpkeepDeps, hour: number, merge: 'all' | 'none'): Promise<void> {
  const { files } = deps;
  await deps.writes(async () => files.freeze(hour));
  const stock = files.hours.get(hour);
  if (!stock) return;
  const arrivals = [...stock.arrivals];
  const merged = merge === 'all' ? [...stock.parts] : [];
  const part = (stock.parts.at(-1) ?? 0) + 1;
  const segments: Segment[] = [];
  const writer = createSegmentWriter(files.pathOf(rawFile(hour, part)));
  try {
    for (const number of merged) segments.push(openSegment(files.pathOf(rawFile(hour, number)), READ_AHEAD));
    const samples = sampleColumns();
    await eachSeries(
      { signal: deps.signal, perTurn: SERIES_PER_TURN },
      [...segments.map((segment) => segment.ids()), ...arrivals.map((one) => one.samples.ids())],
      (id) => {
        gather(id, segments, samples);
        for (const one of arrivals) one.samples.read(id, samples);
        settleSamples(samples);
        writer.add(id, encodeChunk(samples), samples.length);
      },
    );
    await writer.finish(0);
  } catch (error) {
    writer.abandon();
    throw error;
  } finally {
    for (const segment of segments) segment.close();
  }
  stock.parts = [...stock.parts.filter((number) => !merged.includes(number)), part];
  stock.arrivals = stock.arrivals.filter((one) => !arrivals.includes(one));
  for (const number of merged) rmSync(files.pathOf(rawFile(hour, number)));
  for (const name of arrivals.flatMap(({ logs }) => logs)) rmSync(files.pathOf(name));
}

/** Replaces the samples by those of the series in these segments, in the order of the segments. */
export function gather(id: number, segments: readonly Segment[], samples: Columns): void {
  samples.length = 0;
  for (const segment of segments) {
    const chunk = segment.chunk(id);
    if (chunk) decodeChunk(chunk, samples);
  }
}

/** Calls `run` for each number in any of the lists, ascending, and lets other work in after every `perTurn` of them. */
export async function eachSeries(
  { signal, perTurn }: { signal: AbortSignal; perTurn: number },
  lists: readonly Iterable<number>[],
  run: (id: number) => void,
): Promise<Set<number>> {
  const all = new Set<number>();
  for (const list of lists) for (const id of list) all.add(id);
  const ids = Uint32Array.from(all).sort();
  for (const [index, id] of ids.entries()) {
    if (index % perTurn === 0) {
      await turn();
      signal.throwIfAborted();
    }
    run(id);
  }
  return all;
}

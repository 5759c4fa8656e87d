// Rolls a day that is over up into every tier, from its sorted hours, and so
// replaces what was rolled up of it before.

import { emptyColumns, encodeChunk } from './chunk.ts';
import { ROLLUP_COLUMNS, rollUpRows, rollUpSamples, sampleColumns, settleSamples } from './rows.ts';
import { eachSeries, gather, type UpkeepDeps } from './seal-hour.ts';
import { createSegmentWriter, openSegment, type Segment, type SegmentWriter } from './segment-file.ts';
import { HOUR_SEC, hoursOfDay, rawFile, tierFile, TIERS } from './tiers.ts';

// All hours of a day are open at once.
const READ_AHEAD = 64 * 1024;
// A few milliseconds of work.
const SERIES_PER_TURN = 4;

/** Crash-safe: a tier that was not reached keeps its old basis and is done again. */
export async function rollUpDay(deps: UpkeepDeps, day: number): Promise<void> {
  const { files } = deps;
  const basis = files.basisOf(day);
  const hours: { offsetSec: number; segments: Segment[] }[] = [];
  const writers: SegmentWriter[] = [];
  try {
    for (const [index, hour] of hoursOfDay(day).entries()) {
      const parts = files.hours.get(hour)?.parts ?? [];
      const segments: Segment[] = [];
      hours.push({ offsetSec: index * HOUR_SEC, segments });
      for (const part of parts) segments.push(openSegment(files.pathOf(rawFile(hour, part)), READ_AHEAD));
    }
    for (const tier of TIERS) writers.push(createSegmentWriter(files.pathOf(tierFile(tier.name, day))));
    const samples = sampleColumns();
    const tiers = TIERS.map((tier) => ({ stepSec: tier.stepSec, rows: emptyColumns(ROLLUP_COLUMNS) }));
    const lists = hours.flatMap(({ segments }) => segments.map((segment) => segment.ids()));
    const seen = await eachSeries({ signal: deps.signal, perTurn: SERIES_PER_TURN }, lists, (id) => {
      for (const { rows } of tiers) rows.length = 0;
      for (const [index, { stepSec, rows }] of tiers.entries()) {
        const finer = tiers[index - 1];
        if (finer) rollUpRows(finer.rows, stepSec, rows);
        for (const { offsetSec, segments } of finer ? [] : hours) {
          gather(id, segments, samples);
          settleSamples(samples);
          rollUpSamples(samples, offsetSec, stepSec, rows);
        }
        writers[index]?.add(id, encodeChunk(rows), rows.length);
      }
    });
    for (const [index, tier] of TIERS.entries()) {
      await writers[index]?.finish(basis);
      files.tiers.get(tier.name)?.set(day, basis);
    }
    await deps.writes(() => files.series.markSeen(seen, day));
  } catch (error) {
    for (const writer of writers) writer.abandon();
    throw error;
  } finally {
    for (const { segments } of hours) for (const segment of segments) segment.close();
  }
}

// Table statehist: stretches of time in one state, with what share of the asked time they are.

import { flag, float, int, text, time, type Column, type Table } from '../column.ts';
import type { StateSpanRow, TimeSpan } from '../source.ts';
import { isPlacedSeenBy, placeColumns } from './place.ts';
import { stateCode } from './states.ts';

const MAX_ROWS = 100_000;
const UNMONITORED = -1;

/** A stretch, and the time that was asked for. */
interface Stretch extends StateSpanRow {
  asked: TimeSpan;
}

const codeOf = (row: StateSpanRow): number => (row.state === undefined ? UNMONITORED : stateCode(row.state));

const durations = (
  [
    ['unmonitored', UNMONITORED],
    ['ok', 0],
    ['warning', 1],
    ['critical', 2],
    ['unknown', 3],
  ] as const
).flatMap(([short, code]): Column<Stretch>[] => [
  int(`duration_${short}`, (row) => (codeOf(row) === code ? seconds(row) : 0)),
  float(`duration_part_${short}`, (row) => (codeOf(row) === code ? part(row) : 0)),
]);

const seconds = (row: StateSpanRow): number => Math.floor((row.untilMs - row.fromMs) / 1000);
const part = (row: Stretch): number => {
  const askedMs = row.asked.untilMs - row.asked.fromMs;
  return askedMs > 0 ? (row.untilMs - row.fromMs) / askedMs : 0;
};

export const stateHistory: Table<Stretch> = {
  name: 'statehist',
  prefix: 'statehist_',
  columns: [
    time('time', (row) => row.fromMs),
    time('from', (row) => row.fromMs),
    time('until', (row) => row.untilMs),
    int('duration', seconds),
    float('duration_part', part),
    ...durations,
    int('state', codeOf),
    flag('in_downtime', (row) => row.isInDowntime),
    flag('in_host_downtime', (row) => row.isInDowntime && row.description === undefined),
    flag('host_down', (row) => row.isHostDown),
    flag('is_flapping', (row) => row.isFlapping),
    text('log_output', (row) => row.output),
    ...placeColumns<Stretch>().flatMap((column) =>
      column.name === 'host_name' || column.name === 'service_description'
        ? [column]
        : [{ ...column, name: `current_${column.name}` }],
    ),
  ],
  needs: [],
  rows: async ({ source, span }) => (await source.stateSpans(span, MAX_ROWS)).map((row) => ({ ...row, asked: span })),
  isSeenBy: isPlacedSeenBy,
  contactNeeds: ['hosts', 'services'],
};

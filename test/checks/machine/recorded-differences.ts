// Everything in which our machine may differ from the recording, each with its reason and a
// rule that must hold for the row: defects that we repair, and gaps of the recording itself.

import { idOf, setOf, type Field, type Row, type Visible } from './recorded-rows.ts';
import type { RecordedSite } from './recorded-site.ts';

export interface Comparison {
  row: Row;
  next: Row | undefined;
  site: RecordedSite;
  ours: Visible;
  theirs: Visible;
  /** Who was told of the problem of this object that stands, or stood until now. */
  told: ReadonlySet<string>;
  /** Nagios lost the recovery of this scenario, and counts on. */
  isCountLost: boolean;
}

export const isFineWord = (state: string): boolean => state === 'OK' || state === 'UP';

/** `rows` are those of the copy in this tree. */
export const DIFFERENCES: {
  reason: string;
  rows: string[];
  fields: Field[];
  holds: (comparison: Comparison) => boolean;
}[] = [
  {
    reason: 'wanted: Nagios 4.4.6 calls this recovery SOFT, and tells nobody (§3.3)',
    rows: ['B/s_first_after_down/9'],
    fields: ['alert', 'event_handler'],
    holds: ({ ours, theirs }) =>
      ours.alert.length === 1 &&
      ours.alert[0]?.startsWith('OK;HARD') === true &&
      theirs.alert[0] === ours.alert[0].replace('HARD', 'SOFT') &&
      theirs.notifications.length === 0,
  },
  {
    reason: 'wanted: after a lost recovery Nagios goes on counting from the old number',
    rows: ['B/s_first_after_down/9'],
    fields: ['notification_number'],
    holds: ({ isCountLost }) => isCountLost,
  },
  {
    reason:
      'wanted: whoever was told of the problem is told that it is over, also when an escalation told them (§12.1)',
    rows: ['B/escal/5', 'B/s_first_after_down/9'],
    fields: ['notifications'],
    holds: ({ ours, theirs, told }) => {
      const more = ours.notifications.filter((line) => !theirs.notifications.includes(line));
      const contact = (line: string): string => line.slice(0, line.indexOf(' '));
      return (
        theirs.notifications.every((line) => ours.notifications.includes(line)) &&
        more.every((line) => isFineWord(line.slice(line.indexOf(' ') + 1)) && told.has(contact(line)))
      );
    },
  },
  {
    reason: 'recording: the log lines of this row came after its snapshot; the next row has the state',
    rows: ['B/fresh/3'],
    fields: ['state', 'last_hard_state', 'percent_state_change', 'notification_number'],
    holds: ({ row, next, ours }) =>
      JSON.stringify(row.before) === JSON.stringify(row.after) &&
      row.alert.length > 0 &&
      next?.after.state === ours.state &&
      next.after.notification_number === ours.notification_number &&
      next.after.percent_state_change.toFixed(2) === ours.percent_state_change,
  },
  {
    reason: 'recording: the first run was over before the log was read; only what it left was seen',
    rows: ['B/xsig/0', 'B/xmissing/0', 'B/xerrout/0', 'B/xmulti/0'],
    fields: ['alert', 'event_handler', 'notifications'],
    holds: ({ row, site, theirs }) =>
      row.step === 0 && site.runsOwnProgram(idOf(row)) && theirs.alert.length + theirs.notifications.length === 0,
  },
  {
    reason: 'recording: hosts of set B got on-demand checks of which nothing is recorded (its README)',
    rows: ['B/hd/3', 'B/hd/4', 'B/hd/5', 'B/hd/6', 'B/hd/7', 'B/hd/8', 'B/hd/9'],
    fields: ['percent_state_change'],
    holds: ({ row }) => row.object === 'host' && setOf(row) === 'B',
  },
];

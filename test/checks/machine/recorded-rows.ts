// The rows of the recording as they are written, and their main settings.

import { readFixture, readJsonLines } from '../../support/fixtures.ts';
import { readMainSettings } from './nagios-definitions.ts';
import type { Program } from './recorded-definitions.ts';

export type Action =
  | ['P' | 'A', number, string?]
  | ['F', string, number]
  | ['H', string, number]
  | ['S', string, string, number]
  | ['X', string]
  | ['W', number];

export interface Line {
  state: string;
  type: string;
  attempt: number;
}

interface Snapshot {
  state: string;
  type: string;
  attempt: number;
  max_attempts: number;
  last_hard_state: string;
  has_been_checked: boolean;
  notification_number: number;
  is_flapping: boolean;
  percent_state_change: number;
  acknowledged: boolean;
  ack_type: string;
  downtime_depth: number;
}

export interface Row {
  id: string;
  object: 'service' | 'host';
  host: string;
  service: string | null;
  step: number;
  input: number | Action | (number | Action)[];
  before: Snapshot;
  after: Snapshot;
  alert: Line[];
  event_handler: Line[];
  notifications: { contact: string; what: string }[];
  flapping: string[];
  downtime: string[];
  warnings: string[];
  program: Program;
}

/** What is compared of a row, in the words of the recording. */
export type Visible = Omit<Snapshot, 'percent_state_change'> & {
  percent_state_change: string;
  alert: string[];
  event_handler: string[];
  notifications: string[];
  flapping: string[];
  downtime: string[];
  stale: string[];
};
export type Field = keyof Visible;

export const rows = readJsonLines<Row>('nagios', 'statemachine', 'vectors.jsonl');
export const main = readMainSettings(readFixture('nagios', 'statemachine', 'main.cfg'));
export const setOf = (row: Row): string => row.id.slice(0, row.id.indexOf('/'));
export const scenarioOf = (row: Row): string => row.id.slice(0, row.id.lastIndexOf('/'));
export const idOf = (row: Row): string => (row.service === null ? row.host : `${row.host};${row.service}`);

export function actionsOf(input: Row['input']): Action[] {
  if (typeof input === 'number') return [['P', input]];
  if (typeof input[0] === 'string') return [input as Action];
  return (input as (number | Action)[]).map((action) => (typeof action === 'number' ? ['P', action] : action));
}

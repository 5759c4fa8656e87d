// Rows of a Livestatus answer as text in the formats that clients ask for, byte for byte as
// recorded from a listener of the field (checks-and-alerting.md §6.4).

import type { LivestatusCode, LivestatusFormat, LivestatusSeparators } from './livestatus-query.ts';

/** A list may have members of several parts; a dictionary is for custom variables. */
export type LivestatusCell = string | number | readonly LivestatusMember[] | Readonly<Record<string, string>>;
export type LivestatusMember = string | number | readonly (string | number)[];

export interface LivestatusLayout {
  format: LivestatusFormat;
  separators: LivestatusSeparators;
}

/** The text of `rows` in pieces of some `pieceChars`; reads rows only as fast as pieces are taken. */
export function* formatLivestatusRows(
  rows: Iterable<readonly LivestatusCell[]>,
  layout: LivestatusLayout,
  pieceChars = 65_536,
): Generator<string> {
  const isCsv = layout.format === 'csv';
  let piece = isCsv ? '' : '[';
  let isFirst = true;
  for (const row of rows) {
    if (isCsv) piece += csvRow(row, layout.separators);
    else piece += `${isFirst ? '' : ', '}${literal(row, layout.format)}`;
    isFirst = false;
    if (piece.length < pieceChars) continue;
    yield piece;
    piece = '';
  }
  yield isCsv ? piece : `${piece}]`;
}

/** `200          99` and a newline: 16 bytes. */
export const formatLivestatusHeader = (code: LivestatusCode, bodyBytes: number): string =>
  `${code} ${String(bodyBytes).padStart(11)}\n`;

const csvRow = (row: readonly LivestatusCell[], [rowEnd, column, member, part]: LivestatusSeparators): string =>
  row.map((cell) => csvCell(cell, member, part)).join(column) + rowEnd;

function csvCell(cell: LivestatusCell, member: string, part: string): string {
  if (typeof cell !== 'object') return String(cell);
  const members: readonly LivestatusMember[] = isList(cell) ? cell : Object.entries(cell);
  return members.map((one) => (typeof one === 'object' ? one.join(part) : String(one))).join(member);
}

function literal(
  value: LivestatusCell | LivestatusMember | readonly LivestatusCell[],
  format: LivestatusFormat,
): string {
  // NaN and infinity are no JSON; clients want a number there.
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '0';
  if (typeof value === 'string') return quoted(value, format);
  if (isList(value)) return `[${value.map((one) => literal(one, format)).join(',')}]`;
  return `{${Object.entries(value)
    .map(([name, text]) => `${quoted(name, format)}:${quoted(String(text), format)}`)
    .join(',')}}`;
}

function quoted(text: string, format: LivestatusFormat): string {
  const json = JSON.stringify(text.toWellFormed());
  if (format !== 'python') return json;
  // Python 2 takes raw bytes above ASCII for Latin-1.
  return `u${json.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}`;
}

const isList = (value: object): value is readonly LivestatusMember[] => Array.isArray(value);

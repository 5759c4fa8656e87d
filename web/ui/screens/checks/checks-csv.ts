// Checks as comma-separated values (RFC 4180). Pure.

import type { Check } from '#web/contract/checks.ts';

const COLUMNS = [
  'host',
  'check',
  'object',
  'kind',
  'state',
  'stateType',
  'acknowledged',
  'downtimeDepth',
  'mutedBy',
  'lastChangeAt',
  'lastCheckAt',
  'output',
] as const;

export function checksCsv(checks: readonly Check[]): string {
  const lines = checks.map((check) => {
    const row: Record<(typeof COLUMNS)[number], unknown> = { ...check, host: check.hostName, check: check.name };
    return COLUMNS.map((column) => cell(row[column])).join(',');
  });
  return [COLUMNS.join(','), ...lines, ''].join('\r\n');
}

function cell(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  // A spreadsheet would run what begins so; the output of a check is not ours.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// Writes comma separated values (RFC 4180) that are also safe to open in a spreadsheet.

export type CsvCell = string | number | undefined;

/** The first row holds the names. Lines end in CRLF, the last one too. */
export const toCsv = (rows: readonly (readonly CsvCell[])[]): string =>
  rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('');

/**
 * Text that a spreadsheet would run as a formula (a host may be called `=HYPERLINK(…)`) gets an apostrophe in front, which
 * spreadsheets do not show. Source: OWASP, CSV injection. Numbers are numbers, also negative ones.
 */
function cellText(cell: CsvCell): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[\s\0]*[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

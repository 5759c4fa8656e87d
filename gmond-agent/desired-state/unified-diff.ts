// A unified diff of two texts, bounded in work and in size. Pure.

/** Lines of context around a change, as `diff -u` gives. */
const CONTEXT = 3;
// Cells of the comparison table; beyond that the middle is told as replaced whole.
const MOST_CELLS = 4_000_000;

type Edit = { kind: ' ' | '-' | '+'; line: string };

/**
 * The changes that lead from `before` to `after`; '' when they are equal. `maxBytes`
 * bounds the result: what is left out is said in its last line.
 */
export function unifiedDiff(
  before: string,
  after: string,
  names: { from: string; to: string },
  maxBytes: number,
): string {
  if (before === after) return '';
  const edits = editsOf(splitLines(before), splitLines(after));
  const lines = [`--- ${names.from}`, `+++ ${names.to}`, ...hunksOf(edits)];
  return bound(lines, maxBytes);
}

// A last line without newline is a line of its own kind: `diff` says so too.
const splitLines = (text: string): string[] => {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  return last === '' ? lines : [...lines, `${last}\n\\ No newline at end of file`];
};

function editsOf(before: readonly string[], after: readonly string[]): Edit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < before.length - head &&
    tail < after.length - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail++;
  const same = (line: string): Edit => ({ kind: ' ', line });
  return [
    ...before.slice(0, head).map(same),
    ...middleEdits(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ];
}

/** Longest common subsequence by table; for middles too large, everything out and everything in. */
function middleEdits(before: readonly string[], after: readonly string[]): Edit[] {
  const out = (line: string): Edit => ({ kind: '-', line });
  const into = (line: string): Edit => ({ kind: '+', line });
  const width = after.length + 1;
  if ((before.length + 1) * width > MOST_CELLS) return [...before.map(out), ...after.map(into)];
  // common[i * width + j]: length of the longest common subsequence of before[i…] and after[j…].
  const common = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      common[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));

  const edits: Edit[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [left, right] = [before[i], after[j]];
    if (left !== undefined && left === right) {
      edits.push({ kind: ' ', line: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      edits.push(out(left));
      i++;
    } else if (right !== undefined) {
      edits.push(into(right));
      j++;
    }
  }
  return edits;
}

function hunksOf(edits: readonly Edit[]): string[] {
  const lines: string[] = [];
  let beforeLine = 1;
  let afterLine = 1;
  let i = 0;
  while (i < edits.length) {
    const start = edits.findIndex((edit, k) => k >= i && edit.kind !== ' ');
    if (start < 0) break;
    const from = Math.max(i, start - CONTEXT);
    beforeLine += from - i;
    afterLine += from - i;
    const to = hunkEnd(edits, start);
    const hunk = edits.slice(from, to);
    const beforeCount = hunk.filter((edit) => edit.kind !== '+').length;
    const afterCount = hunk.filter((edit) => edit.kind !== '-').length;
    lines.push(`@@ -${range(beforeLine, beforeCount)} +${range(afterLine, afterCount)} @@`);
    for (const edit of hunk) lines.push(...`${edit.kind}${edit.line}`.split('\n'));
    beforeLine += beforeCount;
    afterLine += afterCount;
    i = to;
  }
  return lines;
}

/** Index past the hunk that begins with the change at `start`: its context, and changes near enough to share it. */
function hunkEnd(edits: readonly Edit[], start: number): number {
  let lastChange = start;
  for (let k = start; k < edits.length && k <= lastChange + 2 * CONTEXT; k++) {
    if (edits[k]?.kind !== ' ') lastChange = k;
  }
  return Math.min(edits.length, lastChange + 1 + CONTEXT);
}

// An empty side is told by the line before it (POSIX diff -u).
const range = (line: number, count: number): string =>
  count === 1 ? String(line) : `${count === 0 ? line - 1 : line},${count}`;

function bound(lines: readonly string[], maxBytes: number): string {
  const text = `${lines.join('\n')}\n`;
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const kept: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > maxBytes - 100) break;
    kept.push(line);
  }
  return `${kept.join('\n')}\n\\ ${lines.length - kept.length} more lines were left out\n`;
}

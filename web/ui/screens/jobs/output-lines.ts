// Cuts pieces of output into lines. Colour and cursor codes are taken out: what a
// program prints must not be able to repaint the console. Pure.

import type { TaskOutput } from '#web/contract/remediation.ts';

interface OutputLine {
  stream: 'stdout' | 'stderr';
  at: string;
  text: string;
}

const ESC = String.fromCharCode(27);
const BELL = String.fromCharCode(7);
// CSI and OSC sequences (ECMA-48 §5.4, §8.3.89), and every other control character but tab.
const CONTROL = new RegExp(
  `${ESC}\\[[0-?]*[ -/]*[@-~]|${ESC}\\][^${BELL}${ESC}]*(?:${BELL}|${ESC}\\\\)|(?!\\t)\\p{Cc}`,
  'gu',
);

/** Lines in the order in which they began; a piece may end in the middle of a line of its stream. */
export function outputLines(chunks: TaskOutput['chunks']): OutputLine[] {
  const lines: OutputLine[] = [];
  const open: Partial<Record<OutputLine['stream'], OutputLine>> = {};
  for (const chunk of chunks) {
    const pieces = chunk.text.split('\n');
    pieces.forEach((piece, at) => {
      const line = open[chunk.stream];
      if (line) line.text += piece;
      else if (piece !== '' || at < pieces.length - 1) {
        const begun = { stream: chunk.stream, at: chunk.at, text: piece };
        lines.push(begun);
        open[chunk.stream] = begun;
      }
      if (at < pieces.length - 1) delete open[chunk.stream];
    });
  }
  return lines.map((line) => ({ ...line, text: line.text.replace(CONTROL, '') }));
}

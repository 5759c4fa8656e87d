// Cuts a stream of bytes into lines of a bounded length. What is longer is left out to its
// end, and said so.

const LF = 0x0a;

export interface LineCutter {
  /** Lines that `chunk` completes, without LF; 'too_long' stands for one that was left out. */
  push(chunk: Buffer): (Buffer | 'too_long')[];
  /** The last line, where the stream ended without an LF; undefined when there is none. */
  end(): Buffer | 'too_long' | undefined;
}

/** Holds at most `maxBytes` beside the chunk. */
export function createLineCutter(maxBytes: number): LineCutter {
  let held: Buffer = Buffer.alloc(0);
  let isTooLong = false;

  function add(piece: Buffer): void {
    isTooLong ||= held.length + piece.length > maxBytes;
    held = isTooLong ? Buffer.alloc(0) : Buffer.concat([held, piece]);
  }

  function take(): Buffer | 'too_long' {
    const line = isTooLong ? 'too_long' : held;
    held = Buffer.alloc(0);
    isTooLong = false;
    return line;
  }

  return {
    push(chunk) {
      const lines: (Buffer | 'too_long')[] = [];
      let at = 0;
      for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, at)) {
        add(chunk.subarray(at, end));
        lines.push(take());
        at = end + 1;
      }
      if (at < chunk.length) add(chunk.subarray(at));
      return lines;
    },
    end: () => (held.length > 0 || isTooLong ? take() : undefined),
  };
}

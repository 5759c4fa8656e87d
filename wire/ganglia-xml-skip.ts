// Skips what a document holds besides elements: declaration, DTD, comments, CDATA. No
// entity is ever defined by it, so no bomb goes off. Keeps nothing but a few bytes.

export interface Skipper {
  /** True while inside something that is skipped. */
  readonly active: boolean;
  /** Looks at the `<` at `at`; 'skipping' when it begins something to skip. */
  begin(at: number, used: number, final: boolean): 'element' | 'skipping' | 'incomplete';
  /** How far it may go on; `active` is false when the end was met before. */
  skip(at: number, used: number, final: boolean): number;
}

type Mode = 'none' | 'doctype' | 'subset' | { until: Buffer };

const COMMENT_END = Buffer.from('-->');
const CDATA_END = Buffer.from(']]>');
const INSTRUCTION_END = Buffer.from('?>');
const LONGEST_START = '<![CDATA['.length;

export function createSkipper(bytes: Buffer): Skipper {
  let mode: Mode = 'none';

  function skipTo(until: Buffer, at: number, used: number, final: boolean): number {
    const found = bytes.subarray(0, used).indexOf(until, at);
    if (found === -1) return final ? used : Math.max(at, used - until.length + 1);
    mode = 'none';
    return found + until.length;
  }

  /** `<!DOCTYPE name>`, or `<!DOCTYPE name [ … ]>`. */
  function skipDoctype(at: number, used: number): number {
    for (let i = at; i < used; i++) {
      if (bytes[i] === 0x3e) {
        mode = 'none';
        return i + 1;
      }
      if (bytes[i] === 0x5b) {
        mode = 'subset';
        return i + 1;
      }
    }
    return used;
  }

  /** Up to a `]` with nothing but blanks before the next `>`. */
  function skipSubset(at: number, used: number, final: boolean): number {
    for (let i = bytes.indexOf(0x5d, at); i !== -1 && i < used; i = bytes.indexOf(0x5d, i + 1)) {
      let next = i + 1;
      while (next < used && next - i <= LONGEST_BLANK && isSpace(bytes[next])) next++;
      if (next >= used && !final) return i;
      if (next < used && bytes[next] === 0x3e) {
        mode = 'none';
        return next + 1;
      }
    }
    return used;
  }

  return {
    get active() {
      return mode !== 'none';
    },
    begin(at, used, final) {
      if (at + 1 >= used) return final ? 'element' : 'incomplete';
      const second = bytes[at + 1];
      if (second === 0x3f) mode = { until: INSTRUCTION_END };
      else if (second !== 0x21) return 'element';
      else {
        if (at + LONGEST_START > used && !final) return 'incomplete';
        const start = bytes.toString('latin1', at, Math.min(used, at + LONGEST_START));
        if (start.startsWith('<!--')) mode = { until: COMMENT_END };
        else if (start === '<![CDATA[') mode = { until: CDATA_END };
        else mode = 'doctype';
      }
      return 'skipping';
    },
    skip(at, used, final) {
      if (mode === 'none') return at;
      if (mode === 'doctype') {
        const reached = skipDoctype(at, used);
        return mode === 'doctype' ? reached : this.skip(reached, used, final);
      }
      return mode === 'subset' ? skipSubset(at, used, final) : skipTo(mode.until, at, used, final);
    },
  };
}

const LONGEST_BLANK = 64;
const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

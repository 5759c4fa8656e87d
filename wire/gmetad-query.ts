// Reads the one line that a client of gmetad's interactive port sends: a path, or an
// HTTP request for one. Finds nothing and answers nothing.

import type { Decoded } from '#kernel/errors.ts';
import { decodeText, displayText } from './wire-text.ts';

export interface XmlQuery {
  kind: 'xml';
  /** Cluster or nested grid, host, metric; [] = everything. What gmetad would ignore beyond these is still here. */
  path: string[];
  isSummary: boolean;
  /** Asked by HTTP: then `*` stands for every element, and an unknown one for none. */
  http: boolean;
}

export interface StatusQuery {
  kind: 'status';
  /** Name of the JavaScript function to wrap the answer in. */
  callback: string | undefined;
}

export type GmetadQuery = XmlQuery | StatusQuery;

/** Longest request line that gmetad reads. */
export const LONGEST_REQUEST_BYTES = 2048;

const HTTP = /^GET (.*) HTTP\/\d\.\d$/;
const FORBIDDEN = /[>!@#$%`;|\\"'<]/;
// Forbidden characters leave only these of a JavaScript name.
const CALLBACK = /^[A-Za-z_][\w.]{0,63}$/;

/**
 * `line` without its end. A refused one is closed without an answer, as gmetad does.
 * Source: spec/ganglia.md §6.5, and gmetad 3.7.2 asked.
 */
export function parseGmetadQuery(line: Buffer): Decoded<GmetadQuery> {
  if (line.length > LONGEST_REQUEST_BYTES) return { ok: false, reason: 'too_long', at: 0 };
  const text = displayText(decodeText(line, 0, line.length));
  const asked = HTTP.exec(text)?.[1];
  const target = asked ?? text;
  if (!target.startsWith('/')) return { ok: false, reason: 'no_path', at: 0 };
  if (FORBIDDEN.test(target)) return { ok: false, reason: 'forbidden_character', at: 0 };
  const mark = target.indexOf('?');
  const option = mark === -1 ? '' : target.slice(mark + 1);
  if (mark !== -1 && !option.includes('=')) return { ok: false, reason: 'bad_option', at: 0 };
  if (target.startsWith('/status')) {
    const callback = option.startsWith('callback=') ? option.slice('callback='.length) : '';
    return { ok: true, value: { kind: 'status', callback: CALLBACK.test(callback) ? callback : undefined } };
  }
  const path = (mark === -1 ? target : target.slice(0, mark)).slice(1).split('/');
  if (path.at(-1) === '') path.pop();
  return { ok: true, value: { kind: 'xml', path, isSummary: option === 'filter=summary', http: asked !== undefined } };
}

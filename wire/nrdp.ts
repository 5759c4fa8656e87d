// NRDP, passive results by HTTP form: what was posted as results, and the answers in XML or
// JSON. The route and the token are elsewhere.

import type { Decoded } from '#kernel/errors.ts';
import { readXmlRecords } from './nrdp-xml.ts';

export interface NrdpResult {
  hostName: string;
  /** Absent = the result is of the host itself. */
  serviceName?: string;
  code: number;
  output: string;
  /** When the client says so. */
  atMs?: number;
}

/** A bad result never costs the batch. */
export interface NrdpBatch {
  results: NrdpResult[];
  /** Why others were left out, one entry each. */
  refused: string[];
}

const MAX_CHARS = 4 * 1024 * 1024;
const MAX_RESULTS = 10_000;

/** `<checkresults><checkresult type="service"><hostname>…`. Never throws. Source: checks-and-alerting.md §6.2. */
export function parseNrdpXml(text: string): Decoded<NrdpBatch> {
  const records = readXmlRecords(text, 'checkresult');
  if (!records.ok) return records;
  return {
    ok: true,
    value: batchOf(records.value.map(({ attributes, fields }) => ({ ...fields, type: attributes['type'] }))),
  };
}

/** `{"checkresults": [{"checkresult": {"type": "service"}, "hostname": …}]}`. Never throws. */
export function parseNrdpJson(text: string): Decoded<NrdpBatch> {
  const refuse = (reason: string): Decoded<NrdpBatch> => ({ ok: false, reason, at: 0 });
  if (text.length > MAX_CHARS) return refuse('too_large');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return refuse('not_json');
  }
  const list = recordOf(parsed)['checkresults'];
  if (!Array.isArray(list)) return refuse('no_results');
  if (list.length > MAX_RESULTS) return refuse('too_many');
  return {
    ok: true,
    value: batchOf(
      list.map((given: unknown) => {
        const fields = recordOf(given);
        return { ...fields, type: recordOf(fields['checkresult'])['type'] ?? fields['type'] };
      }),
    ),
  };
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

function batchOf(given: Record<string, unknown>[]): NrdpBatch {
  const batch: NrdpBatch = { results: [], refused: [] };
  for (const fields of given) {
    const read = resultOf(fields);
    if (typeof read === 'string') batch.refused.push(read);
    else batch.results.push(read);
  }
  return batch;
}

function resultOf(fields: Record<string, unknown>): NrdpResult | string {
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === 'string'
      ? value.replaceAll('\0', '').toWellFormed()
      : typeof value === 'number'
        ? String(value)
        : '';
  };
  const hostName = text('hostname').trim();
  const serviceName = text('servicename').trim();
  const code = text('state').trim();
  const seconds = text('time').trim();
  if (hostName === '') return 'no_host';
  if (text('type').trim().toLowerCase() === 'service' && serviceName === '') return 'no_service';
  if (!/^-?\d{1,4}$/.test(code)) return 'wrong_state';
  return {
    hostName,
    ...(serviceName !== '' && { serviceName }),
    code: Number(code),
    output: text('output'),
    ...(/^\d{1,12}$/.test(seconds) && { atMs: Number(seconds) * 1000 }),
  };
}

export interface NrdpAnswer {
  /** 0 = done, -1 = not. */
  status: 0 | -1;
  message: string;
  output?: string;
}

export function formatNrdpAnswer({ status, message, output }: NrdpAnswer, format: 'xml' | 'json'): string {
  if (format === 'json')
    return JSON.stringify({ result: { status, message, ...(output !== undefined && { meta: { output } }) } });
  const meta = output === undefined ? '' : `    <meta>\n       <output>${escapeXml(output)}</output>\n    </meta>\n`;
  return `<?xml version="1.0" encoding="utf-8"?>\n<result>\n  <status>${status}</status>\n  <message>${escapeXml(message)}</message>\n${meta}</result>\n`;
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

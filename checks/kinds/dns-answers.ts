// Answers of DNS as one line each, and whether they are those that were expected.

import type { AnyRecord, CaaRecord } from 'node:dns';
import net from 'node:net';

export const RECORD_TYPES = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** As `dig +short` writes them, without the dot at the end of names. */
export function answerLines(type: RecordType, answers: unknown): string[] {
  const list = Array.isArray(answers) ? answers : [answers];
  return list.map((answer: unknown) => (typeof answer === 'string' ? answer : recordLine(type, answer)));
}

/** Shapes as node:dns gives them for each type. */
function recordLine(type: RecordType, answer: unknown): string {
  if (type === 'TXT') return (answer as string[]).join('');
  if (type === 'CAA') return caaLine(answer as CaaRecord);
  const record = { ...(answer as object), type } as AnyRecord;
  switch (record.type) {
    case 'MX':
      return `${record.priority} ${record.exchange}`;
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${record.name}`;
    case 'SOA':
      return `${record.nsname} ${record.hostmaster} ${record.serial} ${record.refresh} ${record.retry} ${record.expire} ${record.minttl}`;
    default:
      return JSON.stringify(answer);
  }
}

function caaLine({ critical, ...tags }: CaaRecord): string {
  // Beside the one tag of the record node:dns leaves its type.
  const [tag = '', value = ''] = Object.entries(tags).find(([name]) => name !== 'type') ?? [];
  return `${critical} ${tag} ${JSON.stringify(value)}`;
}

export type MatchMode = 'any' | 'all' | 'exact';

/**
 * `any`: one of the expected answers came. `all`: each of them came. `exact`: and nothing else. Expected addresses may be
 * networks (192.0.2.0/24). Undefined when all is well.
 */
export function whatIsMissing(
  type: RecordType,
  expected: readonly string[],
  answers: readonly string[],
  mode: MatchMode,
): string | undefined {
  const tests = expected.map((text) => ({ text, fits: compileExpected(type, text) }));
  const absent = tests.filter(({ fits }) => !answers.some(fits)).map(({ text }) => text);
  const surplus = answers.filter((answer) => !tests.some(({ fits }) => fits(answer)));
  const got = answers.slice(0, 10).join(', ');
  if (mode === 'any' && absent.length === expected.length) return `got ${got} (expected ${expected.join(' or ')})`;
  if (mode !== 'any' && absent.length > 0) return `${absent.join(', ')} is missing among ${got}`;
  if (mode === 'exact' && surplus.length > 0) return `${surplus.slice(0, 10).join(', ')} was not expected`;
  return undefined;
}

/** Whether an expected answer of this type can be compared with anything. */
export const isExpectable = (type: RecordType, text: string): boolean =>
  (type !== 'A' && type !== 'AAAA') || addressBlock(type, text) !== undefined;

function compileExpected(type: RecordType, text: string): (answer: string) => boolean {
  if (type === 'TXT') return (answer) => answer === text;
  const block = type === 'A' || type === 'AAAA' ? addressBlock(type, text) : undefined;
  if (block) return (answer) => block.check(answer, answer.includes(':') ? 'ipv6' : 'ipv4');
  return (answer) => comparable(answer) === comparable(text);
}

// Names know no case (RFC 4343) and may be written with the dot of the root.
const comparable = (text: string): string => text.toLowerCase().replaceAll(/\.(?= |$)/g, '');

/** The same IPv6 address can be written in many ways; a block of one compares what it is. */
function addressBlock(record: 'A' | 'AAAA', text: string): net.BlockList | undefined {
  const [address = '', prefix] = text.split('/');
  const family = net.isIP(address);
  if (family !== (record === 'A' ? 4 : 6)) return undefined;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const block = new net.BlockList();
  if (prefix === undefined) block.addAddress(address, type);
  else if (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32))
    block.addSubnet(address, Number(prefix), type);
  else return undefined;
  return block;
}

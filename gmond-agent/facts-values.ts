// Facts out of the text of one drop-in source: JSON, YAML or name=value lines. Pure;
// a source is taken whole or refused whole.

import type { AgentReport } from '#kernel/domain/event.ts';
import type { Decoded } from '#kernel/errors.ts';
import { decodeFactsYaml } from './facts-yaml.ts';

type Facts = AgentReport['facts'];
export type FactFormat = 'json' | 'yaml' | 'lines';

const MOST_FACTS = 200;
const DEEPEST = 10;
const LONGEST_NAME = 128;
const LONGEST_VALUE = 4000;
const NAME = /^[A-Za-z0-9][\w-]*(\.[A-Za-z0-9][\w-]*)*$/;

/** Names of nested members are joined by dots, lists of plain values by commas; null is no fact. */
export function decodeFacts(format: FactFormat, text: string): Decoded<Facts> {
  const given = text.replace(/^\uFEFF/, '');
  if (format === 'lines') return decodeLines(given);
  if (format === 'json') return decodeJsonFacts(given);
  const tree = decodeFactsYaml(given);
  return tree.ok ? flatten(tree.value) : tree;
}

/** What a program prints: one JSON object, or lines. */
export const decodePrintedFacts = (text: string): Decoded<Facts> =>
  decodeFacts(text.trimStart().startsWith('{') ? 'json' : 'lines', text);

const refused = (reason: string, at = 0): { ok: false; reason: string; at: number } => ({ ok: false, reason, at });

const isTree = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function decodeJsonFacts(text: string): Decoded<Facts> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refused(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return isTree(value) ? flatten(value) : refused('is not a JSON object');
}

function decodeLines(text: string): Decoded<Facts> {
  const facts = new Map<string, string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name = '', value = ''] = /^([^=]*?)\s*=\s*(.*)$/.exec(line) ?? [];
    const reason = line.includes('=') ? problemOf(name, value) : 'is not name=value';
    if (reason !== undefined) return refused(`line ${index + 1}: ${reason}`, index + 1);
    if (facts.has(name)) return refused(`line ${index + 1}: has the name ${name} a second time`, index + 1);
    facts.set(name, value);
  }
  return bounded(facts);
}

function flatten(tree: object): Decoded<Facts> {
  const facts = new Map<string, Facts[string]>();
  const walk = (node: object, prefix: string, depth: number): string | undefined => {
    if (depth > DEEPEST) return `${prefix} is more than ${DEEPEST} levels deep`;
    for (const [key, member] of Object.entries(node) as [string, unknown][]) {
      const name = prefix === '' ? key : `${prefix}.${key}`;
      const value = Array.isArray(member) ? joined(member) : member;
      if (value === null) continue;
      if (value === undefined) return `${name}: a list may hold only plain values without a comma`;
      const wrong = isTree(value) ? walk(value, name, depth + 1) : problemOf(name, value);
      if (wrong !== undefined) return wrong;
      if (isTree(value)) continue;
      if (facts.has(name)) return `has the name ${name} a second time`;
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') facts.set(name, value);
    }
    return undefined;
  };
  const wrong = walk(tree, '', 1);
  return wrong === undefined ? bounded(facts) : refused(wrong);
}

/** Undefined for a list that would not be read back as it was. */
function joined(list: readonly unknown[]): string | undefined {
  const isPlain = (item: unknown) =>
    typeof item === 'number' || typeof item === 'boolean' || (typeof item === 'string' && !item.includes(','));
  return list.every(isPlain) ? list.map(String).join(',') : undefined;
}

function problemOf(name: string, value: unknown): string | undefined {
  if (name.length > LONGEST_NAME || !NAME.test(name))
    return `${JSON.stringify(name.slice(0, LONGEST_NAME))} is no name; letters, digits, "_", "-" and dots between are accepted, at most ${LONGEST_NAME}`;
  // Ours: what the sources gave and what was wrong with them.
  if (name === 'facts' || name.startsWith('facts.')) return `${name}: names below "facts" are kept for the agent`;
  if (typeof value !== 'string') return undefined;
  if (value.length > LONGEST_VALUE) return `${name} is longer than ${LONGEST_VALUE} characters`;
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(value) || !value.isWellFormed())
    return `${name} holds a control character or half of one`;
  return undefined;
}

const bounded = (facts: ReadonlyMap<string, Facts[string]>): Decoded<Facts> =>
  facts.size > MOST_FACTS
    ? refused(`holds more than ${MOST_FACTS} facts`)
    : { ok: true, value: Object.fromEntries(facts) };

// YAML with lines: maps, lists and plain values of a document, each knowing where it stands.
// The one file that knows the yaml package's tree.

import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';

export interface YamlEntry {
  key: string;
  line: number;
  value: YamlNode;
}

export type YamlNode = { line: number } & (
  | { is: 'map'; entries: YamlEntry[]; toPlain: () => unknown }
  | { is: 'list'; items: YamlNode[]; toPlain: () => unknown }
  | { is: 'plain'; value: string | number | boolean | null; toPlain: () => unknown }
);

export interface YamlFault {
  line: number;
  message: string;
}

const LARGEST_TEXT = 8 * 1024 * 1024;
const DEEPEST = 64;
/** Aliases of aliases grow without end in a few lines. */
const MOST_ALIASED = 100_000;
/** More brackets than this that are never closed are no YAML, and the parser is slow to say so. */
const MOST_OPEN = 1000;
const MOST_FAULTS = 20;

/** Every document of a file. One that is not YAML gives its faults instead; never throws. */
export function readYaml(text: string): (YamlNode | { is: 'fault'; faults: YamlFault[] })[] {
  const fault = (message: string) => [{ is: 'fault' as const, faults: [{ line: 1, message }] }];
  if (text.length > LARGEST_TEXT) return fault(`the file is larger than ${LARGEST_TEXT / 1024 / 1024} MB`);
  if (mostOpen(text) > MOST_OPEN) return fault('brackets are nested too deep');
  const lines = new LineCounter();
  const budget = { aliased: MOST_ALIASED };
  try {
    const documents = parseAllDocuments(text, { lineCounter: lines });
    if (!Array.isArray(documents)) return [];
    return documents
      .filter((document) => document.contents !== null || document.errors.length > 0)
      .map((document) => readDocument(document, lines, budget));
  } catch (error) {
    // The parser is recursive: a file of brackets alone runs out of stack.
    return fault(error instanceof Error ? `it cannot be read: ${firstLine(error.message)}` : 'it cannot be read');
  }
}

const firstLine = (message: string): string => message.split('\n')[0] ?? '';

function readDocument(
  document: Document.Parsed,
  lines: LineCounter,
  budget: Budget,
): ReturnType<typeof readYaml>[number] {
  if (document.errors.length > 0) {
    const faults = document.errors.slice(0, MOST_FAULTS).map(({ message, pos }) => ({
      line: lines.linePos(pos[0]).line,
      message: firstLine(message),
    }));
    return { is: 'fault', faults };
  }
  return nodeOf(document.contents, { document, lines, line: 1, depth: 0, budget, isAliased: false });
}

interface Reading {
  document: Document.Parsed;
  lines: LineCounter;
  /** Of what holds the node: for values that stand nowhere, such as an empty one. */
  line: number;
  depth: number;
  budget: Budget;
  isAliased: boolean;
}

/** Shared by the documents of a file. */
interface Budget {
  aliased: number;
}

function nodeOf(node: unknown, reading: Reading): YamlNode {
  const { document, lines, depth } = reading;
  const range = (node as Node | null | undefined)?.range;
  const line = range ? lines.linePos(range[0]).line : reading.line;
  const below: Reading = { ...reading, line, depth: depth + 1 };
  const plain = (value: string | number | boolean | null): YamlNode => ({
    is: 'plain',
    line,
    value,
    toPlain: () => value,
  });
  if (depth > DEEPEST) throw new Error(`nested more than ${DEEPEST} deep`);
  if (reading.isAliased && reading.budget.aliased-- <= 0) throw new Error('aliases stand for too many values');
  if (isAlias(node)) return { ...nodeOf(node.resolve(document), { ...below, isAliased: true }), line };
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => {
      const keyNode = nodeOf(key, below);
      const name = keyNode.is === 'plain' ? String(keyNode.value) : '';
      return { key: name, line: keyNode.line, value: nodeOf(value, { ...below, line: keyNode.line }) };
    });
    return { is: 'map', line, entries, toPlain: () => plainMap(entries) };
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => nodeOf(item, below));
    return { is: 'list', line, items, toPlain: () => items.map((item) => item.toPlain()) };
  }
  if (!isScalar(node)) return plain(null);
  const { value } = node;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return plain(value);
  return plain(value === null || value === undefined ? null : String(value));
}

const plainMap = (entries: readonly YamlEntry[]): Record<string, unknown> =>
  Object.fromEntries(entries.map(({ key, value }) => [key, value.toPlain()]));

function mostOpen(text: string): number {
  let open = 0;
  let most = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '[' || character === '{') most = Math.max(most, ++open);
    else if ((character === ']' || character === '}') && open > 0) open--;
  }
  return most;
}

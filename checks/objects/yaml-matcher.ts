// `applyTo: {where: [...]}` of a YAML document → conditions of host-matcher.ts, or what is
// wrong with them and what is accepted.

import { nearestWord } from '#kernel/nearest-word.ts';
import type { HostMatcher, ValueTest } from './host-matcher.ts';
import type { YamlNode } from './yaml-node.ts';

const CONDITIONS = ['name', 'group', 'cluster', 'var', 'fact', 'all', 'any', 'not'] as const;
const ACCEPTED = `one of ${CONDITIONS.join(', ')} is accepted, var and fact also with is or like`;

type Tell = (line: number, message: string) => void;

/** All conditions of `where` must hold. Undefined when nothing of it could be read. */
export function readApplyTo(node: YamlNode, tell: Tell): HostMatcher | undefined {
  const where = node.is === 'map' ? node.entries.find(({ key }) => key === 'where') : undefined;
  if (node.is !== 'map' || where === undefined) {
    tell(node.line, 'applyTo: a map with "where" and a list of conditions is accepted.');
    return undefined;
  }
  for (const { key, line } of node.entries) {
    if (key !== 'where') tell(line, `applyTo.${key} is not known; only "where" is accepted.`);
  }
  const all = readConditions(where.value, tell);
  return all && { all };
}

/** A single condition may stand without a list. */
function readConditions(node: YamlNode, tell: Tell): HostMatcher[] | undefined {
  const items = node.is === 'list' ? node.items : [node];
  if (items.length === 0) {
    tell(node.line, `The list of conditions is empty; ${ACCEPTED}.`);
    return undefined;
  }
  const read = items.map((item) => readCondition(item, tell));
  const good = read.filter((condition) => condition !== undefined);
  // A condition that is left out would make the rule hold for more hosts than was meant.
  return good.length === read.length ? good : undefined;
}

function readCondition(node: YamlNode, tell: Tell): HostMatcher | undefined {
  if (node.is !== 'map') {
    tell(node.line, `A condition is a map; ${ACCEPTED}.`);
    return undefined;
  }
  const [main, ...others] = node.entries.filter(({ key }) => key !== 'is' && key !== 'like');
  if (main === undefined || others.length > 0) {
    tell(node.line, `A condition names one thing; ${ACCEPTED}.`);
    return undefined;
  }
  const name = CONDITIONS.find((known) => known === main.key);
  const test = readTest(node, tell);
  const isTested = node.entries.length > 1;
  if (name === undefined) {
    const near = nearestWord(main.key, CONDITIONS);
    tell(main.line, `${JSON.stringify(main.key)} is no condition; ${ACCEPTED}.${near ? ` Did you mean ${near}?` : ''}`);
    return undefined;
  }
  if (isTested && name !== 'var' && name !== 'fact') {
    tell(main.line, `${name} takes no is or like: it is a glob itself.`);
    return undefined;
  }
  if (name === 'all' || name === 'any') {
    const conditions = readConditions(main.value, tell);
    return conditions && (name === 'all' ? { all: conditions } : { any: conditions });
  }
  if (name === 'not') {
    const inner = readConditions(main.value, tell);
    return inner && { not: inner.length === 1 && inner[0] ? inner[0] : { all: inner } };
  }
  const text = plainText(main.value);
  if (text === undefined || text === '' || test === undefined) {
    if (text === undefined || text === '') tell(main.line, `${name}: a name is accepted.`);
    return undefined;
  }
  switch (name) {
    case 'name':
      return { name: text };
    case 'group':
      return { group: text };
    case 'cluster':
      return { cluster: text };
    case 'var':
      return { var: text.replace(/^_/, ''), test };
    case 'fact':
      return { fact: text, test };
    default:
      return name satisfies never;
  }
}

function readTest(node: YamlNode, tell: Tell): ValueTest | undefined {
  if (node.is !== 'map') return {};
  const test: ValueTest = {};
  for (const { key, line, value } of node.entries) {
    if (key === 'like') {
      const like = plainText(value);
      if (like === undefined) {
        tell(line, 'like: a text with * and ? is accepted.');
        return undefined;
      }
      test.like = like;
    } else if (key === 'is') {
      const texts = (value.is === 'list' ? value.items : [value]).map(plainText);
      const good = texts.filter((text) => text !== undefined);
      if (good.length !== texts.length || good.length === 0) {
        tell(line, 'is: a text, or a list of texts, is accepted.');
        return undefined;
      }
      test.is = good;
    }
  }
  return test;
}

const plainText = (node: YamlNode): string | undefined =>
  node.is === 'plain' && node.value !== null ? String(node.value) : undefined;

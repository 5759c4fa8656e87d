// The catalogue of strings: what the console asks for is there, and what is there is asked for.

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { en } from '#web/ui/i18n/en.ts';

const root = join(import.meta.dirname, '../../web/ui');

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !/^(dist|i18n|node_modules)\//.test(path))
  .map((path) => readFileSync(join(root, path), 'utf8'))
  .join('\n');

function keysOf(node: object, prefix = ''): string[] {
  return Object.entries(node).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? keysOf(value, `${prefix}${name}.`) : [`${prefix}${name}`],
  );
}

const plural = /_(one|other)$/;
const keys = new Set(keysOf(en).map((key) => key.replace(plural, '')));

/** Texts of the sources that look like keys; what is filled in at run time matches any one name. */
const asked = [
  ...sources.matchAll(/['"]([a-zA-Z]+(?:\.\w+)+)['"]/g),
  ...sources.matchAll(/`([a-zA-Z]+\.(?:[\w.]|\$\{[^}`]+\})+)`/g),
].map((match) => match[1] ?? '');
const patterns = asked.map(
  (key) =>
    new RegExp(
      `^${key
        .replace(/\$\{[^}]*\}/g, '*')
        .replaceAll('.', '\\.')
        .replaceAll('*', '[\\w.]+')}$`,
    ),
);

test('every plural has both its forms', () => {
  const all = keysOf(en);
  for (const key of all.filter((entry) => plural.test(entry))) {
    const base = key.replace(plural, '');
    expect(all, base).toEqual(expect.arrayContaining([`${base}_one`, `${base}_other`]));
  }
});

test('every key the console asks for is in the catalogue', () => {
  const literal = [...sources.matchAll(/\bt\(\s*'([^']+)'/g), ...sources.matchAll(/i18nKey="([^"]+)"/g)].map(
    (m) => m[1] ?? '',
  );
  expect(literal.length).toBeGreaterThan(300);
  expect(literal.filter((key) => !keys.has(key))).toEqual([]);
});

test('no string is left that nobody asks for', () => {
  expect([...keys].filter((key) => !patterns.some((pattern) => pattern.test(key)))).toEqual([]);
});

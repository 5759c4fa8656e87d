import { expect, test } from 'vitest';
import { matchesGlob, matchesScope } from '#alerting/rules/rule-scope.ts';
import type { RuleScope } from '#alerting/rules/rule.ts';

const globs: [string, string, boolean][] = [
  ['web-*', 'web-17', true],
  ['web-*', 'db-1', false],
  ['WEB-1?', 'web-17', true],
  ['web-1?', 'web-1', false],
  ['*.shop.*', 'a.shop.example', true],
  ['*', '', true],
  ['', 'a', false],
  ['a.b', 'axb', false],
  ['*17', 'web-17', true],
  ['w*b*7', 'web-17', true],
];
test.each(globs)('%s on %s: %s', (glob, text, expected) => expect(matchesGlob(glob, text)).toBe(expected));

test('a hostile glob on a hostile name takes no time', () => {
  const startMs = performance.now();
  expect(matchesGlob('*a'.repeat(100) + 'b', 'a'.repeat(250))).toBe(false);
  expect(performance.now() - startMs).toBeLessThan(100);
});

const host = { cluster: 'shop', host: 'web-17', hostId: 'h17', groupIds: ['g-web'] };
const scopes: [string, RuleScope, boolean][] = [
  ['nothing named is everything', {}, true],
  ['cluster and host must both match', { cluster: 'shop', host: 'db-*' }, false],
  ['a member by id', { hostIds: ['h17'] }, true],
  ['a member by group', { hostIds: ['h1'], groupIds: ['g-web'] }, true],
  ['no member', { groupIds: ['g-db'] }, false],
  ['a member whose name does not match', { host: 'db-*', hostIds: ['h17'] }, false],
];
test.each(scopes)('%s', (_what, scope, expected) => expect(matchesScope(scope, host)).toBe(expected));

test('a host that inventory does not know belongs to no group', () => {
  expect(matchesScope({ groupIds: ['g-web'] }, { cluster: 'shop', host: 'web-17' })).toBe(false);
});

// The host's own rules about what the server may ask: first match decides.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { decidePolicy, readPolicy } from '#agent/policy.ts';

type Rules = Parameters<typeof decidePolicy>[0];
const anna = { action: 'script', requestedBy: 'user:anna' };
const cases: [what: string, rules: Rules, allowed: boolean, rule: string][] = [
  ['no rule allows anything', [], false, 'no rule of policy.json allows it'],
  ['everything is allowed', [{ effect: 'allow', actions: ['*'] }], true, 'rule 1'],
  [
    'scripts are denied before all is allowed',
    [
      { effect: 'deny', actions: ['script'] },
      { effect: 'allow', actions: ['*'] },
    ],
    false,
    'rule 1',
  ],
  [
    'scripts are denied after all is allowed',
    [
      { effect: 'allow', actions: ['*'] },
      { effect: 'deny', actions: ['script'] },
    ],
    true,
    'rule 1',
  ],
  ['reflexes only', [{ effect: 'allow', actions: ['script'], by: ['reflex:*'] }], false, 'no rule'],
  ['Anna by name', [{ effect: 'allow', actions: ['script'], by: ['user:anna'] }], true, 'rule 1'],
];
test.each(cases)('%s', (_what, rules, allowed, rule) => {
  const decision = decidePolicy(rules, anna);
  expect(decision.allowed).toBe(allowed);
  expect(decision.rule).toContain(rule);
});

const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-policy-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('no file allows all; a file that cannot be read allows nothing and says why', () => {
  expect(readPolicy(directory)(anna).allowed).toBe(true);
  for (const content of ['{', '{"rules": [{"effect": "maybe", "actions": []}]}']) {
    writeFileSync(path.join(directory, 'policy.json'), content);
    const decision = readPolicy(directory)(anna);
    expect(decision.allowed).toBe(false);
    expect(decision.rule).toContain('policy.json cannot be read');
  }
});

import { expect, test } from 'vitest';
import { checkDefinitions, fillInputs, type InputDefinition, type InputValues } from '#remediation/inputs.ts';
import { checkSteps, requestOf } from '#remediation/steps/step-types.ts';
import type { RunStep } from '#remediation/steps/step.ts';

const service: InputDefinition = { name: 'service', type: 'string', required: true };
const lines: InputDefinition = { name: 'lines', type: 'integer', default: '15' };
const mode: InputDefinition = { name: 'mode', type: 'enum', options: ['soft', 'hard'] };

const fills: [string, InputDefinition[], InputValues, InputValues | string[]][] = [
  ['a value is taken, a default filled in', [service, lines], { service: 'nginx' }, { service: 'nginx', lines: '15' }],
  ['a missing required value is named', [service], {}, ['inputs.service: is required']],
  ['an optional value may be absent', [mode], {}, { mode: '' }],
  ['a word is no number', [lines], { lines: 'many' }, ['inputs.lines: "many" is not a whole number']],
  ['a minus sign is fine', [lines], { lines: '-3' }, { lines: '-3' }],
  ['an enum takes its options only', [mode], { mode: 'odd' }, ['inputs.mode: "odd" is not one of soft, hard']],
  [
    'a name nobody declared is refused, with those that exist',
    [service],
    { service: 'a', host: 'b' },
    ['inputs.host: is not an input of this runbook; it takes service'],
  ],
  [
    'all problems at once',
    [service, lines],
    { lines: 'x' },
    ['inputs.service: is required', 'inputs.lines: "x" is not a whole number'],
  ],
];
for (const [what, definitions, given, expected] of fills)
  test(what, () => {
    const filled = fillInputs(definitions, given);
    expect(filled.ok ? filled.values : filled.problems).toEqual(expected);
  });

test('declarations are checked as well', () => {
  const problems = checkDefinitions([service, service, { name: 'm', type: 'enum' }, { ...lines, default: 'x' }]);
  expect(problems).toEqual([
    'inputs[1].name: "service" is declared twice',
    'inputs[2].options: an enum needs at least one',
    'inputs[3].default: "x" is not a whole number',
  ]);
});

const script = (change: object): RunStep => ({ type: 'script', interpreter: 'sh', script: 'true', ...change });
const checks: [string, RunStep, string[]][] = [
  ['a plain script', script({}), []],
  ['an empty script', script({ script: ' \n' }), ['steps[0].script: is empty']],
  [
    'Windows line ends in the first line',
    script({ script: '#!/bin/sh\r\ntrue\n' }),
    ['steps[0].script: its first line ends in CR LF; save it with LF'],
  ],
  [
    'a reference to an input that is not there',
    script({ args: ['{{host}}'] }),
    ['steps[0]: "{{host}}" names no input; declared: service'],
  ],
  [
    'a name that only Plexus gives',
    script({ env: { PLEXUS_X: '1' } }),
    ['steps[0].env.PLEXUS_X: names that begin with PLEXUS_ are given by Plexus'],
  ],
  [
    'an option in place of a service',
    { type: 'service', service: '--now', action: 'stop' },
    ['steps[0].service: "--now" is not a service name'],
  ],
  ['a service given by an input', { type: 'service', service: '{{service}}', action: 'stop' }, []],
];
for (const [what, step, problems] of checks) test(what, () => expect(checkSteps([step], [service])).toEqual(problems));

test('inputs reach a script as whole arguments and environment, never inside its text', () => {
  const evil = '"; rm -rf / #';
  const step = script({
    script: 'echo {{service}} "$1"',
    args: ['{{service}}', 'x{{service}}'],
    env: { NAME: '{{service}}' },
  });
  const { body } = requestOf(step, { inputs: { service: evil }, timeoutSec: 5, catalog: [] });
  expect(body).toMatchObject({
    script: 'echo {{service}} "$1"',
    args: [evil, 'x{{service}}'],
    env: { NAME: evil, PLEXUS_IN_SERVICE: evil },
    timeoutSec: 5,
  });
});

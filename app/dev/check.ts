// `npm run check`: types, lint with the import rules, format, unused code, generated
// files current. Runs all of them and fails if any does.

import { spawnSync } from 'node:child_process';

const STEPS: [name: string, command: string, ...args: string[]][] = [
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['lint and import rules', 'oxlint', '--quiet'],
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['unused code', process.execPath, 'app/dev/unused-code.ts'],
  ['generated row types', process.execPath, 'app/dev/codegen.ts', '--check'],
];

const failed = STEPS.filter(([name, command, ...args]) => {
  console.log(`— ${name}`);
  return spawnSync(command, args, { stdio: 'inherit' }).status !== 0;
}).map(([name]) => name);

console.log(failed.length === 0 ? 'check: all well' : `check: ${failed.join(', ')} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;

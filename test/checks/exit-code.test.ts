// What exit codes of plugins mean for services and for hosts (spec §1.1).

import { expect, test } from 'vitest';
import { hostStateOfExit, serviceStateOfExit } from '#checks/exit-code.ts';

test('exit codes of host plugins: WARNING is up unless the site is strict', () => {
  expect([0, 1, 2, 3, 127].map((code) => hostStateOfExit(code, true))).toEqual(['up', 'up', 'down', 'down', 'down']);
  expect(hostStateOfExit(1, false)).toBe('down');
});

test('exit codes of service plugins: four mean something, the rest is up to the check', () => {
  const states = [0, 1, 2, 3].map((code) => serviceStateOfExit(code, 'unknown'));
  expect(states).toEqual(['ok', 'warning', 'critical', 'unknown']);
  expect([-1, 4, 126, 255].map((code) => serviceStateOfExit(code, 'critical'))).toEqual(Array(4).fill('critical'));
});

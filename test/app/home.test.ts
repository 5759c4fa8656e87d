import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openHome, secretKeyOf, type Home } from '#app/home.ts';

let home: Home;
beforeEach(() => {
  home = openHome(mkdtempSync(path.join(os.tmpdir(), 'plexus-home-')));
});

test('the secret key is made once, for its owner only', () => {
  const key = secretKeyOf(home);
  expect(key.length).toBeGreaterThanOrEqual(32);
  expect(secretKeyOf(home)).toBe(key);
  expect(statSync(home.file('secret.key')).mode & 0o777).toBe(0o600);
});

test('a damaged secret key is never replaced: what it sealed would be lost', () => {
  writeFileSync(home.file('secret.key'), '');
  expect(() => secretKeyOf(home)).toThrow('is damaged. Restore it from a backup.');
  expect(readFileSync(home.file('secret.key'), 'utf8')).toBe('');
});

test('one server at a time holds a home, and lets the next one in', () => {
  expect(() => openHome(home.directory)).toThrow(`pid ${process.pid}`);
  home.release();
  expect(() => openHome(home.directory)).not.toThrow();
});

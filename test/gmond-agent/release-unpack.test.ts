// What an unpacked archive may not do to the host: lead our own writes, or the
// linked names of a release, through a link to somewhere else.

import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { layoutOf } from '#agent/actions/release-layout.ts';
import { linkShared } from '#agent/actions/release-links.ts';
import { writeDurably } from '#agent/durable-file.ts';

let directory: string;
let release: string;
let elsewhere: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-release-'));
  release = path.join(directory, 'releases', '20260101000000.partial');
  elsewhere = path.join(directory, 'etc');
  for (const made of [release, elsewhere]) mkdirSync(made, { recursive: true });
  writeFileSync(path.join(elsewhere, 'x'), 'precious');
});
afterEach(() => rmSync(directory, { recursive: true }));

const link = (name: string) => linkShared(layoutOf(directory), release, { linkedDirs: [], linkedFiles: [name] });

test.each(['config/x', 'config/deeper/x'])('an archive whose config leads elsewhere cannot have %s linked', (name) => {
  symlinkSync(elsewhere, path.join(release, 'config'));
  expect(() => link(name)).toThrow('config is a link that leads out of the release');
  expect(readFileSync(path.join(elsewhere, 'x'), 'utf8')).toBe('precious');
  expect(existsSync(path.join(elsewhere, 'deeper'))).toBe(false);
});

test('a link that stays in the release is as good as a directory', () => {
  mkdirSync(path.join(release, 'settings'));
  symlinkSync('settings', path.join(release, 'config'));
  link('config/x');
  expect(readlinkSync(path.join(release, 'settings', 'x'))).toBe(path.join(directory, 'shared', 'config', 'x'));
});

test('a durable write does not follow a link that lies where it writes beside', () => {
  const file = path.join(release, '.release.json');
  symlinkSync(path.join(elsewhere, 'x'), `${file}.new`);
  writeDurably(file, 'note');
  expect(readFileSync(path.join(elsewhere, 'x'), 'utf8')).toBe('precious');
  expect(lstatSync(file).isFile()).toBe(true);
});

// The judge: what a real Nagios made of a tree, put beside what we make of it. Every folder
// with tree/, expected-objects.json and objects.cache is a case.

import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { toObjectsCache } from '#checks/objects/objects-cache.ts';
import { fixturePath, readFixture } from '../../support/fixtures.ts';
import { TREE, readCacheFile, resolveTree, sortObjects, type PlainObject } from './nagios-tree-fixture.ts';

interface Expected {
  counts: Record<string, number>;
  warnings: string[];
  objects: PlainObject[];
}

const folders = readdirSync(fixturePath('nagios')).filter((name) =>
  ['tree/nagios.cfg', 'expected-objects.json', 'objects.cache'].every((file) =>
    existsSync(fixturePath('nagios', name, file)),
  ),
);

describe.each(folders)('tree %s', (name) => {
  const { tree, resolved, settings, report } = resolveTree(fixturePath('nagios', name, 'tree'));
  const expected = JSON.parse(readFixture('nagios', name, 'expected-objects.json')) as Expected;
  const cache = toObjectsCache(resolved, settings.intervalLengthSec);
  const ours: PlainObject[] = cache.map(({ type, attributes }) => ({ type, attrs: Object.fromEntries(attributes) }));

  test('holds as many objects of each type as Nagios counts', () => {
    const counts = Object.fromEntries(
      Map.groupBy(ours, ({ type }) => type)
        .entries()
        .map(([type, all]) => [type, all.length]),
    );
    expect(counts).toEqual(expected.counts);
  });

  test('has every attribute that Nagios writes, and no other', () => {
    expect(sortObjects(ours)).toEqual(sortObjects(expected.objects));
  });

  test('is what stands in the object cache itself', () => {
    expect(sortObjects(ours)).toEqual(sortObjects(readCacheFile(fixturePath('nagios', name, 'objects.cache'))));
  });

  test('warns where Nagios warns', () => {
    const duplicate =
      /^Warning: (?<what>Duplicate definition .*) \(config file '(?<file>.*)', starting on line (?<line>\d+)\)$/;
    const wanted = expected.warnings.flatMap((warning) => {
      const groups = duplicate.exec(warning)?.groups;
      if (groups !== undefined) return [`${groups['file']?.replace('@D@', TREE)}:${groups['line']} ${groups['what']}`];
      return warning.startsWith('Total') ? [] : [warning.replace(/^Warning: /, '').replace(/!$/, '')];
    });
    const notes = report.objects.flatMap(({ file, notes }) => notes.map((note) => ({ file, ...note })));
    const given = notes.map(({ file, line, message }) => {
      const isDuplicate = message.startsWith('Duplicate definition');
      return isDuplicate ? `${file}:${line} ${message.replace(/;.*$/, '')}` : message.replace(/[.!]$/, '');
    });
    expect(given.toSorted()).toEqual(wanted.toSorted());
  });

  test('keeps every file and setting that it was read from', () => {
    expect(tree.files.length).toBeGreaterThan(0);
    expect(tree.settings.length).toBeGreaterThan(0);
    expect(report.problems).toEqual([]);
    expect(report.errors).toBe(0);
  });
});

test.each(['A', 'B', 'C'])('objects of recording %s are read without an error', (set) => {
  const folder = fixturePath('nagios', 'statemachine');
  const main = `cfg_file=objects-${set}.cfg\n${readFixture('nagios', 'statemachine', 'main.cfg')}`;
  const { compiled, report } = resolveTree(folder, `${TREE}/main.cfg`, main);
  expect(compiled.hosts.length).toBeGreaterThan(0);
  expect(compiled.services.length).toBeGreaterThan(0);
  const skipped = report.objects.filter(({ verdict }) => verdict === 'skipped').map(({ name }) => name);
  // Two command lines of set B are cut by a ";" inside their quotes, on purpose.
  expect(skipped).toEqual(set === 'B' ? ["service 'hd2/xerrout'", "service 'hd2/xmulti'"] : []);
});

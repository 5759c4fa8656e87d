// Reading a tree from the disk: moved folders, links that lead back, files that are no files.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { formatImportReport } from '#checks/objects/import-report.ts';
import { importNagios } from '#checks/objects/import-nagios.ts';
import { createNagiosFilesOnDisk } from '#checks/objects/nagios-files-on-disk.ts';
import { readNagiosTree } from '#wire/nagios-config-tree.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'plexus-tree-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a copied tree is read where it lies now; a folder that links to itself is entered once', () => {
  mkdirSync(path.join(folder, 'objects'));
  writeFileSync(path.join(folder, 'nagios.cfg'), 'cfg_dir=/etc/n/objects\ncfg_file=/etc/n/gone.cfg\n');
  writeFileSync(path.join(folder, 'objects', 'h.cfg'), 'define host {\n host_name h\n max_check_attempts 1\n}\n');
  symlinkSync(path.join(folder, 'objects'), path.join(folder, 'objects', 'again'));
  symlinkSync('/dev/zero', path.join(folder, 'objects', 'zero.cfg'));

  const tree = readNagiosTree('/etc/n/nagios.cfg', createNagiosFilesOnDisk({ from: '/etc/n', to: folder }));
  expect(tree.files).toEqual(['/etc/n/objects/h.cfg']);
  expect(tree.problems.map(({ message }) => message)).toEqual([
    expect.stringContaining('it was entered before'),
    expect.stringContaining('it is no file'),
    expect.stringContaining('gone.cfg'),
  ]);
  const lines = formatImportReport(importNagios(tree).report).join('\n');
  expect(lines).toContain('/etc/n/nagios.cfg:2  error: ');
  expect(lines).toMatch(/host +1 +0 +0/);
  expect(lines).toContain('3 errors');
});

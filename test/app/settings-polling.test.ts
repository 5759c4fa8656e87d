// What an operator writes about data sources, in plexus.yaml or in the gmetad.conf of the site.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { carbonOf, readGmetadFile, readPolling } from '#app/settings-polling.ts';
import { createSettingReader, SettingsError } from '#kernel/config-reader.ts';

const readerOf = (content: unknown) => createSettingReader({ environment: {}, file: { name: 'plexus.yaml', content } });

function readAll(content: unknown, environment = {}) {
  const reader = readerOf(content);
  const gmetad = readGmetadFile(reader, environment);
  const polling = readPolling(reader, gmetad);
  reader.finish();
  return { polling, gmetad };
}

function problemsOf(content: unknown): string {
  try {
    readAll(content);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return '';
}

function confFile(text: string): string {
  const home = mkdtempSync(path.join(tmpdir(), 'plexus-gmetad-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const file = path.join(home, 'gmetad.conf');
  writeFileSync(file, text);
  return file;
}

test('without a word nothing is polled', () => {
  expect(readAll({}).polling).toEqual({ sources: [], scalable: true, findings: [] });
});

test('sources of plexus.yaml', () => {
  const { polling } = readAll({
    collector: { scalable: false, sources: [{ name: 'web', addresses: ['10.0.0.1', '[fd00::1]:8700'], everySec: 30 }] },
  });
  expect(polling).toEqual({
    scalable: false,
    findings: [],
    sources: [
      {
        name: 'web',
        everySec: 30,
        addresses: [
          { host: '10.0.0.1', port: 8649 },
          { host: 'fd00::1', port: 8700 },
        ],
      },
    ],
  });
});

const wrong: [what: string, sources: unknown, message: RegExp][] = [
  ['no list', 'localhost', /collector\.sources: a list of \{name, addresses, everySec\?\} is accepted/],
  ['no name', [{ addresses: ['a'] }], /sources\[0\]\.name: missing/],
  ['no address', [{ name: 'a' }], /sources\[0\]\.addresses: missing/],
  ['no such address', [{ name: 'a', addresses: ['a:b:c'] }], /addresses\[0\]: "a:b:c" was given; host, host:port/],
  ['no such time', [{ name: 'a', addresses: ['a'], everySec: 0 }], /everySec: 0 was given; whole seconds/],
  ['an unknown key', [{ name: 'a', addresses: ['a'], every: 5 }], /sources\[0\]\.every: not a known setting/],
  [
    'a name twice',
    [
      { name: 'a', addresses: ['a'] },
      { name: 'a', addresses: ['b'] },
    ],
    /sources\[1\]\.name: "a" stands above/,
  ],
];
test.each(wrong)('%s is told with its place', (_what, sources, message) => {
  expect(problemsOf({ collector: { sources } })).toMatch(message);
});

test('a gmetad.conf is used as it is; plexus.yaml wins over it, and its wrong lines are told, not fatal', () => {
  const gmetadConf = confFile(
    'data_source "web" 10.0.0.9\ndata_source "${SITE}" 20 10.0.0.2\nscalable off\nnonsense 1\nsetuid off\ncarbon_server graphite\ncarbon_timeout 900\n',
  );
  const { polling, gmetad } = readAll(
    { collector: { gmetadConf, sources: [{ name: 'web', addresses: ['10.0.0.1'] }] } },
    { SITE: 'north' },
  );
  expect(polling.sources.map(({ name, everySec, addresses }) => [name, everySec, addresses[0]?.host])).toEqual([
    ['web', 15, '10.0.0.1'],
    ['north', 20, '10.0.0.2'],
  ]);
  expect(polling.scalable).toBe(false);
  expect(polling.findings).toMatchObject([{ file: gmetadConf, line: 4, directive: 'nonsense', verdict: 'wrong' }]);
  expect(carbonOf(gmetad)).toEqual({ host: 'graphite', port: 2003, protocol: 'tcp', timeoutMs: 900 });
});

test('a gmetad.conf that is not there is a problem', () => {
  expect(problemsOf({ collector: { gmetadConf: '/no/such/file' } })).toMatch(/"\/no\/such\/file" cannot be read/);
});

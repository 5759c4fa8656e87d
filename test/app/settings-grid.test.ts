import { expect, test } from 'vitest';
import { readGrid } from '#app/settings-grid.ts';
import { createSettingReader } from '#kernel/config-reader.ts';

function read(environment: Record<string, string>, content: unknown = null, beneath?: Parameters<typeof readGrid>[2]) {
  const reader = createSettingReader({ environment, file: { name: 'plexus.yaml', content } });
  const grid = readGrid(reader, 'https://plexus.example/', beneath);
  reader.finish();
  return grid;
}

const CONF = {
  gridName: 'old grid',
  authority: 'http://old/',
  trustedHosts: ['10.0.0.1'],
  allTrusted: true,
  xmlPort: 9651,
  interactivePort: 9652,
};

test('without settings the ports are those of gmetad, on this machine, for this machine', () => {
  expect(read({})).toEqual({
    name: 'unspecified',
    authority: 'https://plexus.example/',
    host: '127.0.0.1',
    xml: { port: 8651, explicit: false },
    queries: { port: 8652, explicit: false },
    trustedHosts: [],
    allTrusted: false,
  });
});

test('a gmetad.conf gives what nobody set here, and its ports are no demand', () => {
  expect(read({ PLEXUS_GMETAD_GRID_NAME: 'site' }, null, CONF)).toEqual({
    name: 'site',
    authority: 'http://old/',
    host: '127.0.0.1',
    xml: { port: 9651, explicit: false },
    queries: { port: 9652, explicit: false },
    trustedHosts: ['10.0.0.1'],
    allTrusted: true,
  });
});

test('trusted hosts are a list in the file, or text with commas or blanks', () => {
  const trusted = ['10.0.0.0/8', 'web.example'];
  expect(read({}, { gmetad: { trustedHosts: trusted } }, CONF).trustedHosts).toEqual(trusted);
  expect(read({ PLEXUS_GMETAD_TRUSTED_HOSTS: '10.0.0.0/8, web.example' }).trustedHosts).toEqual(trusted);
});

test('a port that somebody set must be free', () => {
  expect(read({ PLEXUS_GMETAD_XML_PORT: '9000' }, { gmetad: { queryPort: 9001 } })).toMatchObject({
    xml: { port: 9000, explicit: true },
    queries: { port: 9001, explicit: true },
  });
  expect(() => read({ PLEXUS_GMETAD_XML_PORT: 'x' })).toThrow('PLEXUS_GMETAD_XML_PORT');
});

// Recorded answers of gmond and gmetad: all of it is read, and of the malformed ones
// all but what is damaged.

import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createKnownMetrics } from '#wire/ganglia-xml-metric.ts';
import { isOwnCopy, readFixture, readFixtureBytes } from '#test/support/fixtures.ts';
import { scanAll } from './ganglia-xml-events.ts';

interface Recorded {
  file: string;
  wellFormed: boolean;
  gzip?: boolean;
}

const manifest = JSON.parse(readFixture('ganglia', 'manifest.json')) as { gmondXml: Recorded[]; gmetadXml: Recorded[] };
const recorded = [...manifest.gmondXml, ...manifest.gmetadXml];

function documentOf({ file, gzip }: Recorded): Buffer {
  const bytes = readFixtureBytes('ganglia', file);
  return gzip === true ? gunzipSync(bytes) : bytes;
}

/** Both print an element a line: counted without any parser. */
const linesThat = (document: Buffer, begin: string): string[] =>
  document
    .toString('latin1')
    .split('\n')
    .filter((line) => line.startsWith(begin));

const count = (events: string[], what: string): number => events.filter((event) => event.startsWith(`${what} `)).length;

const ATTRIBUTES = '(?: [A-Z_]+="(?:[^"<>&\\x80-\\xff]|&(?:amp|lt|gt|quot|apos|#\\d+);)*")+';
const SOUND = new RegExp(`^<[A-Z_]+${ATTRIBUTES}/?>$`);

describe.each(recorded)('$file', (entry) => {
  const document = documentOf(entry);
  const { events, metrics, losses, complete } = scanAll(document);

  test('is read to its end', () => expect(complete).toBe(true));

  test('has every host, cluster, grid and summary', () => {
    expect(count(events, 'host')).toBe(linesThat(document, '<HOST ').length);
    expect(count(events, 'cluster')).toBe(linesThat(document, '<CLUSTER ').length);
    expect(count(events, 'grid')).toBe(linesThat(document, '<GRID ').length);
    expect(count(events, 'hosts')).toBe(linesThat(document, '<HOSTS ').length);
    expect(count(events, 'summary')).toBe(linesThat(document, '<METRICS ').length);
  });

  test('loses no element that is sound, and counts what it loses', () => {
    const lines = linesThat(document, '<METRIC ');
    const damaged = lines.filter((line) => !SOUND.test(line)).length;
    expect(metrics.length).toBeGreaterThanOrEqual(lines.length - damaged);
    expect(losses.filter(({ element }) => element === 'METRIC').length).toBe(lines.length - metrics.length);
    const extras = linesThat(document, '<EXTRA_ELEMENT ').length;
    const read = metrics.reduce((sum, { extra }) => sum + extra.length, 0);
    const ofSummaries = events
      .filter((event) => event.startsWith('summary '))
      .reduce(
        (sum, event) => sum + (JSON.parse(event.slice(8)) as [{ announced: { extra: [] } }])[0].announced.extra.length,
        0,
      );
    expect(read + ofSummaries + losses.filter(({ element }) => element === 'EXTRA_ELEMENT').length).toBe(extras);
    if (entry.wellFormed) expect(losses).toEqual([]);
  });

  test('reads the same when it is read again, and byte by byte', () => {
    const known = createKnownMetrics();
    scanAll(document, { known });
    expect(scanAll(document, { known }).events).toEqual(events);
    const cuts = Array.from({ length: document.length }, (_, at) => at);
    expect(scanAll(document, { cuts }).events).toEqual(events);
  });
});

if (isOwnCopy) {
  test('what no XML parser takes is read as it was sent', () => {
    const { metrics, losses, repaired } = scanAll(readFixtureBytes('ganglia', 'special-gmond.xml'));
    const found = (name: string) => metrics.find((metric) => metric.name === name);
    expect(found('utf8')?.value).toBe('Grüße 温度');
    expect(found('u_title')?.extra).toContainEqual(['TITLE', 'Température "x" <y>']);
    expect(found('app_state')?.value).toBe("a<b & 'c' >d");
    expect(found('ctl')?.value).toBe('tab\there');
    expect(losses).toEqual([]);
    expect(repaired).toBeGreaterThan(0);
  });
}

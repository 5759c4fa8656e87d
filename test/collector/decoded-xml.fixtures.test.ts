// The captures' judge: these datagrams, sent to a real gmond, gave this XML. Sent to
// the collector they must give the same, up to clock values and order.

import { expect, test } from 'vitest';
import { readFixture, readJsonLines } from '#test/support/fixtures.ts';
import { loopbackEntry, startCollector } from './harness.ts';

const manifest: { decoded: { udp: string; xml: string }[] } = JSON.parse(readFixture('ganglia', 'manifest.json'));

/** HOST start lines and whole METRIC elements, sorted, without what the clock decides. */
function parts(xml: string): string[] {
  const timeless = xml.replace(/ (LOCALTIME|REPORTED|TN)="\d+"/g, '');
  const hosts = timeless.split(/(?=<HOST )/).slice(1);
  return hosts
    .flatMap((host) => {
      const [start = '', ...metrics] = host.split(/(?=<METRIC )/);
      const name = /NAME="([^"]*)"/.exec(start)?.[1];
      return [start.split('\n')[0] ?? '', ...metrics.map((metric) => `${name}: ${metric.split('</METRIC>')[0]}`)];
    })
    .sort();
}

test.each(manifest.decoded)('$udp gives $xml', async ({ udp, xml }) => {
  const expected = readFixture('ganglia', xml);
  const cluster = /<CLUSTER NAME="([^"]*)"/.exec(expected)?.[1] ?? '';
  const running = await startCollector({
    listen: [loopbackEntry({ cluster })],
    hostDmaxSec: 0,
    resolveNames: true,
    deps: { lookUpName: (address) => Promise.resolve(address === '127.0.0.1' ? 'localhost' : undefined) },
  });
  const rows = readJsonLines<{ hex: string | null }>('ganglia', udp);
  await running.send(...rows.flatMap(({ hex }) => (hex === null ? [] : [Buffer.from(hex, 'hex')])));
  const got = await running.xml();
  expect(parts(got)).toEqual(parts(expected));
  const prolog = (text: string) => text.slice(0, text.indexOf('<HOST ')).replace(/ LOCALTIME="\d+"/, '');
  // One word is ours: gmond's DTD forgets a slope that gmond prints.
  expect(prolog(got).replaceAll(' | derivative)', ')')).toBe(prolog(expected));
});

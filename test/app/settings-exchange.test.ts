import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readSettings } from '#app/settings.ts';

async function read(yaml: string): Promise<ReturnType<typeof readSettings>> {
  const home = await mkdtemp(path.join(tmpdir(), 'plexus-settings-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  await writeFile(path.join(home, 'plexus.yaml'), yaml);
  return readSettings({ PLEXUS_HOME: home });
}

test('exporters are named by host and port, or by URL', async () => {
  const { scrape } = await read(`collector: {scrape: [
    {cluster: nodes, targets: ['web-1:9100', '[fd00::1]:9100'], everySec: 30},
    {cluster: apps, targets: ['https://app.example/internal/metrics'], everySec: 5}]}`);
  expect(scrape).toEqual([
    {
      ...{ cluster: 'nodes', everySec: 30, timeoutSec: 10 },
      targets: ['http://web-1:9100/metrics', 'http://[fd00::1]:9100/metrics'],
    },
    // Never longer than the interval: two questions to one exporter do not overlap.
    { cluster: 'apps', targets: ['https://app.example/internal/metrics'], everySec: 5, timeoutSec: 5 },
  ]);
});

test.each([
  ['{cluster: a}', 'collector.scrape.cluster', 'not a known setting'],
  ['node-exporter', 'collector.scrape', 'a list of {cluster, targets'],
  ['[{targets: [x]}]', 'collector.scrape[0].cluster', 'the name of the cluster is needed'],
  ['[{cluster: a}]', 'collector.scrape[0].targets', 'a list of host:port or URLs'],
  ["[{cluster: a, targets: ['http://']}]", 'collector.scrape[0].targets[0]', '"http://" was given'],
  ['[{cluster: a, targets: [x], everySec: often}]', 'collector.scrape[0].everySec', '"often" was given'],
  ['[{cluster: a, targets: [x], interval: 5}]', 'collector.scrape[0].interval', 'not a known setting'],
])('scrape: %s is refused at %s', async (yaml, where, problem) => {
  await expect(read(`collector: {scrape: ${yaml}}`)).rejects.toMatchObject({
    problems: expect.arrayContaining([
      { where: expect.stringContaining(where), problem: expect.stringContaining(problem) },
    ]),
  });
});

test('a Graphite is off until its host is named', async () => {
  expect((await read('carbon: {port: 2004}')).carbon).toBeUndefined();
  expect((await read('carbon: {host: graphite, protocol: udp, prefix: dc1}')).carbon).toEqual({
    ...{ host: 'graphite', port: 2003, protocol: 'udp', prefix: 'dc1' },
  });
  await expect(read('carbon: {host: graphite, protocol: pickle}')).rejects.toThrow('one of tcp, udp');
});

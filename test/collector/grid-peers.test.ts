// Ganglia's own readers on us: gstat prints what it prints of a gmond, a real gmetad takes
// our dumps, answers what we answer, and takes our grid as one below its own.

import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { describeWithPeer } from '#test/support/peer.ts';
import { allNamed, attribute, childrenNamed, readTree, type Element } from './ganglia-tree.ts';
import { askLine, listeningGmond, pollingGmetad, runPeer } from './ganglia-peers.ts';
import { loopbackEntry, startCollector, waitFor } from './harness.ts';
import { float, metadata, text, uint } from './packets.ts';

const GRID = { name: 'site', authority: 'http://site.example/' };
const PORTS = { xml: { port: 0, required: true }, queries: { port: 0, required: true } };

/** Three hosts as a site has them: loads, processors, one text, one that names itself in capitals. */
function packetsOf(hosts: string[], queue: number): Buffer[] {
  return hosts.flatMap((name, i) => {
    const of = { spoof: `10.9.${queue}.${i + 1}:${name}` };
    const group: [string, string][] = [['GROUP', 'load']];
    return [
      metadata('load_one', { ...of, type: 'float', units: ' ', extra: group }),
      float('load_one', 0.5 + 2 * i, of),
      metadata('load_five', { ...of, type: 'float', units: ' ', extra: group }),
      float('load_five', 0.5 * (i + 1), of),
      metadata('cpu_num', { ...of, type: 'uint16', units: 'CPUs', slope: 0 }),
      uint('cpu_num', 4 + i, of),
      metadata('proc_total', { ...of, units: ' ' }),
      uint('proc_total', 100 * (i + 1), of),
      metadata('os_name', { ...of, type: 'string', slope: 0 }),
      text('os_name', 'Linux & "co"', of),
      ...(i === 0 ? [metadata('queue', { ...of, units: 'jobs' }), uint('queue', queue, of)] : []),
    ];
  });
}

async function sendTo(port: number, datagrams: Buffer[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const datagram of datagrams)
    await new Promise<void>((resolve) => socket.send(datagram, port, '127.0.0.1', () => resolve()));
  socket.close();
}

async function site() {
  const running = await startCollector({
    listen: [loopbackEntry({ cluster: 'web' }), loopbackEntry({ cluster: 'batch jobs' })],
    hostDmaxSec: 0,
    grid: { ...GRID, ...PORTS },
  });
  const { api } = running.collector;
  const [web, batch] = api.ports().map(({ udp, xml }) => ({ udpPort: udp.port, xmlPort: xml?.port ?? 0 }));
  const [xml, queries] = api.gridPorts();
  const sent = { web: packetsOf(['web-1', 'Web-2', 'web-3'], 7), batch: packetsOf(['b-1'], 9) };
  await running.send(...sent.web);
  await sendTo(batch?.udpPort ?? 0, sent.batch);
  await waitFor('both clusters', () => api.latest('batch jobs', '10.9.9.1', 'queue') !== undefined);
  return {
    ...{ api, packets: sent.web, webPort: web?.xmlPort ?? 0, batchPort: batch?.xmlPort ?? 0 },
    ...{ xmlPort: xml?.port ?? 0, queryPort: queries?.port ?? 0 },
  };
}

describeWithPeer(['gmond', 'gstat'], 'gstat', () => {
  test('prints of us what it prints of a gmond that heard the same', async () => {
    const ours = await site();
    const theirs = await listeningGmond('web');
    await sendTo(theirs.udpPort, ours.packets);
    const gstat = async (port: number, flags: string[]) => {
      const printed = await runPeer('gstat', [...flags, '-i', '127.0.0.1', '-p', String(port)]);
      return printed.replace(/(Localtime: ).*/, '$1…');
    };
    await waitFor('gmond to have heard all', async () => /web-3/.test(await gstat(theirs.xmlPort, ['-al'])));
    for (const flags of [['-a'], ['-al'], ['-a1'], ['-an1'], ['-d'], ['-am'], ['-m'], []]) {
      expect(await gstat(ours.webPort, flags), flags.join(' ')).toBe(await gstat(theirs.xmlPort, flags));
    }
    expect(await gstat(ours.webPort, ['-am'])).toBe('web-1:4\nWeb-2:5\nweb-3:6\n');
  });
});

/** Elements by where they stand, with what does not move with time. */
function flatten(element: Element, at = '', into: Record<string, [string, string][]> = {}) {
  for (const child of element.children) {
    // Of a sum it varies with gmetad's polls.
    if (child.name === 'METRICS') child.children = [];
    const path = `${at}/${child.name} ${attribute(child, 'NAME')}`;
    const pairs = allNamed(child, 'EXTRA_ELEMENT').flatMap((pair) => pair.attributes);
    const moving = ['LOCALTIME', 'REPORTED', 'TN'];
    if (child.name === 'EXTRA_DATA') continue;
    into[path] = [
      ...child.attributes.filter(([key]) => !moving.includes(key)),
      ...(child.name === 'METRIC' ? pairs : []),
    ];
    flatten(child, path, into);
  }
  return into;
}

/** Lines before the XML, but for the version; one of gmetad's ends in a bare line feed. */
const headOf = (answer: string): string[] =>
  (answer.split('<?xml')[0] ?? '').split(/\r?\n/).map((line) => line.replace(/^Server: .*/, 'Server'));

const QUERIES = [
  ...['/', '/web', '/web/', '/web//', '//web', '/batch jobs', '/web/Web-2', '/web/web-2', '/web/web-1/queue'],
  ...['/web/web-3/queue', '/web/web-1/nosuch', '/web/nosuch', '/web/nosuch/queue', '/nosuch', '/web/web-1/queue/x'],
  ...['/?filter=summary', '/web?filter=summary', '/web/web-1?filter=summary', '/web/nosuch?filter=summary'],
  ...['/nosuch?filter=summary', '/web/web-1/queue?filter=summary', '/web?filter=other', '/web?filter=', '/web/*'],
  ...[
    'GET / HTTP/1.0',
    'GET /web HTTP/1.0',
    'GET /batch jobs HTTP/1.1',
    'GET /*/*/queue HTTP/1.0',
    'GET /nosuch HTTP/1.0',
  ],
  ...['GET /*/web-1 HTTP/1.0', 'GET /web/nosuch HTTP/1.0', 'GET /web/web-3/queue HTTP/1.0', 'GET /*/*/* HTTP/1.0'],
  ...['GET /*?filter=summary HTTP/1.0', 'GET /web/web-1/ HTTP/1.0', 'GET /web//queue HTTP/1.0'],
];
const REFUSED = ['', 'web', '/we<b', '/web?', '/web?x', '/a%20b', 'GET /web', 'get /web HTTP/1.0', 'POST / HTTP/1.0'];

describeWithPeer('gmetad', 'a real gmetad', () => {
  test('takes our dumps, and answers every query as we do', async () => {
    const ours = await site();
    const theirs = await pollingGmetad({ one: ours.webPort, two: ours.batchPort }, GRID);
    // Its sums follow its polls by a second or two.
    await waitFor('gmetad to have polled and summed both', async () =>
      /HOSTS UP="4"/.test(await askLine(theirs.queryPort, '/?filter=summary')),
    );
    for (const query of QUERIES) {
      const [got, expected] = [await askLine(ours.queryPort, query), await askLine(theirs.queryPort, query)];
      expect(headOf(got), query).toEqual(headOf(expected));
      // gmetad hands what it read on as it stands, markup and all; an answer with it is none.
      const mended = expected.replaceAll('VAL="Linux & "co""', 'VAL="Linux &amp; &quot;co&quot;"');
      expect(flatten(readTree(got)), query).toEqual(flatten(readTree(mended)));
    }
    for (const query of REFUSED) {
      expect([query, await askLine(ours.queryPort, query)]).toEqual([query, '']);
      expect([query, await askLine(theirs.queryPort, query)]).toEqual([query, '']);
    }
  });

  test('takes our grid as one below its own', async () => {
    const ours = await site();
    const theirs = await pollingGmetad({ site: ours.xmlPort }, { name: 'top', authority: 'http://top.example/' });
    let grid: Element | undefined;
    await waitFor('our grid', async () => {
      const xml = await askLine(theirs.queryPort, '/site');
      const [top] = xml === '' ? [] : childrenNamed(readTree(xml), 'GRID');
      grid = top && childrenNamed(top, 'GRID')[0];
      return grid !== undefined && childrenNamed(grid, 'METRICS').length > 0;
    });
    if (grid === undefined) throw new Error('no grid');
    expect(grid.attributes).toMatchObject([
      ['NAME', 'site'],
      ['AUTHORITY', 'http://site.example/'],
      ['LOCALTIME', expect.anything()],
    ]);
    const [hosts] = childrenNamed(grid, 'HOSTS');
    expect(hosts?.attributes).toEqual([
      ['UP', '4'],
      ['DOWN', '0'],
      ['SOURCE', 'gmetad'],
    ]);
    const sums = childrenNamed(grid, 'METRICS').map((sum) => [
      attribute(sum, 'NAME'),
      attribute(sum, 'SUM'),
      attribute(sum, 'NUM'),
    ]);
    expect(sums.sort()).toEqual([
      ['cpu_num', '19', '4'],
      ['load_five', '3.5', '4'],
      ['load_one', '8.0', '4'],
      ['proc_total', '700', '4'],
      ['queue', '16', '2'],
    ]);
  });
});

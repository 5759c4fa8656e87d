// The two gmetad ports over real sockets: what is answered, who is not, and what a
// client that behaves badly costs.

import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGridService, type GridServiceDeps, type GridServiceOptions } from '#collector/grid/service.ts';
import { createSummaries } from '#collector/summary.ts';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { allNamed, attribute, childrenNamed, readTree } from './ganglia-tree.ts';
import { waitFor } from './harness.ts';
import { stateOf } from './polled-state.ts';

const HOSTILE = `"/><x & '°\u0001]]>`;
const escaped = '&quot;/&gt;&lt;x &amp; &apos;&#176;?]]&gt;';
const metric = (name: string, value: string) =>
  `<METRIC NAME="${name}" VAL="${value}" TYPE="uint32" UNITS="${escaped}" TN="1" TMAX="60" DMAX="0" SLOPE="both">` +
  `<EXTRA_DATA><EXTRA_ELEMENT NAME="TITLE" VAL="${escaped}"/></EXTRA_DATA></METRIC>`;
const host = (name: string) =>
  `<HOST NAME="${name}" IP="ip-${name} ${name}" REPORTED="1" TN="1" TMAX="20" DMAX="0" LOCATION="" GMOND_STARTED="1" TAGS="">` +
  `${metric('load', '1')}${metric('queue', '2')}</HOST>`;
const cluster = (name: string, hosts: string[]) =>
  readTree(`]><CLUSTER NAME="${name}" LOCALTIME="1" OWNER="" LATLONG="" URL="">${hosts.map(host).join('')}</CLUSTER>`);

async function serve(options: Partial<GridServiceOptions> = {}, deps: Partial<GridServiceDeps> = {}) {
  const clock = new FakeClock();
  const state = stateOf(clock, [cluster('alpha', ['web-1', 'web-2', escaped]), cluster('beta cluster', ['Node21'])]);
  const polled = { source: 's', localtimeSec: 9, polledTick: 0, alive: true };
  state.grids.set('below', {
    ...{ name: 'below', authority: `http://${HOSTILE}`, polled, hostsUp: 2, hostsDown: 0, metrics: new Map() },
  });
  const summaries = createSummaries({ clock, state }, { hostTmaxSec: 20 });
  const numbers = () => ({ received: 7, polls: { ok: 3, failed: 1 } });
  const service = createGridService(
    { clock, log: silentLogger, state, summaries, numbers, ...deps },
    {
      ...{ name: 'here', authority: 'http://here/', bind: '127.0.0.1', trustedHosts: [], allTrusted: false },
      ...{ hostTmaxSec: 20, hostDmaxSec: 0 },
      ...{ xml: { port: 0, required: true }, queries: { port: 0, required: true } },
      ...options,
    },
  );
  await service.start();
  onTestFinished(() => service.stop());
  const port = (name: 'xml' | 'queries') => service.ports().find((one) => one.name === name)?.port ?? 0;
  return { clock, service, xmlPort: port('xml'), queryPort: port('queries') };
}

/** Everything that is answered to `said`, until the server ends. */
async function ask(port: number, ...said: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => (text += chunk));
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  for (const part of said) await new Promise<void>((resolve) => socket.write(part, () => resolve()));
  await closed;
  return text;
}

const shownIn = (xml: string) =>
  allNamed(readTree(xml), 'CLUSTER').flatMap((shown) => [
    attribute(shown, 'NAME'),
    ...childrenNamed(shown, 'HOST').map(
      (one) =>
        `${attribute(one, 'NAME')}: ${childrenNamed(one, 'METRIC')
          .map((each) => attribute(each, 'NAME'))
          .join()}`,
    ),
  ]);

describe('the port of the whole grid', () => {
  test('gives everything to whoever connects, asked or not, and is well-formed whatever names hold', async () => {
    const { xmlPort } = await serve();
    const xml = await ask(xmlPort, '/alpha/web-1\n');
    expect(shownIn(xml)).toEqual([
      ...['alpha', 'web-1: load,queue', 'web-2: load,queue', `${HOSTILE.replace('\u0001', '?')}: load,queue`],
      ...['beta cluster', 'Node21: load,queue'],
    ]);
    const grids = allNamed(readTree(xml), 'GRID');
    expect(grids.map((grid) => attribute(grid, 'NAME'))).toEqual(['here', 'below']);
    expect(xml).toMatch(/^<\?xml version="1\.0" encoding="ISO-8859-1" standalone="yes"\?>\n<!DOCTYPE GANGLIA_XML \[/);
    expect(xml).toContain('<GANGLIA_XML VERSION="3.7.2" SOURCE="gmetad">\n');
  });
});

test('a host that shares its address with another is shown under the address alone', async () => {
  const { queryPort } = await serve();
  const xml = await ask(queryPort, '/beta cluster\n');
  expect(allNamed(readTree(xml), 'HOST').map((one) => attribute(one, 'IP'))).toEqual(['ip-Node21']);
});

describe('a query', () => {
  const cases: [request: string, shown: string[]][] = [
    ['/beta cluster\n', ['beta cluster', 'Node21: load,queue']],
    ['/beta cluster/Node21/load\r\n', ['beta cluster', 'Node21: load']],
    ['/beta cluster/Node21/nosuch\n', ['beta cluster', 'Node21: load,queue']],
    ['/beta cluster/node21\n', ['beta cluster', 'Node21: load,queue']],
    ['/alpha/web-2?filter=summary\n', ['alpha', 'web-2: ']],
    ['/alpha?filter=summary\n', ['alpha']],
    ['/alpha/nosuch?filter=summary\n', ['alpha']],
    ['/below\n', []],
    ['GET /alpha/nosuch HTTP/1.0\n', ['alpha']],
    ['GET /*/web-2/queue HTTP/1.0\n', ['alpha', 'web-2: queue', 'beta cluster']],
    ['GET /nosuch HTTP/1.0\n', []],
  ];
  test.each(cases)('%j', async (request, shown) => {
    const { queryPort } = await serve();
    expect(shownIn(await ask(queryPort, request))).toEqual(shown);
  });

  test('may come in pieces, and what follows its line does not matter', async () => {
    const { queryPort } = await serve();
    const xml = await ask(queryPort, '/beta clu', 'ster/Node21/lo', 'ad\nGET / HTTP/1.0\n\n');
    expect(shownIn(xml)).toEqual(['beta cluster', 'Node21: load']);
  });

  test('without an end of line counts when the client has nothing more to say', async () => {
    const { queryPort } = await serve();
    const socket = connect({ port: queryPort, host: '127.0.0.1', allowHalfOpen: true });
    let xml = '';
    socket.setEncoding('latin1').on('data', (chunk) => (xml += chunk));
    socket.end('/beta cluster/Node21/load');
    await once(socket, 'end');
    expect(shownIn(xml)).toEqual(['beta cluster', 'Node21: load']);
  });

  test('by HTTP is answered with the header that gmetad sends', async () => {
    const { queryPort } = await serve();
    const answer = await ask(queryPort, 'GET /beta cluster HTTP/1.1\r\nHost: here\r\n\r\n');
    expect(answer.split('\r\n\r\n')[0]?.split('\r\n')).toEqual([
      ...['HTTP/1.0 200 OK', 'Server: gmetad/3.7.2', 'Access-Control-Allow-Origin: *'],
      ...['Content-Type: application/xml', 'Connection: close'],
    ]);
  });

  test.each([
    '\n',
    'alpha\n',
    '/al<pha\n',
    '/?x\n',
    `/${'a'.repeat(3000)}`,
    `/${'a'.repeat(2048)}\n`,
    'get / HTTP/1.0\n',
  ])('that is none is closed without a byte: %j', async (request) => {
    const { service, queryPort } = await serve();
    // The rest of a long one may meet a closed socket.
    expect(await ask(queryPort, request).catch(() => '')).toBe('');
    await waitFor('the count', () => service.clients.refused === 1);
  });
});

describe('/status', () => {
  test('tells in JSON what was done', async () => {
    const { queryPort, xmlPort, service } = await serve();
    await ask(xmlPort);
    await ask(queryPort, '/alpha\n');
    await waitFor('both counts', () => service.clients.served === 2);
    const [head, body = ''] = (await ask(queryPort, '/status\n')).split('\r\n\r\n');
    expect(head).toContain('Content-Type: application/json');
    expect(JSON.parse(body)).toMatchObject({
      gridname: 'here',
      metrics: {
        received: { all: 7 },
        requests: { all: { num: 2 }, interactive: { num: 1 }, xml: { num: 1 } },
        polls: { ok: { num: 3 }, failed: { num: 1 } },
      },
    });
  });

  test('wraps it for a script that names a function, and for nothing else', async () => {
    const { queryPort } = await serve();
    const body = async (request: string) => (await ask(queryPort, request)).split('\r\n\r\n')[1];
    expect(await body('GET /status?callback=show.it HTTP/1.0\n')).toMatch(/^show\.it\(\{.*\}\)$/);
    expect(await body('GET /status?callback=alert(1) HTTP/1.0\n')).toMatch(/^\{.*\}$/);
  });
});

describe('a client', () => {
  test('that asks nothing is cut off in time, and costs the others nothing', async () => {
    const { clock, service, queryPort } = await serve();
    const silent = connect(queryPort, '127.0.0.1');
    // What it wrote may never be read: then it is told so by a reset.
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    const closed = new Promise((resolve) => silent.once('close', resolve));
    expect(shownIn(await ask(queryPort, '/below\n'))).toEqual([]);
    await waitFor('its timer', () => clock.nextDueMs() !== undefined);
    silent.write('/alp');
    clock.advance(10_000);
    await closed;
    expect(service.clients.cutOff).toBe(1);
  });

  test('that hangs up without asking is counted', async () => {
    const { service, queryPort } = await serve();
    const socket = connect(queryPort, '127.0.0.1');
    await once(socket, 'connect');
    socket.end();
    await once(socket, 'close');
    await waitFor('the count', () => service.clients.refused === 1);
  });
});

describe('a port that is taken', () => {
  async function taken() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    return port;
  }

  test('is done without when nobody asked for it, and its holder is named', async () => {
    const port = await taken();
    const { service } = await serve({ xml: { port, required: false } });
    const [xml, queries] = service.ports();
    expect(xml).toEqual({ name: 'xml', port, serving: false, takenBy: expect.stringContaining(String(process.pid)) });
    expect(queries?.serving).toBe(true);
  });

  test('fails the start when somebody asked for it', async () => {
    const port = await taken();
    await expect(serve({ queries: { port, required: true } })).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringContaining('gmetad.queryPort'),
    });
  });
});

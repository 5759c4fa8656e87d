import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createAccessList } from '#collector/access-list.ts';
import { createXmlService, type XmlServiceOptions } from '#collector/xml-service.ts';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { readAll, startCollector, waitFor } from './harness.ts';
import { metadata, text, uint } from './packets.ts';

async function serve(dump: () => Iterable<string>, options: Partial<XmlServiceOptions> = {}) {
  const clock = new FakeClock();
  const service = createXmlService(
    { clock, log: silentLogger, answer: dump },
    { host: '127.0.0.1', port: 0, ...options },
  );
  const port = await service.listen();
  onTestFinished(() => service.stop());
  return { clock, service, port };
}

/** Connects and reads nothing, so that what the server writes stays in its way. */
async function stuckClient(port: number) {
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const pieces = (count: number, size: number) => () => Array.from({ length: count }, () => 'x'.repeat(size));

describe('a client', () => {
  test('gets the whole of a large dump and the end', async () => {
    const { service, port } = await serve(pieces(300, 50_000));
    expect((await readAll(port)).length).toBe(15_000_000);
    await waitFor('the count', () => service.served === 1);
  });

  test('that reads nothing is cut off, and others are served meanwhile', async () => {
    const { clock, service, port } = await serve(pieces(500, 50_000));
    const stuck = await stuckClient(port);
    expect((await readAll(port)).length).toBe(25_000_000);
    clock.advance(9999);
    expect(service.cutOff).toBe(0);
    clock.advance(1);
    await waitFor('the cut', () => service.cutOff === 1);
    stuck.destroy();
  });

  test('that hangs up early is forgotten', async () => {
    const { service, port } = await serve(pieces(500, 50_000), { maxClients: 1 });
    (await stuckClient(port)).destroy();
    await waitFor('room for the next', async () => (await readAll(port).catch(() => '')).length > 0);
    expect(service.cutOff).toBe(0);
  });

  test('beyond the bound is closed without a byte', async () => {
    const { service, port } = await serve(pieces(500, 50_000), { maxClients: 1 });
    const stuck = await stuckClient(port);
    expect(await readAll(port)).toBe('');
    expect(service.refused).toBe(1);
    stuck.destroy();
  });
});

test('whom the access list denies is closed without a byte', async () => {
  const acl = createAccessList({ default: 'deny', access: [{ ip: '192.0.2.1', action: 'allow' }] });
  if (!acl.ok) throw new Error(acl.reason);
  const { service, port } = await serve(pieces(1, 10), { acl: acl.value });
  expect(await readAll(port)).toBe('');
  expect(service).toMatchObject({ served: 0, refused: 1 });
});

describe('compressed', () => {
  test('it is the same text, and much less of it', async () => {
    const { service, port } = await serve(pieces(300, 50_000), { gzip: true });
    const bytes = Buffer.from(await readAll(port), 'latin1');
    expect(bytes.length).toBeLessThan(200_000);
    expect(gunzipSync(bytes).toString()).toBe('x'.repeat(15_000_000));
    await waitFor('the count', () => service.served === 1);
  });

  test('a client that reads nothing is cut off too', async () => {
    const noise = () => Array.from({ length: 200 }, () => randomBytes(40_000).toString('base64'));
    const { clock, service, port } = await serve(noise, { gzip: true });
    const stuck = await stuckClient(port);
    await waitFor('the client to be stuck', async () => {
      const bytes = await readAll(port);
      return bytes.length > 1_000_000;
    });
    await waitFor('the cut', () => {
      clock.advance(10_000);
      return service.cutOff === 1;
    });
    stuck.destroy();
  });
});

test('strangers cannot break the XML with what they send', async () => {
  const { send, xml } = await startCollector();
  const nasty = `"/><x & '°\u0001]]>`;
  const extra: [string, string][] = [['TITLE', nasty]];
  await send(metadata('m', { spoof: `10.0.0.1:${nasty}`, units: nasty, type: nasty, extra }));
  await send(text('m', nasty, { spoof: `10.0.0.1:${nasty}` }));
  const body = (await xml()).split(']>\n')[1] ?? '';
  const escaped = '&quot;/&gt;&lt;x &amp; &apos;&#176;?]]&gt;';
  for (const attribute of ['HOST NAME', 'UNITS', 'TYPE', 'VAL']) expect(body).toContain(`${attribute}="${escaped}"`);
  expect(body.match(/</g)?.length).toBe(body.match(/>/g)?.length);
});

test('packets are heard while a dump is written', async () => {
  const { send, collector, xmlPort } = await startCollector();
  for (let host = 0; host < 40; host++) {
    await send(
      ...Array.from({ length: 50 }, (_, i) =>
        metadata(`m${i}`, { spoof: `k${host}:h${host}`, units: 'u'.repeat(1000) }),
      ),
    );
    await send(...Array.from({ length: 50 }, (_, i) => uint(`m${i}`, i, { spoof: `k${host}:h${host}` })));
  }
  const stuck = await stuckClient(xmlPort);
  await send(uint('m0', 77, { spoof: 'k0:h0' }));
  expect(collector.api.latest('default', 'k0', 'm0')?.number).toBe(77);
  stuck.destroy();
});

test('an answer that cannot be made closes its connection, and the next is served', async () => {
  let asked = 0;
  const { port } = await serve(function* () {
    if (asked++ === 0) throw new RangeError('no such number');
    yield 'whole';
  });
  expect((await readAll(port)).toString()).toBe('');
  expect((await readAll(port)).toString()).toBe('whole');
});

// The hearing half of an agent that is a full gmond: which sockets a configuration
// means, and a port that somebody else still holds.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { readGmondConfig } from '#agent/gmond-config.ts';
import { createAgentReceiver, listenEntries } from '#app/agent-receiver.ts';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { freeTcpPort, freeUdpPort } from '#test/support/free-port.ts';
import { parseGmondConf } from '#wire/gmond-conf.ts';

const configOf = (text: string) =>
  readGmondConfig(parseGmondConf({ file: 'g', text }, { environment: {}, include: () => [] })).config;

const agent = { announce: () => undefined, send: () => undefined };

test('each channel becomes a socket, and XML ports without one get theirs', () => {
  const entries = listenEntries(
    configOf(`globals { allow_extra_data = no tags = t } cluster { name = c owner = o }
      udp_recv_channel { mcast_join = 239.2.11.71 bind = 239.2.11.71 mcast_if = eth1 buffer = 1000 }
      udp_recv_channel { port = 8650 family = inet6 }
      tcp_accept_channel { }
      tcp_accept_channel { port = 8651 bind = "::1" gzip_output = yes }
      tcp_accept_channel { port = 8652 family = inet6 }`),
  );
  const common = { cluster: 'c', owner: 'o', extraData: false, tags: 't', xmlPortRequired: true };
  expect(entries).toMatchObject([
    {
      ...common,
      ...{ udpPort: 8649, udpHost: '239.2.11.71', multicast: '239.2.11.71', interface: 'eth1' },
      ...{ receiveBufferBytes: 1000, xmlPort: 8649, xmlHost: '0.0.0.0', xmlGzip: false },
    },
    { ...common, udpPort: 8650, udpHost: '::', xmlPort: 8651, xmlHost: '::1', xmlGzip: true },
    { ...common, udpPort: 0, udpHost: '127.0.0.1', xmlPort: 8652, xmlHost: '::' },
  ]);
  // 0 = the system's own buffer is no size to ask for.
  expect(entries[1]).not.toHaveProperty('receiveBufferBytes');
});

// [acl, address, is allowed]
test.each([
  ['default = "deny" access { ip = 10.0.0.0 mask = 8 action = "allow" }', '10.1.2.3', true],
  ['default = "deny" access { ip = 10.0.0.0 mask = 8 action = "allow" }', '11.1.2.3', false],
  ['access { ip = 10.0.0.0 mask = 255.0.0.0 action = "deny" }', '10.1.2.3', false],
  ['access { ip = 10.0.0.0 mask = 255.0.0.0 action = "deny" }', '11.1.2.3', true],
  ['default = "deny" access { ip = "fd00::" mask = 8 action = "allow" }', 'fd12::1', true],
  ['default = "deny" access { ip = nonsense action = "allow" }', '127.0.0.1', false],
])('acl { %s } and %s: %s', (acl, address, isAllowed) => {
  const [entry] = listenEntries(configOf(`udp_recv_channel { acl { ${acl} } } tcp_accept_channel { acl { ${acl} } }`));
  expect(entry?.acl?.allows(address)).toBe(isAllowed);
  expect(entry?.xmlAcl?.allows(address)).toBe(isAllowed);
});

async function holdPort(port: number) {
  const holder = createServer().listen(port, '127.0.0.1');
  await once(holder, 'listening');
  return { free: () => new Promise<void>((resolve) => void holder.close(() => resolve())) };
}

async function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const outcome = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return outcome;
}

const channels = (udpPort: number, xmlPort: number, more = '') =>
  configOf(
    `udp_recv_channel { bind = 127.0.0.1 port = ${udpPort} ${more} } tcp_accept_channel { bind = 127.0.0.1 port = ${xmlPort} }`,
  );

test('a port that a gmond still holds is tried again every minute', async () => {
  const [udpPort, xmlPort, clock] = [await freeUdpPort(), await freeTcpPort(), new FakeClock()];
  const holder = await holdPort(xmlPort);
  const receiver = await createAgentReceiver({ clock, log: silentLogger, agent }, channels(udpPort, xmlPort));
  await receiver.start(new AbortController().signal);
  onTestFinished(() => receiver.stop());
  await holder.free();
  expect(await canConnect(xmlPort)).toBe(false);
  await expect
    .poll(() => {
      clock.advance(60_000);
      return canConnect(xmlPort);
    })
    .toBe(true);
});

test('stopping while the port is still taken ends at once', async () => {
  const [udpPort, xmlPort, clock] = [await freeUdpPort(), await freeTcpPort(), new FakeClock()];
  const holder = await holdPort(xmlPort);
  onTestFinished(holder.free);
  const receiver = await createAgentReceiver({ clock, log: silentLogger, agent }, channels(udpPort, xmlPort));
  await receiver.start(new AbortController().signal);
  await receiver.stop();
});

test('with retry_bind = no a taken port is final, and the message says whose it is', async () => {
  const [udpPort, xmlPort, clock] = [await freeUdpPort(), await freeTcpPort(), new FakeClock()];
  const holder = await holdPort(xmlPort);
  onTestFinished(holder.free);
  const config = channels(udpPort, xmlPort, 'retry_bind = no');
  const receiver = await createAgentReceiver({ clock, log: silentLogger, agent }, config);
  await expect(receiver.start(new AbortController().signal)).rejects.toThrow(String(xmlPort));
});

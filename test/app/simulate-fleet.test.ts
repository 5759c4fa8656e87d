// A fleet on a real UDP socket: every host is heard, under its own name, at its own moment.

import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { wavesOf } from '#app/simulate/custom-metrics.ts';
import { createFleet } from '#app/simulate/fleet.ts';
import { planHosts } from '#app/simulate/host-plan.ts';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { createGmondDecoder, type GmondPacket } from '#wire/gmond-packet.ts';

let stateDir: string;
let receiver: Socket;
const heard: GmondPacket[] = [];

beforeEach(async () => {
  stateDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-fleet-'));
  heard.length = 0;
  receiver = createSocket('udp4');
  const decode = createGmondDecoder();
  receiver.on('message', (bytes) => {
    const decoded = decode(bytes);
    if (decoded.ok) heard.push(decoded.value);
  });
  await new Promise<void>((resolve) => receiver.bind(0, '127.0.0.1', resolve));
});
afterEach(() => {
  receiver.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const fleetOf = (hosts: number, metrics = 0) =>
  createFleet(
    { clock: systemClock(), log: silentLogger },
    {
      hosts: planHosts([{ name: 'web', sendTo: { host: '127.0.0.1', port: receiver.address().port } }], hosts),
      stateDir,
      intervalSec: 0.2,
      extrasOf: ({ name }) => ({ metrics: () => wavesOf(name, metrics) }),
    },
  );
const signal = new AbortController().signal;

/** Resolves when `done` holds after some packet; the test's own limit is the deadline. */
const untilHeard = (done: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (!done()) return;
      receiver.off('message', look);
      resolve();
    };
    receiver.on('message', look);
    look();
  });

const namesOf = (metric: string) => new Set(heard.filter(({ name }) => name === metric).map(({ host }) => host));

test('every host sends its heartbeat and its own metrics, as IP:name', async () => {
  const fleet = fleetOf(5, 2);
  await fleet.start(signal);
  await untilHeard(() => ['heartbeat', 'cpu_idle', 'custom_0002'].every((metric) => namesOf(metric).size === 5));
  await fleet.stop();
  expect([...namesOf('heartbeat')].every((host) => /^10\.\d+\.\d+\.\d+:web-0[1-5]$/.test(host))).toBe(true);
  expect(fleet.status()).toMatchObject({ hosts: 5, started: 5, connected: 0, failed: 0 });
});

test('metadata goes before the first value of each metric', async () => {
  const fleet = fleetOf(1, 3);
  await fleet.start(signal);
  await untilHeard(
    () => namesOf('custom_0003').size === 1 && heard.some(({ name, id }) => name === 'custom_0003' && id !== 128),
  );
  await fleet.stop();
  expect(heard.find(({ name }) => name === 'custom_0001')?.id).toBe(128);
});

test('a second fleet on the same state directory is refused', async () => {
  const fleet = fleetOf(1);
  await fleet.start(signal);
  await expect(async () => fleetOf(1).start(signal)).rejects.toMatchObject({ code: 'agent_running' });
  await fleet.stop();
  const next = fleetOf(1);
  await next.start(signal);
  await next.stop();
});

test('a fleet that is stopped while it starts stops at once, and starts no more', async () => {
  const fleet = fleetOf(500);
  await fleet.start(signal);
  await untilHeard(() => heard.length > 0);
  await fleet.stop();
  expect(fleet.status().started).toBeLessThan(500);
});

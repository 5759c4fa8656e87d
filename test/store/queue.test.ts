// One suite, both back-ends: BullMQ on PostgreSQL and on Redis.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { openQueue, type JobQueue, type QueueTarget } from '#store/queue.ts';
import { openTestDatabase } from '#test/support/database.ts';
import { freeTcpPort } from '../support/free-port.ts';
import { describeWithPeer } from '#test/support/peer.ts';

const deps = { clock: systemClock(), log: silentLogger };

function suite(open: () => Promise<{ target: QueueTarget; close(): Promise<void> }>) {
  let queue: JobQueue;
  let backend: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    backend = await open();
    queue = await openQueue(deps, backend.target);
  });
  afterAll(async () => {
    await queue.close();
    await backend.close();
  });

  test('a job reaches its worker with id, name and payload', async () => {
    const got = Promise.withResolvers<unknown>();
    const worker = queue.work('notify', { concurrency: 1 }, (job) => Promise.resolve(got.resolve(job)));
    await queue.add('notify', { id: 'delivery:1:a', name: 'deliver', payload: { deliveryId: 'd1', n: 2 } });
    expect(await got.promise).toEqual({ id: 'delivery:1:a', name: 'deliver', payload: { deliveryId: 'd1', n: 2 } });
    await worker.stop();
  });

  test('the same id while one waits is one job', async () => {
    for (let i = 0; i < 5; i++) await queue.add('run', { id: 'same', name: 'advance', payload: { runId: 'r' } });
    expect((await queue.depth()).run).toBe(1);
    let runs = 0;
    const ran = Promise.withResolvers<void>();
    const worker = queue.work('run', { concurrency: 2 }, () => {
      runs++;
      ran.resolve();
      return Promise.resolve();
    });
    await ran.promise;
    await worker.stop();
    expect(runs).toBe(1);
  });

  test('an id can come again once its job is done', async () => {
    const rounds = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let round = 0;
    const worker = queue.work('run', { concurrency: 1 }, () => Promise.resolve(rounds[round++]?.resolve()));
    await queue.add('run', { id: 'again', name: 'advance', payload: {} });
    await rounds[0]?.promise;
    while ((await queue.depth()).run > 0);
    await queue.add('run', { id: 'again', name: 'advance', payload: {} });
    await rounds[1]?.promise;
    await worker.stop();
  });

  test('a job whose handler throws leaves the queue, so that its owner may offer it again', async () => {
    const failed = Promise.withResolvers<void>();
    const worker = queue.work('notify', { concurrency: 1 }, () => {
      failed.resolve();
      return Promise.reject(new Error('relay refused'));
    });
    await queue.add('notify', { id: 'fails', name: 'deliver', payload: {} });
    await failed.promise;
    while ((await queue.depth()).notify > 0);
    await worker.stop();
  });
}

describe('queue on PostgreSQL', () => {
  suite(async () => {
    const database = await openTestDatabase();
    return { target: { kind: 'postgres', clientConfig: database.clientConfig }, close: () => database.close() };
  });
});

describeWithPeer('redis-server', 'queue on Redis', () => {
  suite(async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-redis-'));
    const port = await freeTcpPort();
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', directory];
    const server: ChildProcess = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise<void>((resolve) => {
      server.stdout?.on('data', (chunk: Buffer) => chunk.toString().includes('Ready to accept') && resolve());
    });
    return {
      target: { kind: 'redis', url: `redis://127.0.0.1:${port}` },
      async close() {
        const ended = new Promise((resolve) => server.once('exit', resolve));
        server.kill('SIGTERM');
        await ended;
        rmSync(directory, { recursive: true });
      },
    };
  });
});

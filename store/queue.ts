// The shared job queue: the one file that knows BullMQ. The queue gets only work
// that is due now; waiting is state in the database. A job carries ids, never
// content, and its id derives from what caused it, so that a repeat is the same job.

import {
  Queue as RedisQueue,
  Worker as RedisWorker,
  createPostgresBackend,
  runMigrations,
  withBackend,
  type PostgresConnectionOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Clock } from '#kernel/clock.ts';
import { AppError, errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { PooledClient } from './postgres.ts';

/** Lanes keep one kind of work from starving another. */
export const LANES = ['notify', 'run'] as const;
export type Lane = (typeof LANES)[number];

export interface QueueJob {
  /** Same id while an earlier job of it is waiting or active = the same job. */
  id: string;
  /** What to do, in the words of the lane's owner. */
  name: string;
  payload: Record<string, string | number>;
}

export interface JobQueue {
  readonly kind: 'postgres' | 'redis';
  /** Resolves when the queue holds the job. Rejects with `queue_away` (retry later) when it does not answer. */
  add(lane: Lane, job: QueueJob): Promise<void>;
  /**
   * Runs `handle` for each job of the lane, `concurrency` at a time, at least once each. A job whose worker died
   * is handed out again; a job whose handler throws is dropped here and found again by its owner's sweep,
   * since the database, not the queue, knows what is still to do.
   */
  work(
    lane: Lane,
    options: { concurrency: number },
    handle: (job: QueueJob, signal: AbortSignal) => Promise<void>,
  ): QueueWorker;
  /** Jobs waiting or active, per lane. */
  depth(): Promise<Record<Lane, number>>;
  close(): Promise<void>;
}

export interface QueueWorker {
  /** Takes no further job, waits for those running. */
  stop(): Promise<void>;
}

export type QueueTarget = { kind: 'postgres'; clientConfig: pg.ClientConfig } | { kind: 'redis'; url: string };

interface Deps {
  clock: Clock;
  log: Logger;
}

const ADD_TIMEOUT_MS = 5000;
const COMPLAIN_EVERY_MS = 30_000;
const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: true, attempts: 1 };
const WORKER_OPTIONS = { lockDuration: 30_000, stalledInterval: 5_000, maxStalledCount: 10 };

/** Connects, and brings the queue's own tables up to date on PostgreSQL. */
export async function openQueue(deps: Deps, target: QueueTarget): Promise<JobQueue> {
  return target.kind === 'redis' ? openRedisQueue(deps, target.url) : openPostgresQueue(deps, target.clientConfig);
}

interface Backend {
  kind: JobQueue['kind'];
  queue(lane: Lane): Pick<RedisQueue, 'add' | 'getJobCounts' | 'close' | 'on'>;
  worker(
    lane: Lane,
    concurrency: number,
    run: (
      job: { id?: string | undefined; name: string; data: QueueJob['payload'] },
      token: string | undefined,
      signal?: AbortSignal,
    ) => Promise<void>,
  ): Pick<RedisWorker, 'on' | 'close'>;
  close(): Promise<void>;
}

async function openPostgresQueue(deps: Deps, clientConfig: pg.ClientConfig): Promise<JobQueue> {
  const client = new pg.Client(clientConfig);
  await client.connect();
  try {
    await runMigrations(client);
    // A table used and emptied has stale statistics, which made BullMQ ten times slower.
    await client.query(
      `alter table bullmq.job set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.01, autovacuum_vacuum_threshold = 200, autovacuum_analyze_threshold = 200)`,
    );
  } finally {
    await client.end();
  }
  const bound = withBackend(createPostgresBackend);
  // A job that a power cut takes away is offered again by its owner, so nobody waits for the disk here.
  const options = '-c synchronous_commit=off';
  const connection = { ...clientConfig, options, Client: PooledClient, max: 3 } as PostgresConnectionOptions;
  return createJobQueue(deps, {
    kind: 'postgres',
    queue: (lane) => new bound.Queue(lane, { connection }) as unknown as RedisQueue,
    worker: (lane, concurrency, run) =>
      new bound.Worker<QueueJob['payload'], void>(lane, run, {
        connection,
        concurrency,
        ...WORKER_OPTIONS,
      }) as unknown as RedisWorker,
    close: () => Promise.resolve(),
  });
}

async function openRedisQueue(deps: Deps, url: string): Promise<JobQueue> {
  const connections: Redis[] = [];
  const connect = (): Redis => {
    const redis = new Redis(url, { maxRetriesPerRequest: null, lazyConnect: true, connectTimeout: 5000 });
    redis.on('error', (error: Error) => deps.log.debug('redis', { error: error.message }));
    connections.push(redis);
    return redis;
  };
  const probe = connect();
  try {
    await withTimeout(deps.clock, probe.connect(), ADD_TIMEOUT_MS);
    await withTimeout(deps.clock, probe.ping(), ADD_TIMEOUT_MS);
  } catch (cause) {
    probe.disconnect();
    throw new AppError(
      'queue_away',
      `The queue at ${url.replace(/\/\/.*@/, '//')} does not answer. Check PLEXUS_QUEUE_URL.`,
      { cause },
    );
  }
  return createJobQueue(deps, {
    kind: 'redis',
    queue: (lane) => new RedisQueue(lane, { connection: probe as never, prefix: 'plexus' }),
    worker: (lane, concurrency, run) =>
      new RedisWorker<QueueJob['payload'], void>(lane, run, {
        connection: connect() as never,
        prefix: 'plexus',
        concurrency,
        ...WORKER_OPTIONS,
      }),
    close: async () => {
      for (const redis of connections) redis.disconnect();
      return Promise.resolve();
    },
  });
}

async function withTimeout<Value>(clock: Clock, work: Promise<Value>, timeoutMs: number): Promise<Value> {
  const done = new AbortController();
  const late = clock.sleep(timeoutMs, done.signal).then((): never => {
    throw new AppError('timeout', `No answer within ${timeoutMs} ms.`, { retry: 'later' });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    // The race is decided: let the timer go without an unhandled rejection.
    late.catch(() => undefined);
    done.abort();
  }
}

function createJobQueue(deps: Deps, backend: Backend): JobQueue {
  const { clock, log } = deps;
  const queues = new Map<Lane, ReturnType<Backend['queue']>>();
  const workers: QueueWorker[] = [];
  let closing = false;
  // While its store is away BullMQ complains many times a second; once in a while is enough to know.
  const complainedTick = new Map<Lane, number>();
  const complain = (lane: Lane) => (error: Error) => {
    const nowTick = clock.monotonicMs();
    if (closing || nowTick - (complainedTick.get(lane) ?? -Infinity) < COMPLAIN_EVERY_MS) return;
    complainedTick.set(lane, nowTick);
    log.warn('the queue complains', { lane, error: error.message });
  };
  const queueOf = (lane: Lane) => {
    let queue = queues.get(lane);
    if (!queue) {
      queue = backend.queue(lane);
      queue.on('error', complain(lane));
      queues.set(lane, queue);
    }
    return queue;
  };

  return {
    kind: backend.kind,
    async add(lane, job) {
      try {
        // BullMQ keeps ':' in custom ids for itself.
        const jobId = job.id.replaceAll(':', '_');
        await withTimeout(
          clock,
          queueOf(lane).add(job.name, { ...job.payload, __id: job.id }, { ...JOB_OPTIONS, jobId }),
          ADD_TIMEOUT_MS,
        );
      } catch (cause) {
        throw new AppError('queue_away', `The job queue did not take ${job.name} ${job.id}.`, {
          cause,
          retry: 'later',
        });
      }
    },
    work(lane, options, handle) {
      const aborts = new AbortController();
      const worker = backend.worker(lane, options.concurrency, async (job) => {
        const { __id, ...payload } = job.data;
        try {
          await handle({ id: String(__id ?? job.id), name: job.name, payload }, aborts.signal);
        } catch (error) {
          log.warn('a job failed; its owner will offer it again', {
            lane,
            job: job.name,
            id: String(__id),
            ...errorFields(error),
          });
          throw error;
        }
      });
      worker.on('error', complain(lane));
      const handleOnWorker: QueueWorker = {
        async stop() {
          aborts.abort();
          await worker.close();
        },
      };
      workers.push(handleOnWorker);
      return handleOnWorker;
    },
    async depth() {
      const entries = await Promise.all(
        LANES.map(async (lane): Promise<[Lane, number]> => {
          const counts = await withTimeout(
            clock,
            queueOf(lane).getJobCounts('waiting', 'active', 'prioritized'),
            ADD_TIMEOUT_MS,
          );
          return [lane, Object.values(counts).reduce((sum, count) => sum + count, 0)];
        }),
      );
      return Object.fromEntries(entries) as Record<Lane, number>;
    },
    async close() {
      closing = true;
      await Promise.all(workers.map((worker) => worker.stop()));
      await Promise.all([...queues.values()].map((queue) => queue.close()));
      await backend.close();
    },
  };
}

// A gateway on loopback with a database of its own, and real agents as child
// processes. Waiting is on events of the log, with a deadline.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import type { EventKind, RequestOutcome, StoredEvent } from '#kernel/domain/event.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import type { NewRequest } from '#gateway/api.ts';
import type { ArtifactReader } from '#gateway/listener.ts';
import { createGateway, type Gateway } from '#gateway/service.ts';
import { createEventConsumer, type EventConsumer } from '#store/event-log.ts';
import { transaction } from '#store/postgres.ts';
import { createSealer } from '#store/sealed.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';

const clock = systemClock();
const DEADLINE_MS = 15_000;

/** Rejects when `wanted` does not come in time. */
export async function within<Value>(wanted: Promise<Value>, what: string, deadlineMs = DEADLINE_MS): Promise<Value> {
  const done = new AbortController();
  const late = clock.sleep(deadlineMs, done.signal).then(() => {
    if (!done.signal.aborted) throw new Error(`${what} did not happen within ${deadlineMs} ms`);
    return wanted;
  });
  return Promise.race([wanted.finally(() => done.abort()), late]);
}

export interface AgentProcess {
  stateDir: string;
  child: ChildProcess;
  log(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface Harness {
  database: TestDatabase;
  gateway: Gateway;
  artifacts: Map<string, Buffer>;
  /** Stops the gateway and starts another on the same port, database and name. */
  restartGateway(): Promise<void>;
  stopGateway(): Promise<void>;
  startGateway(): Promise<void>;
  joinToken(options?: { approve?: boolean; uses?: number }): Promise<string>;
  tempDir(): string;
  startAgent(options: { stateDir?: string; token?: string; args?: string[] }): AgentProcess;
  /** The next event of this kind that `matches`, or one that came before. */
  event<Kind extends EventKind>(
    kind: Kind,
    matches?: (event: StoredEvent<Kind>) => boolean,
  ): Promise<StoredEvent<Kind>>;
  events(): StoredEvent[];
  /** An agent that has joined, is approved and connected. */
  connectedAgent(): Promise<AgentProcess & { agentId: string }>;
  send(request: Partial<NewRequest> & { agentId: string }): Promise<string>;
  outcome(requestId: string): Promise<RequestOutcome>;
  /** Sends a shell script and waits for its end. */
  script(agentId: string, script: string, body?: Record<string, unknown>): Promise<RequestOutcome & { id: string }>;
  output(requestId: string): Promise<Buffer>;
  close(): Promise<void>;
}

export async function createHarness(): Promise<Harness> {
  const database = await openTestDatabase();
  const { db, notifications } = database;
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plexus-gateway-'));
  const children = new Set<ChildProcess>();
  const artifacts = new Map<string, Buffer>();
  const reader: ArtifactReader = {
    sizeOf: (sha256) => Promise.resolve(artifacts.get(sha256)?.length),
    readChunk: (sha256, offset) => Promise.resolve(artifacts.get(sha256)?.subarray(offset, offset + 4096)),
  };
  const seen: StoredEvent[] = [];
  const waiters = new Set<() => void>();
  let directories = 0;
  let port = 0;
  let gateway = build();

  function build(): Gateway {
    return createGateway(
      {
        ...{ db, clock, notifications, log: silentLogger, artifacts: reader, sealer: createSealer('test key') },
        hosts: {
          async ensureAgentHost(trx, { name, cluster }) {
            const id = uuidv7(clock.nowMs());
            await trx.insertInto('host').values({ id, name, cluster, created_at_ms: clock.nowMs() }).execute();
            return id;
          },
        },
      },
      { host: '127.0.0.1', port, name: 'test' },
    );
  }

  const consumer: EventConsumer = createEventConsumer(
    { db, clock, log: silentLogger, notifications },
    {
      name: 'test',
      kinds: [
        ...(['agent.enrolled', 'agent.approved', 'agent.revoked', 'agent.connected', 'agent.disconnected'] as const),
        ...(['agent.reported', 'request.started', 'request.finished'] as const),
      ],
      handle: () => Promise.resolve(),
      afterCommit(events) {
        seen.push(...(events as StoredEvent[]));
        for (const look of [...waiters]) look();
      },
    },
  );
  const signal = new AbortController().signal;
  await consumer.start(signal);
  await gateway.start(signal);
  port = gateway.port();

  const harness: Harness = {
    database,
    artifacts,
    get gateway() {
      return gateway;
    },
    async stopGateway() {
      await gateway.stop();
    },
    async startGateway() {
      gateway = build();
      await gateway.start(signal);
    },
    async restartGateway() {
      await harness.stopGateway();
      await harness.startGateway();
    },
    async joinToken({ approve = true, uses = 1 } = {}) {
      return (await gateway.api.createJoinToken(SYSTEM, { approve, uses, ttlSec: 600 })).token;
    },
    tempDir: () => path.join(directory, `d${directories++}`),
    startAgent({ stateDir = harness.tempDir(), token, args = [] }) {
      const program = path.join(import.meta.dirname, '..', '..', 'app', 'agent-program.ts');
      const joining = token === undefined ? [] : ['--join', token];
      const child = spawn(process.execPath, [program, '--state-dir', stateDir, '--no-send', ...joining, ...args], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.add(child);
      let log = '';
      child.stdout.on('data', (bytes: Buffer) => (log += bytes.toString()));
      child.stderr.on('data', (bytes: Buffer) => (log += bytes.toString()));
      return {
        ...{ stateDir, child },
        log: () => log,
        async kill(with_) {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const gone = once(child, 'exit');
          child.kill(with_);
          await gone;
        },
      };
    },
    event<Kind extends EventKind>(kind: Kind, matches: (event: StoredEvent<Kind>) => boolean = () => true) {
      const found = Promise.withResolvers<StoredEvent<Kind>>();
      const look = () => {
        const ofKind = seen.filter((one) => one.kind === kind) as StoredEvent<Kind>[];
        const event = ofKind.find(matches);
        if (!event) return;
        waiters.delete(look);
        found.resolve(event);
      };
      waiters.add(look);
      look();
      return within<StoredEvent<Kind>>(found.promise, `event ${kind}`);
    },
    events: () => [...seen],
    async connectedAgent() {
      const agent = harness.startAgent({ token: await harness.joinToken() });
      const identityFile = path.join(agent.stateDir, 'identity.json');
      const connected = await harness.event('agent.connected', ({ data }) => idIn(identityFile) === data.agentId);
      return { ...agent, agentId: connected.data.agentId };
    },
    async send({ agentId, ...rest }) {
      const requestId = rest.requestId ?? `r-${uuidv7(clock.nowMs())}`;
      const request: NewRequest = {
        ...{ requestId, agentId, action: 'ping', body: {}, requestedBy: 'user:test' },
        expiresAtMs: clock.nowMs() + 60_000,
        ...rest,
      };
      await transaction(db, (trx) => gateway.api.sendRequest(trx, request));
      return requestId;
    },
    async outcome(requestId) {
      return (await harness.event('request.finished', ({ data }) => data.requestId === requestId)).data.outcome;
    },
    async script(agentId, script, body = {}) {
      const id = await harness.send({ agentId, action: 'script', body: { interpreter: 'sh', script, ...body } });
      return { ...(await harness.outcome(id)), id };
    },
    async output(requestId) {
      const chunks = await gateway.api.readOutput(requestId, -1, 10_000);
      return Buffer.concat(chunks.map(({ bytes }) => bytes));
    },
    async close() {
      for (const child of children) child.kill('SIGKILL');
      await consumer.stop();
      await gateway.stop();
      await database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return harness;
}

function idIn(identityFile: string): string | undefined {
  try {
    const identity: unknown = JSON.parse(readFileSync(identityFile, 'utf8'));
    return typeof identity === 'object' && identity && 'agentId' in identity ? String(identity.agentId) : undefined;
  } catch {
    // Not written yet.
    return undefined;
  }
}

// The agent for this machine, as a child process. It outlives a server that dies:
// it finishes, journals and reconnects, and the next start adopts it by its lock file.

import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { backoffMs } from '#kernel/backoff.ts';
import type { Clock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { openIdentity } from '#agent/identity.ts';
import { readAgentLock } from '#agent/lock-file.ts';
import { writePrivate } from './home.ts';

export interface LocalAgentOptions {
  stateDir: string;
  /** Makes the agent's program and returns its file; called before each launch. */
  program(): Promise<string>;
  /** host:port of this server's collector; the local agent never multicasts. */
  sendTo: string;
  /** Where the gateway listens; an agent that knows another address is started anew. */
  gatewayUrl: string;
  /** A single-use, self-approved token; asked for only when the agent has no identity yet. */
  joinToken(): Promise<string>;
}

const CHECK_EVERY_MS = 2000;
const STOP_TIMEOUT_MS = 8000;
// It keeps little; a young generation of V8's usual size would be most of its memory.
const V8_FLAGS = ['--max-semi-space-size=1'];

export function createLocalAgent(
  deps: { clock: Clock; log: Logger },
  options: LocalAgentOptions,
): Service & { pid(): number | undefined } {
  const { clock, log } = deps;
  const tokenFile = path.join(options.stateDir, 'join-token');
  const stopping = new AbortController();
  let watching: Promise<void> = Promise.resolve();

  const runningPid = (): number | undefined => readAgentLock(options.stateDir)?.pid;

  /** Joined, and to this address: such an agent needs no token. */
  function knowsThisGateway(): boolean {
    const identity = openIdentity(options.stateDir, undefined);
    return identity?.membership !== undefined && identity.url === options.gatewayUrl;
  }

  async function launch(): Promise<void> {
    mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
    const known = knowsThisGateway();
    if (!known) writePrivate(tokenFile, await options.joinToken());
    const output = openSync(path.join(options.stateDir, 'agent.log'), 'a', 0o600);
    const args = [...V8_FLAGS, await options.program(), '--state-dir', options.stateDir, '--send', options.sendTo];
    if (!known) args.push('--join-file', tokenFile);
    const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', output, output] });
    closeSync(output);
    child.unref();
    child.once('error', (error) => log.error('the local agent could not be started', errorFields(error)));
  }

  function end(pid: number, signal: NodeJS.Signals): void {
    try {
      process.kill(pid, signal);
    } catch (error) {
      log.debug('the local agent was already gone', { pid, ...errorFields(error) });
    }
  }

  async function stopRunning(): Promise<void> {
    const pid = runningPid();
    if (pid === undefined) return;
    end(pid, 'SIGTERM');
    const startMs = clock.monotonicMs();
    while (runningPid() === pid) {
      if (clock.monotonicMs() - startMs > STOP_TIMEOUT_MS) {
        log.warn('the local agent did not stop in time', { pid });
        end(pid, 'SIGKILL');
        return;
      }
      await clock.sleep(20);
    }
  }

  async function watch(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted;) {
      if (runningPid() !== undefined) {
        failures = 0;
        await clock.sleep(CHECK_EVERY_MS, stopping.signal);
        continue;
      }
      failures++;
      if (failures > 1) log.warn('the local agent is gone; starting it again', { attempt: failures });
      try {
        await launch();
      } catch (error) {
        log.warn('the local agent could not be started', errorFields(error));
      }
      await clock.sleep(backoffMs({ firstMs: 2000, factor: 2, maxMs: 60_000 }, failures), stopping.signal);
    }
  }

  return {
    name: 'local agent',
    async start() {
      const pid = runningPid();
      if (pid !== undefined && knowsThisGateway()) log.info('adopted the running local agent', { pid });
      else if (pid !== undefined) await stopRunning();
      watching = watch();
    },
    async stop() {
      stopping.abort();
      await watching;
      await stopRunning();
    },
    pid: runningPid,
  };
}

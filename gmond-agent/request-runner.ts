// Runs accepted requests, a few at a time: journal before start, output to disk,
// result to the journal. Each request id is started at most once, whatever dies.

import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { backoffMs, type BackoffPolicy } from '#kernel/backoff.ts';
import type { Clock } from '#kernel/clock.ts';
import type { RequestOutcome } from '#kernel/domain/event.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { AgentLeaves, type Action, type ActionContext, type Outcome } from './actions/action.ts';
import { attachCommand, runCommand, type CommandDeps } from './command.ts';
import { isDiskRefusal } from './durable-file.ts';
import type { Journal, JournalEntry } from './journal.ts';
import type { OutputStream } from './output-spool.ts';
import type { AskedFor, RequestFiles } from './request-files.ts';
import type { ServerTime } from './server-time.ts';

interface RunnerDeps {
  clock: Clock;
  log: Logger;
  journal: Journal;
  files: RequestFiles;
  serverTime: ServerTime;
  actions: ReadonlyMap<string, Action>;
  searchPath: string;
  fetchArtifact: ActionContext['fetchArtifact'];
  /** Something of this request is new for the server. */
  changed(requestId: string): void;
}

interface RequestRunner {
  /** Takes up what an earlier life left: starts what was accepted, waits again for what runs. */
  start(): void;
  /** False when too many wait already: then nothing was kept and the server will ask again. Throws when the disk refuses, then too with nothing kept. */
  accept(requestId: string, expiresAtMs: number, asked: AskedFor): boolean;
  /** The cancel is in the journal: stops the request if it runs, ends it if it waits. */
  cancel(requestId: string): void;
  /** Lets programs run on and resolves when nothing writes any more. */
  stop(): Promise<void>;
}

const AT_ONCE = 8;
/** Bounds the disk: each may hold five MiB of output until the server has it. */
const MOST_OPEN = 100;
const DEFAULT_TIMEOUT_SEC = 300;
const LONGEST_TIMEOUT_SEC = 7 * 24 * 3600;
const DISK_RETRY: BackoffPolicy = { firstMs: 1000, factor: 2, maxMs: 30_000 };

export function createRequestRunner(deps: RunnerDeps): RequestRunner {
  const { clock, log, journal, files, serverTime } = deps;
  const waiting: string[] = [];
  const running = new Map<string, { cancel: AbortController; done: Promise<void> }>();
  const leaving = new AbortController();

  function pump(): void {
    while (running.size < AT_ONCE && !leaving.signal.aborted) {
      const requestId = waiting.shift();
      if (requestId === undefined) return;
      const cancel = new AbortController();
      const done = execute(requestId, cancel.signal)
        // The journal still says what is true, and the next life goes on from it.
        .catch((error: unknown) =>
          log.error('a request could not be carried out', { requestId, ...errorFields(error) }),
        )
        .finally(() => {
          running.delete(requestId);
          pump();
        });
      running.set(requestId, { cancel, done });
    }
  }

  async function execute(requestId: string, canceled: AbortSignal): Promise<void> {
    const entry = journal.get(requestId);
    if (!entry || entry.state === 'finished' || entry.state === 'kept') return;
    const refused = entry.state === 'accepted' ? reasonNotToStart(entry) : undefined;
    if (refused) return finishWhenPossible(requestId, refused);
    const asked = files.readRequest(requestId);
    const action = asked && deps.actions.get(asked.action);
    if (!asked || !action)
      return finishWhenPossible(requestId, {
        status: 'failed',
        reason: asked
          ? `This agent does not know the action ${asked.action}.`
          : 'What was asked was lost in a power cut before it was started.',
      });
    const resumed = entry.state === 'started';
    if (!resumed) {
      try {
        journal.append({ kind: 'started', requestId, atMs: serverTime.nowMs() });
      } catch (error) {
        return finishWhenPossible(requestId, { status: 'failed', reason: reasonOf(error) });
      }
      tell(requestId);
    }
    await perform({ requestId, asked, action, canceled, resumed });
  }

  function reasonNotToStart(entry: JournalEntry): Outcome | undefined {
    if (entry.canceledBy !== undefined)
      return { status: 'canceled', reason: `Canceled by ${entry.canceledBy} before it was started.` };
    if (entry.expiresAtMs <= serverTime.nowMs())
      return { status: 'expired', reason: 'It expired on the host before it could be started.' };
    return undefined;
  }

  interface Job {
    requestId: string;
    asked: AskedFor;
    action: Action;
    canceled: AbortSignal;
    resumed: boolean;
  }

  async function perform({ requestId, asked, action, canceled, resumed }: Job): Promise<void> {
    let lost: unknown;
    const output = (stream: OutputStream, bytes: Buffer) => {
      // The program runs on without a reader of its output rather than be killed half-way.
      if (lost !== undefined) return;
      try {
        files.spoolOf(requestId).append(stream, serverTime.nowMs(), bytes);
      } catch (error) {
        lost = error;
        log.warn('output could not be kept', { requestId, ...errorFields(error) });
      }
      tell(requestId);
    };
    const startedAtMs = journal.get(requestId)?.startedAtMs ?? serverTime.nowMs();
    const timeLeftMs = startedAtMs + timeoutSecOf(asked.body) * 1000 - serverTime.nowMs();
    const deadlineMs = clock.monotonicMs() + timeLeftMs;
    const late = new AbortController();
    const timer = clock.after(timeLeftMs, () => late.abort());
    const command: CommandDeps = { clock, canceled, leaving: leaving.signal, output };
    const context = contextOf(requestId, { startedAtMs, deadlineMs, command });
    let ending: Outcome;
    try {
      const outcome = resumed
        ? await (action.resume?.(asked.body, context) ?? Promise.resolve(interrupted()))
        : await action.run(asked.body, context, AbortSignal.any([canceled, late.signal]));
      ending = withOutputLost(endingOf(outcome, canceled, late.signal), lost);
    } catch (error) {
      if (error instanceof AgentLeaves) return;
      ending = { status: 'failed', reason: reasonOf(error) };
    } finally {
      timer.cancel();
    }
    await finishWhenPossible(requestId, ending);
  }

  function contextOf(
    requestId: string,
    run: { startedAtMs: number; deadlineMs: number; command: CommandDeps },
  ): ActionContext {
    const directory = files.directoryOf(requestId);
    const { deadlineMs } = run;
    const placeOf = (name: string) => path.join(directory, 'commands', name);
    const account = os.userInfo();
    const env = {
      PATH: deps.searchPath,
      HOME: account.homedir,
      USER: account.username,
      LOGNAME: account.username,
      LANG: 'C.UTF-8',
      PLEXUS_REQUEST_ID: requestId,
    };
    return {
      requestId,
      directory,
      clock,
      startedAtMs: run.startedAtMs,
      searchPath: deps.searchPath,
      say: (line) => run.command.output('stdout', Buffer.from(`${line}\n`)),
      run(name, { argv, env: more, cwd = '/' }) {
        mkdirSync(path.join(directory, 'commands'), { recursive: true, mode: 0o700 });
        return runCommand(run.command, { argv, cwd, env: { ...env, ...more }, directory: placeOf(name), deadlineMs });
      },
      attach: (name) => attachCommand(run.command, { directory: placeOf(name), deadlineMs }),
      fetchArtifact: deps.fetchArtifact,
    };
  }

  /** A result that the disk refuses is offered to it again, in this life or by the next one. */
  async function finishWhenPossible(requestId: string, outcome: Outcome): Promise<void> {
    for (let refusals = 1; !leaving.signal.aborted || refusals === 1; refusals++) {
      try {
        return finish(requestId, outcome);
      } catch (error) {
        if (!isDiskRefusal(error)) throw error;
        if (refusals === 1) log.warn('a result cannot be written down yet', { requestId, ...errorFields(error) });
      }
      await clock.sleep(backoffMs(DISK_RETRY, refusals), leaving.signal);
    }
  }

  /** Telling the server is tried again at the next connection. */
  function tell(requestId: string): void {
    try {
      deps.changed(requestId);
    } catch (error) {
      log.warn('news of a request could not be sent', { requestId, ...errorFields(error) });
    }
  }

  function finish(requestId: string, outcome: Outcome): void {
    const startedAtMs = journal.get(requestId)?.startedAtMs;
    const output = startedAtMs === undefined ? { outputBytes: 0, omittedBytes: 0 } : files.spoolOf(requestId).seal();
    const finishedAtMs = serverTime.nowMs();
    const whole: RequestOutcome = {
      ...outcome,
      ...(startedAtMs !== undefined && { startedAtMs }),
      finishedAtMs,
      ...output,
    };
    journal.append({ kind: 'finished', requestId, atMs: finishedAtMs, outcome: whole });
    tell(requestId);
  }

  return {
    start() {
      for (const { requestId, state } of journal.open()) if (state !== 'finished') waiting.push(requestId);
      pump();
    },
    accept(requestId, expiresAtMs, asked) {
      if (journal.open().length >= MOST_OPEN) return false;
      try {
        files.keepRequest(requestId, asked);
        const atMs = serverTime.nowMs();
        journal.append({ kind: 'accepted', requestId, atMs, expiresAtMs, skewMs: serverTime.skewMs() });
      } catch (error) {
        files.remove(requestId);
        throw error;
      }
      waiting.push(requestId);
      tell(requestId);
      pump();
      return true;
    },
    cancel(requestId) {
      running.get(requestId)?.cancel.abort();
      const place = waiting.indexOf(requestId);
      if (place < 0) return;
      const entry = journal.get(requestId);
      const canceled = entry && reasonNotToStart(entry);
      if (entry?.state === 'accepted' && canceled) finish(requestId, canceled);
      waiting.splice(place, 1);
    },
    async stop() {
      leaving.abort();
      const grace = new AbortController();
      const all = Promise.all([...running.values()].map(({ done }) => done)).finally(() => grace.abort());
      await Promise.race([all, clock.sleep(3000, grace.signal)]);
    },
  };
}

const interrupted = (): Outcome => ({
  status: 'unknown_outcome',
  reason: 'The agent was killed while it did this; what was done is not known.',
});

/** A cancel or deadline that cut the action short is how the request ended, whatever the action made of it. */
function endingOf(outcome: Outcome, canceled: AbortSignal, late: AbortSignal): Outcome {
  if (outcome.status !== 'failed') return outcome;
  if (canceled.aborted) return { ...outcome, status: 'canceled' };
  return late.aborted ? { ...outcome, status: 'timed_out' } : outcome;
}

function withOutputLost(outcome: Outcome, lost: unknown): Outcome {
  if (lost === undefined) return outcome;
  const ended = outcome.status === 'succeeded' ? 'It succeeded' : (outcome.reason ?? `It ended ${outcome.status}`);
  const why = lost instanceof Error ? lost.message : String(lost);
  const reason = `${ended}, but the disk refused its output from some point on: ${why}`.slice(0, 1000);
  return { ...outcome, status: outcome.status === 'succeeded' ? 'failed' : outcome.status, reason };
}

function timeoutSecOf(body: Record<string, unknown>): number {
  const asked = body['timeoutSec'];
  return typeof asked === 'number' && asked > 0 ? Math.min(asked, LONGEST_TIMEOUT_SEC) : DEFAULT_TIMEOUT_SEC;
}

const reasonOf = (error: unknown): string =>
  `The agent could not carry it out: ${error instanceof Error ? error.message : String(error)}`.slice(0, 1000);

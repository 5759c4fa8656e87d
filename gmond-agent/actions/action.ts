// The shape of everything a server may ask of a host. One file per action.

import type { Clock } from '#kernel/clock.ts';
import type { RequestOutcome } from '#kernel/domain/event.ts';
import type { Decoded } from '#kernel/errors.ts';
import { decodeValue, type Shape } from '#wire/json-shape.ts';
import type { WantedArtifact } from '../artifact-fetch.ts';
import type { CommandEnd } from '../command.ts';

export type Body = Record<string, unknown>;
/** Instants and output counts are filled in by the runner. */
export type Outcome = Pick<RequestOutcome, 'status' | 'exitCode' | 'signal' | 'reason' | 'orphansLeft' | 'result'>;

interface CommandRequest {
  argv: readonly [string, ...string[]];
  env?: Record<string, string>;
  cwd?: string;
}

export interface ActionContext {
  requestId: string;
  /** Of this request alone, mode 0700; gone when the server has the result. */
  directory: string;
  clock: Clock;
  /** Instant of the start on the server's clock. */
  startedAtMs: number;
  /** Where programs are looked for when a command names no path. */
  searchPath: string;
  /** One line of output for whoever watches. */
  say(line: string): void;
  /** Runs a program under the request's deadline and cancel; `name` is unique in the request. */
  run(name: string, command: CommandRequest): Promise<CommandEnd>;
  /** Waits again for a program that was started before the agent was. */
  attach(name: string): Promise<CommandEnd>;
  /** Writes an artifact to a file, checked against its hash. Rejects when it cannot be had. */
  fetchArtifact(wanted: WantedArtifact, signal: AbortSignal): Promise<void>;
}

export interface Action {
  name: string;
  /** Aborts when canceled or out of time; must then resolve soon. Rejects only for bugs and full disks. */
  run(body: Body, context: ActionContext, signal: AbortSignal): Promise<Outcome>;
  /** Goes on after a restart of the agent. Without it such a request ends `unknown_outcome`. */
  resume?(body: Body, context: ActionContext): Promise<Outcome>;
}

/** The agent stops while the program runs on: the outcome is for its next life to find. */
export class AgentLeaves extends Error {}

/** Reads the body by its shape; a misfit ends the request `failed` with the reason. */
export async function withBody<Value>(
  shape: Shape<Value>,
  body: Body,
  work: (value: Value) => Promise<Outcome>,
): Promise<Outcome> {
  const decoded: Decoded<Value> = decodeValue(shape, body);
  if (!decoded.ok) return { status: 'failed', reason: `The request cannot be done as asked: ${decoded.reason}.` };
  return work(decoded.value);
}

/** How a program's end reads as the outcome of a request. Throws AgentLeaves for 'left'. */
export function outcomeOf(end: CommandEnd, okCodes: readonly number[] = [0]): Outcome {
  const facts = {
    ...(end.exitCode !== undefined && { exitCode: end.exitCode }),
    ...(end.signal !== undefined && { signal: end.signal }),
    ...(end.orphansLeft && { orphansLeft: true }),
  };
  switch (end.how) {
    case 'exited':
      return end.exitCode !== undefined && okCodes.includes(end.exitCode)
        ? { status: 'succeeded', ...facts }
        : { status: 'failed', reason: `It ended with exit code ${end.exitCode}.`, ...facts };
    case 'timed_out':
      return { status: 'timed_out', reason: 'It ran longer than its time limit and was stopped.', ...facts };
    case 'canceled':
      return { status: 'canceled', reason: 'It was canceled and stopped.', ...facts };
    case 'lost':
      return {
        status: 'unknown_outcome',
        reason: 'It was started, but nobody was there to see how it ended.',
        ...facts,
      };
    case 'unstarted':
      return { status: 'failed', reason: 'The agent was killed before it came to start the program: nothing was run.' };
    case 'left':
      throw new AgentLeaves('the agent stops while a command runs');
    default:
      return end.how satisfies never;
  }
}

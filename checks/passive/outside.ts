// Everything by which results and orders come from outside, on the engine of this process:
// the door, the wires that are switched on, and what HTTP hands in.

import type { Clock, Timer } from '#kernel/clock.ts';
import { HOST_STATES, SERVICE_STATES } from '#kernel/domain/check-state.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Db } from '#store/postgres.ts';
import type { CheckEngine } from '../engine/engine.ts';
import { startCommentUpkeep } from '../external-commands/comment-upkeep.ts';
import { createSiteSource } from '../livestatus/site/site-source.ts';
import { createCounts } from './counts.ts';
import type { PassiveVerdict } from './door.ts';
import { createEngineDoor, type DoorCounters, type EngineDoor } from './engine-door.ts';
import { createListeners, type ListenerCounters, type ListenerOptions, type Listeners } from './listeners.ts';
import { handleNrdp } from './nrdp.ts';
import type { NamedResult, OutsideApi } from './outside-api.ts';

export interface OutsideOptions extends ListenerOptions {
  /** Of Plexus, for clients that ask. */
  version?: string;
}

export interface OutsideCounters extends DoorCounters {
  listeners: ListenerCounters[];
  /** What became of NRDP posts and their parts. */
  nrdp: Readonly<Record<string, number>>;
}

export interface Outside {
  readonly api: OutsideApi;
  /** Throws `port_taken`; then nothing is left open. */
  start(engine: Pick<CheckEngine, 'site' | 'requests' | 'counters'>): Promise<void>;
  stop(): Promise<void>;
  /** Undefined where no checks are run. */
  counters(): OutsideCounters | undefined;
}

export function createOutside(
  deps: { db: Db; clock: Clock; log: Logger },
  { version = '', ...wires }: OutsideOptions,
): Outside {
  const { clock } = deps;
  const nrdpCounts = createCounts();
  let running: { door: EngineDoor; listeners: Listeners; upkeep: Timer } | undefined;

  function door(): EngineDoor {
    if (running) return running.door;
    throw new AppError('no_checker', 'This process runs no checks. Send results to one with the role checker.', {
      status: 503,
      retry: 'later',
    });
  }

  function submit(result: NamedResult, nowMs: number): PassiveVerdict {
    const { host, service, output, atMs = nowMs } = result;
    const code = codeOf(result);
    if (code === undefined) return 'wrong_code';
    const named = { hostName: host, ...(service !== undefined && { serviceName: service }) };
    return door().submitResult({ ...named, code, output, atMs: Math.min(atMs, nowMs), via: 'api' });
  }

  return {
    api: {
      submitResults(results) {
        door();
        const nowMs = clock.nowMs();
        return results.map((result) => submit(result, nowMs));
      },
      async nrdp(form, actorOf) {
        const reply = await handleNrdp(form, { door: door(), nowMs: clock.nowMs(), actorOf });
        for (const outcome of reply.outcomes) nrdpCounts.add(outcome);
        return reply;
      },
    },
    async start({ site, requests, counters }) {
      const door = createEngineDoor({ ...deps, site, requests });
      const source = (served: Listeners['served']) =>
        createSiteSource({ ...deps, site, served, runsStarted: () => counters().started }, { version });
      const listeners = createListeners({ ...deps, door, source }, wires);
      await listeners.start();
      running = { door, listeners, upkeep: startCommentUpkeep(deps) };
    },
    async stop() {
      const last = running;
      running = undefined;
      last?.upkeep.cancel();
      // Together: a listener that waits for an order is let go by the door.
      await Promise.all([last?.listeners.stop(), last?.door.stop()]);
    },
    counters: () =>
      running && {
        ...running.door.counters(),
        listeners: running.listeners.counters(),
        nrdp: nrdpCounts.all(),
      },
  };
}

/** Undefined for a word that is no state of such an object. */
function codeOf({ service, state, code }: NamedResult): number | undefined {
  if (state === undefined) return code;
  const states: readonly string[] = service === undefined ? HOST_STATES : SERVICE_STATES;
  const at = states.indexOf(state);
  return at === -1 ? undefined : at;
}

// The door of a process that runs checks: finds the object that a result or an order from
// outside is about, hands results to whoever runs it, and counts what came in which way.

import { backoffMs } from '#kernel/backoff.ts';
import type { Clock } from '#kernel/clock.ts';
import { HOST_STATES, SERVICE_STATES, type HostState, type ServiceState } from '#kernel/domain/check-state.ts';
import type { Actor, Role } from '#kernel/domain/actor.ts';
import { errorFields } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { isDatabaseAway, type Db } from '#store/postgres.ts';
import type { ExternalCommand } from '#wire/external-command.ts';
import type { EngineRequest } from '../engine/inbox.ts';
import type { ObjectNode } from '../engine/node.ts';
import type { RequestHandler } from '../engine/request-handler.ts';
import type { WatchedSite } from '../engine/site.ts';
import { carryOut } from '../external-commands/carry-out.ts';
import { createCounts, type Counts } from './counts.ts';
import type { PassiveDoor, PassiveResult, PassiveVerdict, PassiveVia } from './door.ts';
import { commandFailure } from './failure-log.ts';
import { createResultsElsewhere, MOST_WAITING } from './results-elsewhere.ts';
import { createUnknownObjects, type UnknownObject } from './unknown-objects.ts';

interface EngineDoorDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  site: WatchedSite;
  requests: Pick<RequestHandler, 'handle'>;
}

export interface DoorCounters {
  /** By way, then by verdict. */
  results: Partial<Record<PassiveVia, Readonly<Record<string, number>>>>;
  /** By way: 'done', or why not. */
  orders: Partial<Record<PassiveVia, Readonly<Record<string, number>>>>;
  /** Taken, and not yet with the process that runs the object or in the database. */
  waiting: number;
  /** Those of the last hour, newest first. */
  unknown: UnknownObject[];
}

export interface EngineDoor extends PassiveDoor {
  counters(): DoorCounters;
  stop(): Promise<void>;
}

/** A sender that was mended is forgotten. */
const UNKNOWN_FOR_MS = 3_600_000;

/** The roles of the ways that know no person: what their own guard (file mode, socket mode, network) lets in. */
const ROLES: Record<PassiveVia, Role> = {
  command_file: 'engineer',
  // Also reachable by port, without a password: as operators, who do not choose what is run.
  livestatus: 'operator',
  nsca: 'operator',
  nrdp: 'operator',
  api: 'operator',
};

export function createEngineDoor(deps: EngineDoorDeps): EngineDoor {
  const { clock, site, requests } = deps;
  const elsewhere = createResultsElsewhere(deps);
  const unknown = createUnknownObjects();
  const results = new Map<PassiveVia, Counts>();
  const orders = new Map<PassiveVia, Counts>();
  const stopping = new AbortController();
  let uncommitted = 0;

  function submit({ hostName, serviceName, code, output, atMs, via }: PassiveResult): PassiveVerdict {
    const node = find(hostName, serviceName);
    if (!node) return site.hostNamed(hostName) ? 'unknown_service' : 'unknown_host';
    // A host without a check of its own is what its metrics say.
    if (!node.definition || !node.settings.passiveChecks) return 'passive_off';
    const state = stateOf(node, code);
    if (state === undefined) return 'wrong_code';
    return hand({ hostId: node.hostId, objectId: node.id, do: 'result', state, output, atMs, via });
  }

  const find = (hostName: string, serviceName: string | undefined): ObjectNode | undefined =>
    serviceName === undefined ? site.hostNamed(hostName) : site.serviceNamed(hostName, serviceName);

  function hand(request: EngineRequest): PassiveVerdict {
    // While the database is away changes wait in memory.
    if (uncommitted >= MOST_WAITING) return 'full';
    const done = requests.handle(request);
    if (!done) return elsewhere.push(request) ? 'taken' : 'full';
    uncommitted++;
    void done.finally(() => uncommitted--);
    return 'taken';
  }

  /** The command file waits for the database: its writers are held up, and nothing is lost. Others are told. */
  async function untilCarriedOut(command: ExternalCommand, actor: Actor, via: PassiveVia): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await carryOut({ ...deps, actor }, command);
      } catch (error) {
        if (via !== 'command_file' || !isDatabaseAway(error) || stopping.signal.aborted) throw error;
        if (attempt === 1) deps.log.warn('an external command waits for the database', errorFields(error));
        await clock.sleep(backoffMs({ firstMs: 100, factor: 2, maxMs: 5000 }, attempt), stopping.signal);
      }
    }
  }

  return {
    submitResult(result) {
      const verdict = submit(result);
      countsOf(results, result.via).add(verdict);
      if (verdict === 'unknown_host' || verdict === 'unknown_service') unknown.add(result, result.via, clock.nowMs());
      return verdict;
    },

    async command(command, via, actor = actorOf(via)) {
      try {
        await untilCarriedOut(command, actor, via);
        countsOf(orders, via).add('done');
      } catch (error) {
        countsOf(orders, via).add(commandFailure(error));
        throw error;
      }
    },

    counters: () => ({
      results: allOf(results),
      orders: allOf(orders),
      waiting: uncommitted + elsewhere.waiting(),
      // One that was defined meanwhile is unknown no more.
      unknown: unknown
        .list(clock.nowMs() - UNKNOWN_FOR_MS)
        .filter(({ hostName, serviceName }) => !find(hostName, serviceName)),
    }),
    stop() {
      stopping.abort();
      return elsewhere.stop();
    },
  };
}

const actorOf = (via: PassiveVia): Actor => ({ label: via, role: ROLES[via], source: via.replaceAll('_', ' ') });

/** Of services everything outside of 0 to 3 is UNKNOWN (spec §1.1); of hosts it is nothing. */
function stateOf(node: ObjectNode, code: number): ServiceState | HostState | undefined {
  return node.object === 'host' ? HOST_STATES[code] : (SERVICE_STATES[code] ?? 'unknown');
}

function countsOf(all: Map<PassiveVia, Counts>, via: PassiveVia): Counts {
  let counts = all.get(via);
  if (!counts) all.set(via, (counts = createCounts()));
  return counts;
}

const allOf = (all: ReadonlyMap<PassiveVia, Counts>): DoorCounters['results'] =>
  Object.fromEntries([...all].map(([via, counts]) => [via, counts.all()]));

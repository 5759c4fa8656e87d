// Fills a database with a site of hosts and checks in all states: the same site for the
// same seed. For tests and pictures; nothing runs.

import { sql } from 'kysely';
import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';
import { uuidv7 } from '#kernel/ids.ts';
import type { Db } from '#store/postgres.ts';
import {
  checkRow,
  createRandom,
  MINUTE_MS,
  ringOf,
  seedState,
  SERVICES,
  stateRow,
  type StateSeed,
} from './seed-rows.ts';

interface SeedOptions {
  hosts: number;
  servicesPerHost: number;
  nowMs: number;
  seed: number;
  /** Names begin with it; default ''. */
  prefix?: string;
}

export interface SeededSite {
  hostIds: string[];
  /** Of the hosts themselves, in the order of `hostIds`. */
  hostCheckIds: string[];
  serviceIds: string[];
  groupNames: string[];
}

const SITES = ['fra', 'ams', 'waw', 'lis'];
const ROLES = ['web', 'db', 'mail', 'app', 'cache'];
const OWNERS = ['shop', 'platform', 'data', null];
const BATCH = 500;

/** Switches first (one for each site, a core above them), then hosts behind them; one site's switch is down. */
export async function seedChecks(db: Db, options: SeedOptions): Promise<SeededSite> {
  const { hosts, servicesPerHost, nowMs, seed, prefix = '' } = options;
  const random = createRandom(seed);
  const pick = <Item>(from: readonly Item[]): Item => from[Math.floor(random() * from.length)] as Item;
  const createdMs = nowMs - 90 * 24 * 60 * MINUTE_MS;
  const names = [
    `${prefix}core-1`,
    ...SITES.map((site) => `${prefix}${site}-switch-1`),
    ...Array.from({ length: Math.max(0, hosts - SITES.length - 1) }, (_, at) => {
      const role = ROLES[at % ROLES.length] ?? '';
      return `${prefix}${role}-${SITES[at % SITES.length]}-${String(Math.floor(at / ROLES.length) + 1).padStart(3, '0')}`;
    }),
  ].slice(0, hosts);
  const siteOf = (at: number): number => (at <= SITES.length ? at - 1 : (at - SITES.length - 1) % SITES.length);
  const isBehindOutage = (at: number): boolean => at > SITES.length && siteOf(at) === SITES.length - 1;

  const hostRows = names.map((name, at) => ({
    id: uuidv7(createdMs + at),
    name,
    cluster: SITES[Math.max(0, siteOf(at))] ?? 'fra',
    ip: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
    owner: pick(OWNERS),
    created_at_ms: createdMs,
  }));
  await inBatches(hostRows, (rows) => db.insertInto('host').values(rows).execute());
  const parents = hostRows.slice(1).map((host, at) => ({
    host_id: host.id,
    parent_id: hostRows[at < SITES.length ? 0 : siteOf(at + 1) + 1]?.id ?? '',
  }));
  await inBatches(parents, (rows) => db.insertInto('host_parent').values(rows).execute());
  const groups = [...ROLES, 'network'].map((name) => ({
    id: uuidv7(createdMs),
    name: `${prefix}${name}`,
    created_at_ms: createdMs,
  }));
  await db.insertInto('host_group').values(groups).execute();
  const members = hostRows.map((host, at) => ({
    host_id: host.id,
    group_id: groups[at <= SITES.length ? ROLES.length : (at - SITES.length - 1) % ROLES.length]?.id ?? '',
  }));
  await inBatches(members, (rows) => db.insertInto('host_group_member').values(rows).execute());

  const site = { checks: [], states: [], rings: [] } as {
    checks: Parameters<typeof checkRow>[0][];
    states: StateSeed[];
    rings: { check_id: string; ring: string }[];
  };
  const add = (check: Omit<Parameters<typeof checkRow>[0], 'id'>, state: Omit<StateSeed, 'id'>): string => {
    const id = uuidv7(createdMs);
    site.checks.push({ id, ...check });
    site.states.push({ id, ...state });
    site.rings.push({ check_id: id, ring: ringOf(check.object, state, nowMs, random) });
    return id;
  };
  const hostCheckIds = hostRows.map((host, at) => {
    const isSwitchDown = at === SITES.length;
    const state: HostState = isSwitchDown
      ? 'down'
      : isBehindOutage(at)
        ? 'unreachable'
        : random() < 0.01
          ? 'down'
          : 'up';
    return add(
      {
        hostId: host.id,
        object: 'host',
        name: 'alive',
        kind: 'ping',
        groups: [],
        owner: at % 7 === 3 ? 'site.yaml' : null,
      },
      seedState(
        state,
        isSwitchDown ? 'PING CRITICAL - 100 % lost' : state === 'up' ? 'PING OK - 0.4 ms' : 'PING - 100 % lost',
        random,
        nowMs,
      ),
    );
  });
  const serviceIds = hostRows.flatMap((host, at) =>
    Array.from({ length: servicesPerHost }, (_, which) => {
      const service = SERVICES[which % SERVICES.length] ?? SERVICES[0];
      const luck = random();
      const state: ServiceState | 'pending' =
        luck < 0.04 ? 'critical' : luck < 0.09 ? 'warning' : luck < 0.11 ? 'unknown' : luck < 0.13 ? 'pending' : 'ok';
      const name =
        which < SERVICES.length ? service.name : `${service.name} ${Math.floor(which / SERVICES.length) + 1}`;
      const seeded = seedState(
        state,
        state === 'ok' ? service.ok : state === 'pending' ? '' : service.bad,
        random,
        nowMs,
      );
      if (isBehindOutage(at) && state === 'critical') seeded.mutedBy = 'host_down';
      return add(
        {
          hostId: host.id,
          object: 'service',
          name,
          kind: service.kind,
          groups: service.group ? [service.group] : [],
          owner: null,
        },
        { ...seeded, via: service.kind === 'heartbeat' ? 'api' : 'active' },
      );
    }),
  );
  await inBatches(site.checks, (rows) =>
    db
      .insertInto('check')
      .values(rows.map((row) => checkRow(row, createdMs)))
      .execute(),
  );
  await inBatches(site.states, (rows) =>
    db
      .insertInto('check_state')
      .values(rows.map((row) => stateRow(row, nowMs)))
      .execute(),
  );
  await inBatches(site.rings, (rows) => db.insertInto('check_ring').values(rows).execute());
  await seedAround(db, { hostCheckIds, serviceIds, hostIds: hostRows.map(({ id }) => id), nowMs, servicesPerHost });
  await sql`analyze "check", check_state, check_ring, host, host_parent`.execute(db);
  return {
    hostIds: hostRows.map(({ id }) => id),
    hostCheckIds,
    serviceIds,
    groupNames: groups.map(({ name }) => name),
  };
}

/** Some dependencies, a downtime, comments and a history, on the first hosts. */
async function seedAround(
  db: Db,
  site: { hostIds: string[]; hostCheckIds: string[]; serviceIds: string[]; nowMs: number; servicesPerHost: number },
): Promise<void> {
  const { hostIds, serviceIds, nowMs, servicesPerHost } = site;
  const [hostId] = hostIds;
  const [first, second, third] = serviceIds;
  if (!hostId || !first || !second || !third || servicesPerHost < 3) return;
  await db
    .insertInto('check_dependency')
    .values([
      { master_id: first, dependent_id: second, purpose: 'notification', states: ['critical', 'unknown'] },
      { master_id: first, dependent_id: third, purpose: 'execution', states: ['critical'] },
    ])
    .execute();
  await db
    .insertInto('downtime')
    .values({
      ...{ host_id: hostId, check_id: first, author: 'admin', comment: 'new firmware', status: 'pending' },
      ...{ starts_at_ms: nowMs + 60 * MINUTE_MS, ends_at_ms: nowMs + 180 * MINUTE_MS, entered_at_ms: nowMs },
      ...{ is_fixed: true, duration_ms: 0 },
    })
    .execute();
  await db
    .insertInto('check_comment')
    .values({
      host_id: hostId,
      check_id: first,
      kind: 'user',
      author: 'admin',
      comment: 'ordered a new card',
      at_ms: nowMs,
    })
    .execute();
  await db
    .insertInto('check_history')
    .values(
      (['ok', 'critical', 'ok'] as const).map((state, at) => ({
        ...{ check_id: first, state, state_type: 'hard', in_downtime: false },
        ...{
          at_ms: nowMs - (3 - at) * 60 * MINUTE_MS,
          output: state === 'ok' ? 'SSH OK' : 'connect: no route to host',
        },
      })),
    )
    .execute();
}

async function inBatches<Row>(rows: readonly Row[], insert: (batch: Row[]) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < rows.length; at += BATCH) await insert(rows.slice(at, at + BATCH));
}

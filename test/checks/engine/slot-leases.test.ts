// Checkers share the slots of hosts by leases in a real PostgreSQL, on a clock that the test
// moves: even shares, a death noticed within ten seconds, and nothing kept that ran out.

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { silentLogger } from '#kernel/log.ts';
import { SLOTS } from '#checks/engine/host-slots.ts';
import { createSlotLeases, type SlotLeases } from '#checks/engine/slot-leases.ts';
import type { Db } from '#store/postgres.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { FakeClock } from '../../support/fake-clock.ts';

let database: TestDatabase;
let clock = new FakeClock();
const members: Member[] = [];
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
afterEach(async () => {
  for (const member of members.splice(0)) {
    member.network.mend();
    await member.leases.stop();
  }
  await database.db.deleteFrom('lease').execute();
  clock = new FakeClock();
});

interface Member {
  leases: SlotLeases;
  /** What happened, in order. */
  story: string[];
  network: { fail(): void; hang(): void; mend(): void };
}

function member(holder: string, options: { isAlone?: boolean; gained?: () => Promise<void> } = {}): Member {
  const story: string[] = [];
  let trouble: 'none' | 'fails' | 'hangs' = 'none';
  let mended = Promise.withResolvers<void>();
  const db: Db = database.db.withPlugin({
    transformQuery({ node }) {
      if (trouble === 'fails') throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      return node;
    },
    async transformResult({ result }) {
      if (trouble === 'hangs') await mended.promise;
      return result;
    },
  });
  const leases: SlotLeases = createSlotLeases(
    {
      db,
      clock,
      log: silentLogger,
      async gained(slots) {
        await options.gained?.();
        story.push(`gained ${slots.size}`);
        leases.hold(slots);
      },
      givingUp: (slots) => Promise.resolve(void story.push(`giving up ${slots.size}`)),
      lost: (slots) => void story.push(`lost ${slots.size}`),
    },
    { holder, isAlone: options.isAlone ?? false },
  );
  const network = {
    fail: () => void (trouble = 'fails'),
    hang: () => void (trouble = 'hangs'),
    mend() {
      trouble = 'none';
      mended.resolve();
      mended = Promise.withResolvers();
    },
  };
  const made = { leases, story, network };
  members.push(made);
  return made;
}

/** Time goes on in tenths of a second, with what the database has to say in between, until `holds`; returns how long. */
async function until(holds: () => boolean): Promise<number> {
  const fromTick = clock.monotonicMs();
  while (!holds()) {
    if (clock.monotonicMs() - fromTick > 60_000) throw new Error('not within a minute');
    clock.advance(100);
    // Each turn is a handful of statements one after another.
    for (let turns = 0; turns < 4; turns++) await database.db.selectFrom('lease').select('name').execute();
  }
  return clock.monotonicMs() - fromTick;
}

const sizes = (...all: Member[]) => all.map(({ leases }) => leases.held().size);
const isDisjoint = (...all: Member[]): boolean => {
  const held = all.flatMap(({ leases }) => [...leases.held()]);
  return new Set(held).size === held.length;
};
const isWhole = (...all: Member[]) => sizes(...all).reduce((sum, size) => sum + size, 0) === SLOTS;

test('one has everything, two and three share evenly, and no slot is held by two at any moment', async () => {
  const [a, b, c] = [member('a'), member('b'), member('c')];
  await a.leases.start();
  expect(sizes(a)).toEqual([SLOTS]);
  await b.leases.start();
  await until(() => isDisjoint(a, b) && isWhole(a, b) && b.leases.held().size > 0);
  expect(Math.min(...sizes(a, b))).toBeGreaterThan(SLOTS / 4);
  await c.leases.start();
  await until(() => {
    expect(isDisjoint(a, b, c)).toBe(true);
    return isWhole(a, b, c) && c.leases.held().size > 0;
  });
  expect(Math.min(...sizes(a, b, c))).toBeGreaterThan(SLOTS / 6);
});

test('one that leaves in order gives its slots up first, and they are taken at the next turn', async () => {
  const [a, b] = [member('a'), member('b')];
  await a.leases.start();
  await b.leases.start();
  await until(() => isWhole(a, b) && b.leases.held().size > 0);
  await a.leases.stop();
  expect(a.story.at(-1)).toMatch(/^giving up/);
  expect(await until(() => sizes(b)[0] === SLOTS)).toBeLessThanOrEqual(2200);
  expect(b.story.join()).not.toContain('lost');
});

test('a death is made good within ten seconds', async () => {
  const [a, b] = [member('a'), member('b')];
  await a.leases.start();
  await b.leases.start();
  await until(() => isWhole(a, b) && b.leases.held().size > 0);
  a.network.fail();
  expect(await until(() => sizes(b)[0] === SLOTS)).toBeLessThanOrEqual(10_000);
});

for (const trouble of ['fail', 'hang'] as const)
  test(`one whose database ${trouble}s loses its slots before another can have them`, async () => {
    const [a, b] = [member('a'), member('b')];
    await a.leases.start();
    await b.leases.start();
    await until(() => isWhole(a, b) && b.leases.held().size > 0);
    a.network[trouble]();
    await until(() => {
      expect(isDisjoint(a, b)).toBe(true);
      return sizes(b)[0] === SLOTS;
    });
    expect(sizes(a)).toEqual([0]);
    expect(a.story.at(-1)).toMatch(/^lost/);
    a.network.mend();
    await until(() => isWhole(a, b) && a.leases.held().size > 0);
  });

test('one that is alone with its database loses nothing while it is away', async () => {
  const alone = member('alone', { isAlone: true });
  await alone.leases.start();
  alone.network.fail();
  clock.advance(600_000);
  expect([...sizes(alone), ...alone.story]).toEqual([SLOTS, `gained ${SLOTS}`]);
});

test('what could not be begun is not held, and is offered again', async () => {
  let failures = 1;
  const gained = () => (failures-- > 0 ? Promise.reject(new Error('not now')) : Promise.resolve());
  const only = member('only', { gained });
  await only.leases.start();
  expect(sizes(only)).toEqual([0]);
  await until(() => sizes(only)[0] === SLOTS);
});

test('what took longer to begin than its lease lasts is not held', async () => {
  const gate = Promise.withResolvers<void>();
  const slow = member('slow', { gained: () => gate.promise });
  const started = slow.leases.start();
  await until(() => clock.monotonicMs() >= 500);
  clock.advance(7000);
  gate.resolve();
  await started;
  expect(sizes(slow)).toEqual([0]);
  await until(() => sizes(slow)[0] === SLOTS);
});

test('a wall clock that steps forward moves slots for a moment and doubles none', async () => {
  const [a, b] = [member('a'), member('b')];
  await a.leases.start();
  await b.leases.start();
  await until(() => isWhole(a, b) && b.leases.held().size > 0);
  clock.stepWall(3_600_000);
  await until(() => isWhole(a, b) && isDisjoint(a, b) && Math.min(...sizes(a, b)) > 0);
});

test('a wall clock that steps back keeps every slot where it is', async () => {
  const [a, b] = [member('a'), member('b')];
  await a.leases.start();
  await b.leases.start();
  await until(() => isWhole(a, b) && b.leases.held().size > 0);
  const before = sizes(a, b);
  clock.stepWall(-3_600_000);
  const fromTick = clock.monotonicMs();
  await until(() => clock.monotonicMs() - fromTick > 10_000);
  expect(sizes(a, b)).toEqual(before);
});

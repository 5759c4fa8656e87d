// A runner with a real database, a clock that the test moves, and one kind of check
// whose results the test writes down.

import Type from 'typebox';
import { SYSTEM } from '#kernel/domain/actor.ts';
import type { ServiceState } from '#kernel/domain/check-state.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { silentLogger } from '#kernel/log.ts';
import { createCheckCommands } from '#checks/check-commands.ts';
import { createCheckQueries } from '#checks/check-queries.ts';
import { createCheckEngine, type CheckEngine } from '#checks/engine/engine.ts';
import { createSealer } from '#store/sealed.ts';
import { defineCheckKind, verdict } from '#checks/kinds/check-kind.ts';
import { toStoredEvent } from '#store/event-log.ts';
import { openTestDatabase } from '../support/database.ts';
import { FakeClock } from '../support/fake-clock.ts';

const DEADLINE_MS = 20_000;
const DAY_SEC = 86_400;

/** What a run of the check with this key finds. */
type Script = (key: string) => ServiceState | Promise<ServiceState>;

export async function openScriptedChecks() {
  const database = await openTestDatabase();
  const { db, notifications } = database;
  const clock = new FakeClock();
  const samples: Sample[] = [];
  const runs: string[] = [];
  const runners: CheckEngine[] = [];
  let script: Script = () => 'ok';

  const kind = defineCheckKind({
    kind: 'scripted',
    title: 'What the test says',
    specSchema: Type.Object({ key: Type.String() }),
    compile:
      ({ key }) =>
      async () => {
        runs.push(key);
        const state = await script(key);
        return verdict(state, `it is ${state}`, `runs=${runs.length};;;0`);
      },
  });
  const kinds = new Map([[kind.kind, kind]]);
  const commands = createCheckCommands({ db, clock, kinds });
  const queries = createCheckQueries({ db, clock, kinds });

  /** Lets real input and output happen until `holds`; of the clock only what is due by now. */
  async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = performance.now() + DEADLINE_MS;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`it did not come to pass: ${what}`);
      clock.advance(0);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  // So rarely that no regular run comes between those that a test asks for.
  const addCheck = (hostId: string, key: string) =>
    commands.create(SYSTEM, {
      name: key,
      hostId,
      kind: kind.kind,
      spec: { key },
      intervalSec: DAY_SEC,
      retryIntervalSec: DAY_SEC,
    });

  /** Waits for the answer to a request; batches go out as time passes. */
  async function answered(eventId: string): Promise<void> {
    await until(`event ${eventId} is answered`, async () => {
      clock.advance(1);
      const answer = await db
        .selectFrom('event')
        .select('id')
        .where('cause_id', '=', Number(eventId))
        .executeTakeFirst();
      return answer !== undefined;
    });
  }

  return {
    db,
    clock,
    samples,
    runs,
    commands,
    queries,
    until,
    addCheck,
    answered,
    say(next: Script | ServiceState): void {
      script = typeof next === 'string' ? () => next : next;
    },
    async eventsOf(checkId: string) {
      const rows = await db.selectFrom('event').selectAll().where('check_id', '=', checkId).orderBy('id').execute();
      return rows.map(toStoredEvent);
    },
    async addHost(name: string): Promise<string> {
      const id = uuidv7(clock.nowMs());
      await db.insertInto('host').values({ id, name, cluster: 'c', created_at_ms: clock.nowMs() }).execute();
      return id;
    },
    /** A new check runs at once: this waits for its first result. */
    async addCheckAndWait(hostId: string, key: string): Promise<string> {
      const id = await addCheck(hostId, key);
      await until(`${key} has its first result`, async () => {
        clock.advance(1);
        return (await queries.get(id)).state !== 'pending';
      });
      return id;
    },
    async startRunner(): Promise<CheckEngine> {
      const runner = createCheckEngine(
        {
          sealer: createSealer('a key for the tests'),
          db,
          clock,
          log: silentLogger,
          notifications,
          inventory: { seriesOfHost: () => Promise.resolve({ cluster: 'c', host: 'series-name' }) },
          kinds,
          appendHistory: (batch) => void samples.push(...batch),
        },
        { holder: `test-${runners.length}`, isAlone: true, maxRunning: 10, maxRunningPerHost: 10, zone: 'UTC' },
      );
      runners.push(runner);
      await runner.start();
      return runner;
    },
    /** Runs the check once more and waits until the result is committed. */
    runOnce: async (checkId: string) => answered(await commands.runNow(SYSTEM, checkId)),
    async close(): Promise<void> {
      for (const runner of runners) await runner.stop();
      await database.close();
    },
  };
}

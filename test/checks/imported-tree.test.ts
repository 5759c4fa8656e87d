// A small Nagios configuration is imported and its checks run for real: Debian's plugins, the
// real engine, the real clock. States, attempts, parents, dependencies, periods, macros.

import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { silentLogger } from '#kernel/log.ts';
import { createObjects } from '#checks/objects-store/service.ts';
import { createChecks } from '#checks/service.ts';
import { createInventory } from '#inventory/service.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { describeWithPeer } from '../support/peer.ts';
import { quietKindDeps } from './kind-deps.ts';

const PLUGINS = '/usr/lib/nagios/plugins';

const tree = (port: number, interval = 2): string => `
define command {
  command_name dummy
  command_line $USER1$/check_dummy $ARG1$ "$ARG2$"
}
define command {
  command_name port
  command_line $USER1$/check_tcp -H $HOSTADDRESS$ -p $_SERVICEPORT$
}
define command {
  command_name procs
  command_line $USER1$/check_procs -c 1: | tr a-z A-Z
}
define timeperiod {
  timeperiod_name long-ago
  2001-01-01 00:00-24:00
}
define host {
  name base
  register 0
  max_check_attempts 2
  check_interval ${interval}
  retry_interval 1
}
define host {
  use base
  host_name gateway
  address 127.0.0.1
  check_command dummy!2!gone
}
define host {
  use base
  host_name behind
  address 127.0.0.1
  parents gateway
  check_command dummy!2!gone too
}
define host {
  use base
  host_name shop
  address 127.0.0.1
  check_command dummy!0!here
}
define service {
  name each
  register 0
  host_name shop
  max_check_attempts 3
  check_interval ${interval}
  retry_interval 1
}
define service {
  use each
  service_description fine
  check_command dummy!0!on \\$HOSTNAME$ at $HOSTADDRESS$; it's "well"
}
define service {
  use each
  service_description broken
  check_command dummy!2!no disk
}
define service {
  use each
  service_description master
  max_check_attempts 1
  check_command dummy!2!no master
}
define service {
  use each
  service_description port
  check_command port
  _PORT ${port}
}
define service {
  use each
  service_description processes
  check_command procs
}
define service {
  use each
  service_description out of hours
  check_period long-ago
  check_command dummy!2!never
}
define service {
  use each
  service_description needs master
  check_command dummy!2!held back
}
define servicedependency {
  host_name shop
  service_description master
  dependent_service_description needs master
  execution_failure_criteria c,p
}
`;

interface Shown {
  state: string;
  type: string;
  attempt: number;
  output: string;
}

/** States by host and name, as soon as they are as asked; woken by the log itself. */
async function untilStates(
  { db, notifications }: TestDatabase,
  holds: (states: Record<string, Shown>) => boolean,
): Promise<Record<string, Shown>> {
  const deadline = AbortSignal.timeout(30_000);
  for (;;) {
    const woken = new Promise<void>((resolve) => {
      const leave = notifications.subscribe('plexus_event', () => (leave(), resolve()));
      deadline.addEventListener('abort', () => resolve(), { once: true });
    });
    const { rows } = await sql<Shown & { name: string }>`select h.name || '/' || c.name as name, s.state,
        s.state_type as type, s.attempt, s.output
      from "check" c join host h on h.id = c.host_id join check_state s on s.check_id = c.id`.execute(db);
    const states = Object.fromEntries(rows.map(({ name, ...shown }) => [name, shown]));
    if (holds(states)) return states;
    if (deadline.aborted) throw new Error(`only this came about: ${JSON.stringify(states, undefined, 1)}`);
    await woken;
  }
}

describeWithPeer(['check_dummy', 'check_tcp', 'check_procs'], 'an imported configuration runs', () => {
  test('every object is checked as its Nagios configuration says', async () => {
    const listener = net.createServer((socket) => socket.end());
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    const database = await openTestDatabase();
    const { db, notifications } = database;
    const common = { db, clock: systemClock(), log: silentLogger, notifications };
    const inventory = createInventory({ ...common, gateway: quietKindDeps.gateway as never }).api;
    const checks = createChecks(
      { ...common, ...quietKindDeps, appendHistory: () => {} },
      { holder: 'test', isAlone: true },
    );
    const { api } = createObjects({ ...common, sealer: quietKindDeps.sealer, kinds: checks.kinds, inventory });
    onTestFinished(async () => {
      await checks.stop();
      await database.close();
      listener.close();
    });
    await checks.start(new AbortController().signal);
    const request = (text: string) => ({
      name: 'nagios:/etc/nagios.cfg',
      documents: {
        kind: 'nagios' as const,
        mainFile: 'nagios.cfg',
        files: [
          { name: 'nagios.cfg', text: 'interval_length=1\ncfg_file=a.cfg\nresource_file=r.cfg\n' },
          { name: 'a.cfg', text },
          { name: 'r.cfg', text: `$USER1$=${PLUGINS}\n` },
        ],
      },
    });
    const outcome = await api.apply(SYSTEM, request(tree(port)));
    expect(outcome.outcome, JSON.stringify(outcome.report)).toBe('applied');

    const hard = (states: Record<string, Shown>, name: string, state: string): boolean =>
      states[name]?.state === state && states[name].type === 'hard';
    const states = await untilStates(
      database,
      (found) =>
        hard(found, 'gateway/alive', 'down') &&
        hard(found, 'behind/alive', 'unreachable') &&
        hard(found, 'shop/broken', 'critical') &&
        hard(found, 'shop/master', 'critical') &&
        ['shop/fine', 'shop/port', 'shop/processes'].every((name) => hard(found, name, 'ok')) &&
        found['shop/alive']?.state === 'up',
    );
    expect(states).toMatchObject({
      'shop/alive': { output: 'OK: here' },
      'shop/broken': { attempt: 3, output: 'CRITICAL: no disk' },
      'shop/port': { output: expect.stringMatching(/^TCP OK/) },
      'shop/processes': { output: expect.stringMatching(/^PROCS OK/) },
      // Its period is over for good.
      'shop/out of hours': { state: 'pending', output: '' },
      // Held back while what it needs has not run, and then while that is critical.
      'shop/needs master': { state: 'pending', output: '' },
      'behind/alive': { output: 'CRITICAL: gone too' },
    });

    // What is asked for runs in spite of its period; what changed runs as it is now.
    const late = await db.selectFrom('check').select('id').where('name', '=', 'out of hours').executeTakeFirstOrThrow();
    await checks.api.runNow(SYSTEM, late.id);
    await untilStates(database, (found) => found['shop/out of hours']?.output === 'CRITICAL: never');
    const changed = await api.apply(SYSTEM, request(tree(port).replace('dummy!2!no master', 'dummy!0!master is back')));
    expect(changed.changes.checks.counts).toEqual({ created: 0, changed: 1, deleted: 0, unchanged: 9 });
    const healed = await untilStates(
      database,
      (found) => found['shop/master']?.state === 'ok' && found['shop/needs master']?.state === 'critical',
    );
    expect(healed['shop/needs master']).toMatchObject({ output: 'CRITICAL: held back' });

    await api.removeSet(SYSTEM, 'nagios:/etc/nagios.cfg');
    await checks.drain();
    expect(checks.counters()).toMatchObject({ running: 0 });
  }, 90_000);
});

// One checker as a process of its own, so that a test can kill it: checks and nothing else,
// on the database of the test. Says "ready" once it runs.

import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { createChecks } from '#checks/service.ts';
import { createNotifications } from '#store/notifications.ts';
import { openPostgres } from '#store/postgres.ts';
import { quietKindDeps } from '#test/checks/kind-deps.ts';

const [, , holder = '', target = '{}'] = process.argv;
const clock = systemClock();
const deps = { clock, log: silentLogger };
const postgres = openPostgres(JSON.parse(target), deps);
const notifications = createNotifications(deps, postgres.clientConfig);
await notifications.start(new AbortController().signal);
const checks = createChecks(
  { db: postgres.db, ...deps, notifications, ...quietKindDeps, appendHistory: () => {} },
  { holder, isAlone: false },
);
await checks.start(new AbortController().signal);
process.stdout.write('ready\n');
process.once('SIGTERM', () => {
  void checks
    .stop()
    .then(() => notifications.stop())
    .then(() => postgres.close())
    .then(() => process.exit(0));
});

// The checks that this machine starts with, so that no screen is empty on day one.

import type { Clock } from '#kernel/clock.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { readSetting, writeSetting } from '#store/settings.ts';
import { transaction, type Db } from '#store/postgres.ts';
import type { ChecksApi, NewCheck } from './api.ts';
import type { CheckCommands } from './check-commands.ts';

/** The limits are a start for any machine: shares of what it has, not absolute numbers. */
function defaultChecks(consoleUrl: string): Omit<NewCheck, 'hostId'>[] {
  const url = new URL(consoleUrl);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const address = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return [
    {
      name: 'load',
      kind: 'metric',
      spec: { metric: 'load_five', percentOf: 'cpu_num', warn: '~:200', crit: '~:400' },
    },
    {
      name: 'memory',
      kind: 'metric',
      spec: {
        metric: 'mem_free',
        plus: ['mem_cached', 'mem_buffers'],
        percentOf: 'mem_total',
        warn: '10:',
        crit: '5:',
      },
    },
    {
      name: 'disk',
      kind: 'metric',
      spec: { metric: 'part_max_used', unit: '%', warn: '~:85', crit: '~:95', maxAgeSec: 600 },
    },
    { name: 'console port', kind: 'tcp', spec: { address, port } },
    // The console's own certificate may be one that only browsers of the house know.
    { name: 'console', kind: 'http', spec: { url: new URL('/healthz', url).href, verifyTls: false } },
  ];
}

export function createDefaultChecks(deps: {
  db: Db;
  clock: Clock;
  commands: CheckCommands;
}): ChecksApi['ensureDefaultChecks'] {
  const { db, clock, commands } = deps;
  return (host, consoleUrl) =>
    transaction(db, async (trx) => {
      const key = `checks.default:${host.id}`;
      // Two processes that start at once: the second waits here, then sees what the first has made.
      await trx.selectFrom('host').select('id').where('id', '=', host.id).forUpdate().executeTakeFirst();
      if ((await readSetting(trx, key)) !== undefined) return;
      const taken = await trx.selectFrom('check').select('name').where('host_id', '=', host.id).execute();
      for (const check of defaultChecks(consoleUrl)) {
        if (taken.some(({ name }) => name === check.name)) continue;
        await commands.insert(trx, SYSTEM, { ...check, hostId: host.id }, `default:${check.name}`);
      }
      await writeSetting(trx, key, true, clock.nowMs());
    });
}

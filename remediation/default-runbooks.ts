// The runbooks of a fresh installation: useful on day one, and examples of how one is
// written. Each is made once; deleting it is final.

import type { Clock } from '#kernel/clock.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { json } from '#store/json.ts';
import { transaction, type Db } from '#store/postgres.ts';
import { recordChange } from './object-change.ts';
import type { NewRunbook } from './runbook.ts';
import { insertRunbook } from './runbook-store.ts';

// Which defaults were made is kept apart from the runbooks, so that a deleted one stays deleted.
const SETTING = 'remediation.default_runbooks';

const DISK_REPORT = `set -u
df -hP -x tmpfs -x devtmpfs 2>/dev/null || df -hP
echo
echo "Largest directories below $PLEXUS_IN_DIRECTORY:"
du -xk --max-depth=2 "$PLEXUS_IN_DIRECTORY" 2>/dev/null | sort -rn | head -n "$PLEXUS_IN_LINES"
`;

const DEFAULTS: (NewRunbook & { origin: string })[] = [
  {
    origin: 'restart-service',
    name: 'Restart a service',
    description: 'Restarts a systemd service and fails when it does not come up.',
    inputs: [{ name: 'service', label: 'Service', type: 'string', required: true, help: 'Unit name, such as nginx' }],
    steps: [{ type: 'service', name: 'Restart', service: '{{service}}', action: 'restart', timeoutSec: 60 }],
  },
  {
    origin: 'disk-usage-report',
    name: 'Disk usage report',
    description: 'File systems, and the largest directories below a given one. Changes nothing.',
    inputs: [
      { name: 'directory', label: 'Directory', type: 'string', required: true, default: '/var' },
      { name: 'lines', label: 'Lines', type: 'integer', default: '15' },
    ],
    steps: [{ type: 'script', name: 'Report', interpreter: 'sh', script: DISK_REPORT, timeoutSec: 120 }],
  },
];

/** Idempotent. A name that a person took already is left to them. */
export async function ensureDefaultRunbooks(deps: { db: Db; clock: Clock }): Promise<void> {
  const atMs = deps.clock.nowMs();
  await transaction(deps.db, async (trx) => {
    await trx
      .insertInto('setting')
      .values({ key: SETTING, value: json([]), updated_at_ms: atMs })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .execute();
    const row = await trx
      .selectFrom('setting')
      .select('value')
      .where('key', '=', SETTING)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const made = Array.isArray(row.value) ? row.value : [];
    for (const runbook of DEFAULTS.filter(({ origin }) => !made.includes(origin))) {
      const { name } = runbook;
      if (await trx.selectFrom('runbook').select('id').where('name', '=', name).executeTakeFirst()) continue;
      const id = await insertRunbook(trx, runbook, SYSTEM, atMs);
      await recordChange(trx, { actor: SYSTEM, kind: 'runbook', id, name, change: 'created', atMs });
    }
    await trx
      .updateTable('setting')
      .set({ value: json(DEFAULTS.map(({ origin }) => origin)), updated_at_ms: atMs })
      .where('key', '=', SETTING)
      .execute();
  });
}

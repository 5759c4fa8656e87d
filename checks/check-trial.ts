// Runs a check that is not saved, for the editor, and says what a saved one would run.

import type { Clock } from '#kernel/clock.ts';
import { notFound } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import type { Logger } from '#kernel/log.ts';
import type { InventoryApi } from '#inventory/api.ts';
import type { Db } from '#store/postgres.ts';
import { parsePerfdata } from '#wire/perfdata.ts';
import type { CheckDraft, ChecksApi } from './api.ts';
import { refuseProblems } from './check-commands.ts';
import type { MacroLookup } from './macros/expand-macros.ts';
import type { CheckKind } from './kinds/check-kind.ts';
import { restoreSecrets } from './kinds/spec-secrets.ts';
import { runCheck } from './run-check.ts';

interface TrialDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  inventory: Pick<InventoryApi, 'seriesOfHost'>;
  kinds: ReadonlyMap<string, CheckKind>;
  /** Macros of a host, or of one of its checks; read from the database, since any process may be asked. */
  macrosOf(hostId: string, checkId?: string): Promise<MacroLookup>;
}

const DEFAULT_TIMEOUT_SEC = 10;

export function createCheckTrial(deps: TrialDeps): Pick<ChecksApi, 'test' | 'command'> {
  const { db, kinds } = deps;

  async function hostOf(hostId: string) {
    const host = isUuid(hostId)
      ? await db.selectFrom('host').select(['id', 'name', 'ip']).where('id', '=', hostId).executeTakeFirst()
      : undefined;
    if (!host) throw notFound('host', hostId);
    return host;
  }

  async function keptSpecOf({ checkId = '', kind }: CheckDraft): Promise<unknown> {
    if (!isUuid(checkId)) return undefined;
    const kept = db.selectFrom('check').select('spec').where('id', '=', checkId).where('kind', '=', kind);
    return (await kept.executeTakeFirst())?.spec;
  }

  return {
    async test(_actor, draft) {
      const { timeoutSec = DEFAULT_TIMEOUT_SEC, kind, name } = draft;
      const spec = restoreSecrets(draft.spec, await keptSpecOf(draft)) as Record<string, unknown>;
      refuseProblems(kinds, { kind, spec, intervalSec: timeoutSec, retryIntervalSec: timeoutSec, timeoutSec });
      const host = await hostOf(draft.hostId);
      const macro = await deps.macrosOf(host.id);
      const series = await deps.inventory.seriesOfHost(host.id);
      const check = {
        id: host.id,
        name,
        hostId: host.id,
        hostName: host.name,
        address: macro('HOSTADDRESS') ?? host.ip ?? host.name,
        kind,
        spec,
        timeoutMs: timeoutSec * 1000,
      };
      const run = await runCheck(deps, check, {
        series,
        macro,
        isSettling: false,
        stopping: AbortSignal.timeout(timeoutSec * 1000 + 10_000),
      });
      if (typeof run === 'string') throw new Error(`a trial ended ${run}`);
      const { state, output, longOutput, perfdata } = run.result;
      const { metrics, skipped } = parsePerfdata(perfdata);
      const prepared = kinds.get(kind)?.prepare(spec);
      const target = { checkId: '', ...check, series, macro };
      return {
        command: (prepared?.ok && prepared.describe?.(target)) || null,
        state,
        output,
        longOutput,
        perfdata: metrics,
        perfdataSkipped: skipped,
        executionMs: run.executionMs,
      };
    },

    async command(id) {
      const row = isUuid(id)
        ? await db
            .selectFrom('check')
            .select(['host_id', 'kind', 'spec', 'timeout_sec'])
            .where('id', '=', id)
            .executeTakeFirst()
        : undefined;
      if (!row) throw notFound('check', id);
      const host = await hostOf(row.host_id);
      const prepared = kinds.get(row.kind)?.prepare(row.spec);
      if (!prepared?.ok || !prepared.describe) return null;
      const macro = await deps.macrosOf(host.id, id);
      return prepared.describe({
        checkId: id,
        hostId: host.id,
        hostName: host.name,
        series: await deps.inventory.seriesOfHost(host.id),
        address: macro('HOSTADDRESS') ?? host.ip ?? host.name,
        timeoutMs: row.timeout_sec * 1000,
        macro,
      });
    },
  };
}

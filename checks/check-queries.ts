// Checks as the console and the API read them. No commands.

import { notFound } from '#kernel/errors.ts';
import { isUuid } from '#kernel/ids.ts';
import type { ChecksApi } from './api.ts';
import { readComments, readHistory, readRelations, type CheckPlace } from './queries/around-check.ts';
import { createCheckList } from './queries/check-list.ts';
import { detailOf, toEntries, type CheckRowDeps } from './queries/check-rows.ts';
import { readBlastRadius, readDependencyMap } from './queries/dependency-map.ts';
import { readOverview } from './queries/overview.ts';
import type { CheckViewsApi } from './views-api.ts';

type CheckQueries = Pick<ChecksApi, 'list' | 'get' | 'results'> & CheckViewsApi;

/** `kinds` say which settings are secrets; of other kinds everything is shown. */
export function createCheckQueries(deps: CheckRowDeps): CheckQueries {
  const { db } = deps;

  async function find(id: string): Promise<CheckPlace & { object: 'host' | 'service' }> {
    const row = isUuid(id)
      ? await db.selectFrom('check').select(['id', 'host_id', 'object']).where('id', '=', id).executeTakeFirst()
      : undefined;
    if (!row) throw notFound('check', id);
    return { id: row.id, hostId: row.host_id, object: row.object === 'host' ? 'host' : 'service' };
  }

  return {
    ...createCheckList(deps),
    async get(id) {
      const detail = isUuid(id) ? await detailOf(deps, id) : undefined;
      if (!detail) throw notFound('check', id);
      return detail;
    },
    async results(id) {
      const { object } = await find(id);
      const row = await db.selectFrom('check_ring').select('ring').where('check_id', '=', id).executeTakeFirst();
      return toEntries(object, row?.ring);
    },
    overview: () => readOverview(deps),
    dependencyMap: (around) => readDependencyMap(db, around),
    blastRadius: (of) => readBlastRadius(db, of),
    relations: async (id) => readRelations(db, await find(id)),
    history: async (id) => readHistory(db, (await find(id)).id),
    comments: async (id) => readComments(db, await find(id)),
  };
}

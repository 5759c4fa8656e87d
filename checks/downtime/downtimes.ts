// Everything about downtimes that the console and the API ask for.

import type { Clock } from '#kernel/clock.ts';
import type { Db } from '#store/postgres.ts';
import type { DowntimesApi } from '../downtime-api.ts';
import { createDowntimeCommands } from './downtime-commands.ts';
import { createDowntimeList } from './downtime-list.ts';
import { createDowntimeReach } from './downtime-reach.ts';
import { createRecurringCommands } from './recurring-commands.ts';

export const createDowntimes = (deps: { db: Db; clock: Clock }): DowntimesApi => ({
  ...createDowntimeList(deps.db),
  ...createDowntimeReach(deps),
  ...createDowntimeCommands(deps),
  recurring: createRecurringCommands(deps),
});

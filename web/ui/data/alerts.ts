// Problems, episodes and what people do with them.

import { useQueryClient } from '@tanstack/react-query';
import type { AlertList, Episode, ProblemList, ProblemRow } from '#web/contract/alerting.ts';
import type { QueryValue } from './api-client.ts';
import { nowMs } from './browser-clock.ts';
import { useSession } from './session.tsx';
import { useApiAction, useApiQuery, type Resource } from './use-api-query.ts';

const PROBLEMS = ['problems', '/problems', {}] as const;
const TOUCHED: readonly Resource[] = ['problems', 'alerts', 'events'];

export const useProblems = () => useApiQuery<ProblemList>(...PROBLEMS);

export const useAlerts = (query: Record<string, QueryValue>, enabled = true) =>
  useApiQuery<AlertList>('alerts', '/alerts', query, { enabled, keepPrevious: true });

export const useEpisode = (alertId: string, enabled = true) =>
  useApiQuery<Episode>('alerts', `/alerts/${alertId}`, {}, { enabled });

/** Takes alerts, at once on screen; the list of the server follows, and a refusal puts the row back. */
export function useAcknowledge(done: (count: number) => string) {
  const cache = useQueryClient();
  const session = useSession();
  const action = useApiAction(
    (api, input: { alertIds: readonly string[]; comment?: string }) =>
      Promise.all(
        input.alertIds.map((id) =>
          api.send('POST', `/alerts/${id}/acknowledge`, input.comment ? { comment: input.comment } : {}),
        ),
      ),
    { refreshes: TOUCHED, done: (_, input) => done(input.alertIds.length) },
  );
  return {
    ...action,
    take(alertIds: readonly string[], comment?: string) {
      cache.setQueryData<ProblemList>([...PROBLEMS], (before) => before && ownedBy(before, alertIds, session.login));
      action.mutate({ alertIds, ...(comment ? { comment } : {}) });
    },
  };
}

function ownedBy(list: ProblemList, alertIds: readonly string[], owner: string): ProblemList {
  const at = new Date(nowMs()).toISOString();
  const taken = (row: ProblemRow): ProblemRow =>
    alertIds.includes(row.id) ? { ...row, state: 'acknowledged', owner, acknowledgedAt: at } : row;
  return { ...list, items: list.items.map(taken) };
}

export const useUnacknowledge = () =>
  useApiAction((api, alertId: string) => api.send('POST', `/alerts/${alertId}/unacknowledge`, {}), {
    refreshes: TOUCHED,
  });

export const useResolve = (done: () => string) =>
  useApiAction(
    (api, input: { alertId: string; comment: string }) =>
      api.send('POST', `/alerts/${input.alertId}/resolve`, input.comment === '' ? {} : { comment: input.comment }),
    { refreshes: TOUCHED, done },
  );

export const useComment = (onDone: () => void) =>
  useApiAction(
    (api, input: { alertId: string; comment: string }) =>
      api.send('POST', `/alerts/${input.alertId}/comments`, { comment: input.comment }),
    { refreshes: TOUCHED, onDone },
  );

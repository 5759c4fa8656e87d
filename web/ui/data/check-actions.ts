// What people do to checks.

import type {
  CheckAcknowledge,
  CheckBulk,
  CheckBulkDone,
  CheckDraft,
  CheckRunAccepted,
  CheckTrial,
  PassiveResultSubmit,
} from '#web/contract/check-actions.ts';
import type { Check, CheckCreate, CheckDetail, CheckList, CheckUpdate } from '#web/contract/checks.ts';
import type { QueryValue } from './api-client.ts';
import { useApiAction, type ActionOptions } from './use-api-query.ts';

type Done<Input, Answer = void> = Pick<ActionOptions<Input, Answer>, 'done' | 'onDone'>;

/** Asks for runs now; the results come as events. */
export const useRunChecks = (done: (count: number) => string) =>
  useApiAction(
    (api, checkIds: readonly string[]) =>
      Promise.all(checkIds.map((id) => api.send<CheckRunAccepted>('POST', `/checks/${id}/run`, {}))),
    { refreshes: ['checks'], done: (_, checkIds) => done(checkIds.length) },
  );

export const useBulkOnChecks = (options: Done<CheckBulk, CheckBulkDone>) =>
  useApiAction((api, bulk: CheckBulk) => api.send<CheckBulkDone>('POST', '/checks/bulk', bulk), {
    refreshes: ['checks', 'problems'],
    ...options,
  });

export const useAcknowledgeCheck = (checkId: string, options: Done<CheckAcknowledge>) =>
  useApiAction(
    (api, acknowledgement: CheckAcknowledge) => api.send('POST', `/checks/${checkId}/acknowledgement`, acknowledgement),
    { refreshes: ['checks', 'problems'], tellFailure: false, ...options },
  );

export const useRemoveAcknowledgement = (checkId: string, options: Done<void>) =>
  useApiAction((api) => api.send('DELETE', `/checks/${checkId}/acknowledgement`), {
    refreshes: ['checks', 'problems'],
    ...options,
  });

export const useCommentOnCheck = (checkId: string, options: Done<string>) =>
  useApiAction((api, comment: string) => api.send('POST', `/checks/${checkId}/comments`, { comment }), {
    refreshes: ['checks'],
    tellFailure: false,
    ...options,
  });

export const useSubmitResult = (checkId: string, options: Done<PassiveResultSubmit>) =>
  useApiAction((api, result: PassiveResultSubmit) => api.send('POST', `/checks/${checkId}/results`, result), {
    refreshes: ['checks', 'problems'],
    tellFailure: false,
    ...options,
  });

/** Runs a draft once; nothing is saved. */
export const useTestCheck = () =>
  useApiAction((api, draft: CheckDraft) => api.send<CheckTrial>('POST', '/checks/test', draft), {
    refreshes: [],
    tellFailure: false,
  });

export const useCreateCheck = (options: Done<CheckCreate, CheckDetail> = {}) =>
  useApiAction((api, check: CheckCreate) => api.send<CheckDetail>('POST', '/checks', check), {
    refreshes: ['checks'],
    tellFailure: false,
    ...options,
  });

export const useChangeCheck = (options: Done<{ id: string; change: CheckUpdate }> = {}) =>
  useApiAction(
    (api, input: { id: string; change: CheckUpdate }) => api.send('PATCH', `/checks/${input.id}`, input.change),
    {
      refreshes: ['checks'],
      tellFailure: false,
      ...options,
    },
  );

export const useDeleteCheck = (options: Done<string> = {}) =>
  useApiAction((api, checkId: string) => api.send('DELETE', `/checks/${checkId}`), {
    refreshes: ['checks', 'problems'],
    ...options,
  });

const EXPORT_PAGE = 1000;
const MOST_EXPORTED = 20_000;

/** Gathers the whole list, page after page, and hands it over. */
export const useExportChecks = (onDone: (checks: Check[]) => void) =>
  useApiAction(
    async (api, query: Record<string, QueryValue>) => {
      const checks: Check[] = [];
      let cursor: string | null = null;
      do {
        const page: CheckList = await api.get<CheckList>('/checks', { ...query, limit: EXPORT_PAGE, cursor });
        checks.push(...page.items);
        cursor = page.nextCursor;
      } while (cursor !== null && checks.length < MOST_EXPORTED);
      return checks;
    },
    { refreshes: [], onDone },
  );

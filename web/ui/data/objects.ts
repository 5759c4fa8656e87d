// Monitoring objects: sets, single objects, what applying them would change.

import type {
  ObjectDetail,
  ObjectEdit,
  ObjectSummary,
  RuleTest,
  SetOutcome,
  SetRequest,
  SetSummary,
} from '#web/contract/objects.ts';
import type { QueryValue } from './api-client.ts';
import type { ListOf } from './list.ts';
import { useApiAction, useApiQuery, type ActionOptions, type Resource } from './use-api-query.ts';

type Done<Input, Answer> = Pick<ActionOptions<Input, Answer>, 'done' | 'onDone'>;

const TOUCHED: readonly Resource[] = ['objects', 'checks', 'hosts', 'groups'];
const setPath = (name: string): string => `/object-sets/${encodeURIComponent(name)}`;

export const useObjectSets = () => useApiQuery<ListOf<SetSummary>>('objects', '/object-sets');

export const useObjects = (query: Record<string, QueryValue>) =>
  useApiQuery<ListOf<ObjectSummary> & { total: number }>('objects', '/objects', query, { keepPrevious: true });

export const useObject = (id: string) => useApiQuery<ObjectDetail>('objects', `/objects/${id}`);

export interface NamedRequest {
  name: string;
  request: SetRequest;
}

export const usePreviewSet = () =>
  useApiAction(
    (api, { name, request }: NamedRequest) => api.send<SetOutcome>('POST', `${setPath(name)}/preview`, request),
    { refreshes: [], tellFailure: false },
  );

export const useApplySet = () =>
  useApiAction((api, { name, request }: NamedRequest) => api.send<SetOutcome>('PUT', setPath(name), request), {
    refreshes: TOUCHED,
    tellFailure: false,
  });

export const usePreviewRemoval = () =>
  useApiAction((api, name: string) => api.send<SetOutcome>('POST', `${setPath(name)}/removal-preview`), {
    refreshes: [],
  });

export const useRemoveSet = (options: Done<string, SetOutcome>) =>
  useApiAction((api, name: string) => api.send<SetOutcome>('DELETE', `${setPath(name)}?acceptRest=true`), {
    refreshes: TOUCHED,
    ...options,
  });

export const usePreviewEdit = () =>
  useApiAction((api, edit: ObjectEdit) => api.send<SetOutcome>('POST', '/objects/preview', edit), {
    refreshes: [],
    tellFailure: false,
  });

export const useApplyEdit = (options: Done<ObjectEdit, SetOutcome>) =>
  useApiAction((api, edit: ObjectEdit) => api.send<SetOutcome>('POST', '/objects', edit), {
    refreshes: TOUCHED,
    tellFailure: false,
    ...options,
  });

export const useDeleteObject = (options: Done<string, SetOutcome>) =>
  useApiAction((api, id: string) => api.send<SetOutcome>('DELETE', `/objects/${id}`), {
    refreshes: TOUCHED,
    ...options,
  });

export const useTestRule = () =>
  useApiAction((api, yaml: string) => api.send<RuleTest>('POST', '/objects/rule-test', { yaml }), {
    refreshes: [],
    tellFailure: false,
  });

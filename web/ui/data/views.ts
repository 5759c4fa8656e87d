// Views: charts that people keep.

import type { View, ViewCreate, ViewImport, ViewImportReport, ViewSummary, ViewUpdate } from '#web/contract/views.ts';
import type { ListOf } from './list.ts';
import { useApiAction, useApiQuery, type ActionOptions } from './use-api-query.ts';

type Done<Input, Answer = void> = Pick<ActionOptions<Input, Answer>, 'done' | 'onDone'>;

export const useViews = (enabled = true) =>
  useApiQuery<ListOf<ViewSummary>>('views', '/views', { limit: 1000 }, { enabled });

export const useView = (id: string) => useApiQuery<View>('views', `/views/${id}`);

export const useCreateView = (options: Done<ViewCreate, View>) =>
  useApiAction((api, view: ViewCreate) => api.send<View>('POST', '/views', view), {
    refreshes: ['views'],
    tellFailure: false,
    ...options,
  });

export const useChangeView = (options: Done<{ id: string; change: ViewUpdate }, View>) =>
  useApiAction(
    (api, input: { id: string; change: ViewUpdate }) => api.send<View>('PUT', `/views/${input.id}`, input.change),
    { refreshes: ['views'], tellFailure: false, ...options },
  );

/** Reads the view and saves it with one chart more, so that what others put in meanwhile stays. */
export const useAddToView = (options: Done<{ id: string; item: View['items'][number] }, View>) =>
  useApiAction(
    async (api, { id, item }: { id: string; item: View['items'][number] }) => {
      const { name, description, items, version } = await api.get<View>(`/views/${id}`);
      return api.send<View>('PUT', `/views/${id}`, { name, description, items: [...items, item], version });
    },
    { refreshes: ['views'], ...options },
  );

export const useDeleteView = (options: Done<string>) =>
  useApiAction((api, id: string) => api.send('DELETE', `/views/${id}`), { refreshes: ['views'], ...options });

export const useImportViews = (options: Done<ViewImport, ViewImportReport> = {}) =>
  useApiAction((api, files: ViewImport) => api.send<ViewImportReport>('POST', '/views/import', files), {
    refreshes: ['views'],
    tellFailure: false,
    ...options,
  });

// Users and API tokens.

import type { ApiToken, ApiTokenCreate, ApiTokenCreated, User, UserCreate, UserUpdate } from '#web/contract/users.ts';
import type { ListOf } from './list.ts';
import { useApiAction, useApiQuery, type ActionOptions } from './use-api-query.ts';

type Done<Input, Answer = void> = Pick<ActionOptions<Input, Answer>, 'done' | 'onDone'>;

export const useUsers = () => useApiQuery<ListOf<User>>('users', '/users');

export const useCreateUser = (options: Done<UserCreate, User>) =>
  useApiAction((api, user: UserCreate) => api.send<User>('POST', '/users', user), {
    refreshes: ['users'],
    tellFailure: false,
    ...options,
  });

export const useChangeUser = (options: Done<{ id: string; change: UserUpdate }>) =>
  useApiAction(
    (api, input: { id: string; change: UserUpdate }) => api.send('PATCH', `/users/${input.id}`, input.change),
    {
      refreshes: ['users', 'auth'],
      tellFailure: false,
      ...options,
    },
  );

export const useDeleteUser = (options: Done<string>) =>
  useApiAction((api, id: string) => api.send('DELETE', `/users/${id}`), { refreshes: ['users'], ...options });

export const useTokens = () => useApiQuery<ListOf<ApiToken>>('tokens', '/tokens');

export const useCreateToken = () =>
  useApiAction((api, token: ApiTokenCreate) => api.send<ApiTokenCreated>('POST', '/tokens', token), {
    refreshes: ['tokens'],
    tellFailure: false,
  });

export const useDeleteToken = (options: Done<string>) =>
  useApiAction((api, id: string) => api.send('DELETE', `/tokens/${id}`), { refreshes: ['tokens'], ...options });

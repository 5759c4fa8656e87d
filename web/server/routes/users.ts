// People and API tokens, for administrators.

import { ApiToken, ApiTokenCreate, ApiTokenCreated, User, UserCreate, UserUpdate } from '#web/contract/users.ts';
import { Empty, IdParams, instant, instantOrNull, ListOf } from '#web/contract/shared.ts';
import type { App } from '../app.ts';
import type { TokenRecord } from '../identity/api-tokens.ts';
import type { Identity } from '../identity/identity.ts';
import type { UserRecord } from '../identity/user-record.ts';

const toUser = (record: UserRecord): User => ({
  id: record.id,
  login: record.login,
  name: record.name,
  email: record.email,
  role: record.role,
  disabled: record.disabled,
  createdAt: instant(record.createdAtMs),
  lastLoginAt: instantOrNull(record.lastLoginAtMs),
});

const toToken = (record: TokenRecord): ApiToken => ({
  id: record.id,
  name: record.name,
  role: record.role,
  createdBy: record.createdBy,
  createdAt: instant(record.createdAtMs),
  expiresAt: instantOrNull(record.expiresAtMs),
  lastUsedAt: instantOrNull(record.lastUsedAtMs),
});

export function userRoutes(app: App, deps: { identity: Identity }): void {
  const { identity } = deps;
  const config = { access: 'admin' as const };
  const tags = ['users'];

  app.get(
    '/api/v1/users',
    { config, schema: { tags, summary: 'All users', response: { 200: ListOf(User) } } },
    async () => ({
      items: (await identity.listUsers()).map(toUser),
      nextCursor: null,
    }),
  );

  app.post(
    '/api/v1/users',
    { config, schema: { tags, summary: 'Add a user', body: UserCreate, response: { 200: User } } },
    async (request) => toUser(await identity.createUser(request.body, request.actor)),
  );

  app.patch(
    '/api/v1/users/:id',
    { config, schema: { tags, summary: 'Change a user', params: IdParams, body: UserUpdate, response: { 200: User } } },
    async (request) => toUser(await identity.updateUser(request.params.id, request.body, request.actor)),
  );

  app.delete(
    '/api/v1/users/:id',
    { config, schema: { tags, summary: 'Delete a user', params: IdParams, response: { 200: Empty } } },
    async (request) => {
      await identity.removeUser(request.params.id, request.actor);
      return {};
    },
  );

  app.get(
    '/api/v1/tokens',
    { config, schema: { tags, summary: 'All API tokens', response: { 200: ListOf(ApiToken) } } },
    async () => ({
      items: (await identity.listTokens()).map(toToken),
      nextCursor: null,
    }),
  );

  app.post(
    '/api/v1/tokens',
    {
      config,
      schema: {
        tags,
        summary: 'Make an API token; it is shown this once',
        body: ApiTokenCreate,
        response: { 200: ApiTokenCreated },
      },
    },
    async (request) => {
      const { token, record } = await identity.createToken(request.body, request.actor);
      return { token, apiToken: toToken(record) };
    },
  );

  app.delete(
    '/api/v1/tokens/:id',
    { config, schema: { tags, summary: 'Revoke an API token', params: IdParams, response: { 200: Empty } } },
    async (request) => {
      await identity.removeToken(request.params.id, request.actor);
      return {};
    },
  );
}

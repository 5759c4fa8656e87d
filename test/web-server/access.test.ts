// Who may do what: sessions, CSRF, roles, tokens, and that every refusal is on record.

import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readAuditTrail, verifyAuditTrail } from '#store/audit-trail.ts';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { openTestDatabase, type TestDatabase } from '#test/support/database.ts';
import type { AuthState } from '#web/contract/auth.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { SESSION_LIFETIME_MS } from '#web/server/identity/sessions.ts';
import { authRoutes } from '#web/server/routes/auth.ts';
import { userRoutes } from '#web/server/routes/users.ts';
import { createWebServer, type WebServer } from '#web/server/server.ts';

const ADMIN = { login: 'anna', password: 'correct horse battery' };
const clock = new FakeClock();
let database: TestDatabase;
let web: WebServer;
const setUps: unknown[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  const identity = createIdentity({ db: database.db, clock });
  web = await createWebServer(
    { clock, log: silentLogger, identity },
    {
      host: '127.0.0.1',
      port: 0,
      version: '0',
      consoleDir: mkdtempSync(path.join(os.tmpdir(), 'plexus-console-')),
      consoleState: () => 'building',
    },
    (app) => {
      const onSetUp = (user: unknown) => Promise.resolve(void setUps.push(user));
      authRoutes(app, { identity, version: '0', secureCookies: false, onSetUp });
      userRoutes(app, { identity });
    },
  );
});
afterAll(async () => {
  await web.stop();
  await database.close();
});

interface Asked {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  body?: object;
  cookie?: string;
  csrf?: string;
  token?: string;
}

async function ask(url: string, asked: Asked = {}) {
  const response = await web.app.inject({
    method: asked.method ?? 'GET',
    url: `/api/v1${url}`,
    ...(asked.body && { payload: asked.body }),
    headers: {
      ...(asked.cookie && { cookie: `plexus_session=${asked.cookie}` }),
      ...(asked.csrf && { 'x-csrf-token': asked.csrf }),
      ...(asked.token && { authorization: `Bearer ${asked.token}` }),
    },
  });
  const cookie = response.cookies.find(({ name }) => name === 'plexus_session')?.value ?? '';
  return { status: response.statusCode, body: response.json(), cookie, headers: response.headers };
}

async function logIn(credentials: { login: string; password: string }) {
  const answer = await ask('/auth/login', { method: 'POST', body: credentials });
  const state: AuthState = answer.body;
  return { cookie: answer.cookie, csrf: state.session?.csrfToken ?? '' };
}

test('the first start asks for an administrator, and set-up closes for good', async () => {
  expect((await ask('/auth/state')).body).toMatchObject({ setupNeeded: true, session: null });
  const first = await ask('/auth/setup', {
    method: 'POST',
    body: { ...ADMIN, name: 'Anna', email: 'anna@example.org' },
  });
  expect(first.status).toBe(200);
  expect(first.body.session).toMatchObject({ login: 'anna', role: 'admin' });
  expect(setUps).toEqual([{ login: 'anna', email: 'anna@example.org' }]);
  const second = await ask('/auth/setup', { method: 'POST', body: { ...ADMIN, login: 'eve', name: 'Eve' } });
  expect(second).toMatchObject({ status: 409, body: { code: 'setup_closed' } });
});

test('a wrong password is refused and in the audit trail', async () => {
  const answer = await ask('/auth/login', { method: 'POST', body: { login: 'anna', password: 'wrong' } });
  expect(answer).toMatchObject({ status: 401, body: { code: 'wrong_credentials' } });
  const [entry] = await readAuditTrail(database.db, { limit: 1 });
  expect(entry).toMatchObject({ actor: 'user:anna', action: 'login', result: 'refused' });
});

test('a cookie without its CSRF token changes nothing, and the refusal is in the audit trail', async () => {
  const { cookie } = await logIn(ADMIN);
  const body = { login: 'bob', name: 'Bob', role: 'viewer', password: 'long enough here' };
  expect(await ask('/users', { method: 'POST', cookie, body })).toMatchObject({
    status: 403,
    body: { code: 'csrf_token' },
  });
  expect(await ask('/users', { method: 'POST', cookie, csrf: 'x'.repeat(43), body })).toMatchObject({ status: 403 });
  const [entry] = await readAuditTrail(database.db, { limit: 1 });
  expect(entry).toMatchObject({ actor: 'user:anna', action: 'csrf', result: 'refused' });
  expect((await ask('/users', { cookie })).body.items).toHaveLength(1);
});

test('roles: a viewer may not see users, an administrator may; nobody else may', async () => {
  const admin = await logIn(ADMIN);
  const bob = { login: 'bob', name: 'Bob', role: 'viewer', password: 'long enough here' };
  expect((await ask('/users', { method: 'POST', ...admin, body: bob })).status).toBe(200);
  const viewer = await logIn(bob);
  expect(await ask('/users', viewer)).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
  expect(await ask('/users')).toMatchObject({ status: 401, body: { code: 'not_logged_in' } });
});

test('an API token works without a cookie, until it expires', async () => {
  const admin = await logIn(ADMIN);
  const made = await ask('/tokens', {
    method: 'POST',
    ...admin,
    body: { name: 'ci', role: 'admin', expiresInSec: 3600 },
  });
  const { token } = made.body;
  expect((await ask('/users', { token })).status).toBe(200);
  expect((await ask('/users', { token: `${token}x` })).status).toBe(401);
  clock.advance(3601_000);
  expect((await ask('/users', { token })).status).toBe(401);
});

test('the token of the environment works from each start on, and another value replaces it', async () => {
  const identity = createIdentity({ db: database.db, clock });
  await identity.keepEnvironmentToken('plx_the_first_of_two_tokens');
  await identity.keepEnvironmentToken('plx_the_first_of_two_tokens');
  expect((await ask('/users', { token: 'plx_the_first_of_two_tokens' })).status).toBe(200);
  await identity.keepEnvironmentToken('plx_the_second_of_two_tokens');
  expect((await ask('/users', { token: 'plx_the_first_of_two_tokens' })).status).toBe(401);
  expect((await ask('/users', { token: 'plx_the_second_of_two_tokens' })).status).toBe(200);
});

test('the last administrator can be neither deleted nor made less', async () => {
  const admin = await logIn(ADMIN);
  const { body } = await ask('/users', admin);
  const anna = body.items.find((user: { login: string }) => user.login === 'anna');
  expect(await ask(`/users/${anna.id}`, { method: 'DELETE', ...admin })).toMatchObject({
    status: 409,
    body: { code: 'last_admin' },
  });
  expect(await ask(`/users/${anna.id}`, { method: 'PATCH', ...admin, body: { role: 'viewer' } })).toMatchObject({
    status: 409,
  });
});

test('changing the password ends the other sessions, not this one', async () => {
  const here = await logIn(ADMIN);
  const elsewhere = await logIn(ADMIN);
  const change = { current: ADMIN.password, next: 'another long one' };
  expect(await ask('/auth/password', { method: 'POST', ...here, body: { ...change, current: 'wrong' } })).toMatchObject(
    { status: 400 },
  );
  expect((await ask('/auth/password', { method: 'POST', ...here, body: change })).status).toBe(200);
  expect((await ask('/auth/state', here)).body.session).not.toBeNull();
  expect((await ask('/auth/state', elsewhere)).body.session).toBeNull();
  ADMIN.password = change.next;
});

test('a session ends by itself', async () => {
  const session = await logIn(ADMIN);
  clock.advance(SESSION_LIFETIME_MS + 1);
  expect((await ask('/users', session)).status).toBe(401);
});

test('a request that does not fit is told where and what is accepted', async () => {
  clock.advance(120_000);
  const admin = await logIn(ADMIN);
  const answer = await ask('/users', {
    method: 'POST',
    ...admin,
    body: { login: 'x y', name: '', role: 'king', password: 'short' },
  });
  expect(answer.status).toBe(400);
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer.body).toMatchObject({ code: 'invalid_request', status: 400 });
});

test('the audit trail is one chain, and a changed row shows', async () => {
  expect((await verifyAuditTrail(database.db)).brokenAt).toBeUndefined();
  const row = await database.db
    .selectFrom('audit_entry')
    .select('seq')
    .orderBy('seq')
    .offset(2)
    .limit(1)
    .executeTakeFirstOrThrow();
  await database.db.updateTable('audit_entry').set({ actor: 'user:nobody' }).where('seq', '=', row.seq).execute();
  expect((await verifyAuditTrail(database.db)).brokenAt).toBe(String(row.seq));
});

// First-start set-up, login, logout, one's own password.

import type { FastifyReply } from 'fastify';
import { AppError } from '#kernel/errors.ts';
import { AuthState, LoginRequest, PasswordChange, SetupRequest } from '#web/contract/auth.ts';
import { Empty, instant } from '#web/contract/shared.ts';
import type { App } from '../app.ts';
import { notLoggedIn, type Identity } from '../identity/identity.ts';
import { SESSION_LIFETIME_MS, type SessionRecord } from '../identity/sessions.ts';
import { SESSION_COOKIE } from '../plugins/access.ts';

export interface AuthRoutesDeps {
  identity: Identity;
  version: string;
  /** True when browsers reach the console over TLS: the cookie is then never sent in the clear. */
  secureCookies: boolean;
  /** Told once, when the first administrator was made. */
  onSetUp(user: { login: string; email: string | null }): Promise<void>;
}

// Slows down guessing without locking anybody out.
const GUESS_LIMIT = { rateLimit: { max: 10, timeWindow: 60_000 } };

export function authRoutes(app: App, deps: AuthRoutesDeps): void {
  const { identity } = deps;

  const stateOf = async (record: SessionRecord | undefined): Promise<AuthState> => ({
    setupNeeded: record === undefined && (await identity.setupNeeded()),
    version: deps.version,
    session: record
      ? {
          login: record.user.login,
          name: record.user.name,
          email: record.user.email,
          role: record.user.role,
          csrfToken: record.csrfToken,
          expiresAt: instant(record.expiresAtMs),
        }
      : null,
  });

  const setCookie = (reply: FastifyReply, sessionId: string) =>
    reply.setCookie(SESSION_COOKIE, sessionId, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: deps.secureCookies,
      maxAge: SESSION_LIFETIME_MS / 1000,
    });

  app.get(
    '/api/v1/auth/state',
    {
      config: { access: 'public' },
      schema: { tags: ['auth'], summary: 'Who am I, and is set-up needed?', response: { 200: AuthState } },
    },
    (request) => stateOf(request.session?.record),
  );

  app.post(
    '/api/v1/auth/setup',
    {
      config: { access: 'public', ...GUESS_LIMIT },
      schema: {
        tags: ['auth'],
        summary: 'Create the first administrator; works once',
        body: SetupRequest,
        response: { 200: AuthState },
      },
    },
    async (request, reply) => {
      const user = await identity.setUp(request.body, request.ip);
      await deps.onSetUp({ login: user.login, email: user.email });
      return logIn(request.body, request.ip, request.headers['user-agent'] ?? '', reply);
    },
  );

  async function logIn(
    credentials: { login: string; password: string },
    source: string,
    userAgent: string,
    reply: FastifyReply,
  ): Promise<AuthState> {
    const opened = await identity.logIn(credentials.login, credentials.password, { source, userAgent });
    if (!opened) throw new AppError('wrong_credentials', 'Login name or password is not right.', { status: 401 });
    setCookie(reply, opened.sessionId);
    return stateOf(opened.session);
  }

  app.post(
    '/api/v1/auth/login',
    {
      config: { access: 'public', ...GUESS_LIMIT },
      schema: { tags: ['auth'], summary: 'Open a session', body: LoginRequest, response: { 200: AuthState } },
    },
    (request, reply) => logIn(request.body, request.ip, request.headers['user-agent'] ?? '', reply),
  );

  app.post(
    '/api/v1/auth/logout',
    { config: { access: 'viewer' }, schema: { tags: ['auth'], summary: 'End this session', response: { 200: Empty } } },
    async (request, reply) => {
      if (request.session) await identity.logOut(request.session.id);
      void reply.clearCookie(SESSION_COOKIE, { path: '/' });
      return {};
    },
  );

  app.post(
    '/api/v1/auth/password',
    {
      config: { access: 'viewer', ...GUESS_LIMIT },
      schema: { tags: ['auth'], summary: 'Change one’s own password', body: PasswordChange, response: { 200: Empty } },
    },
    async (request) => {
      if (!request.session) throw notLoggedIn();
      await identity.changePassword(request.session.record.user.id, request.body, request.session.id, request.actor);
      return {};
    },
  );
}

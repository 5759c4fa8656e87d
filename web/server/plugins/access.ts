// Who is asking, and may they? Runs before every route under /api: session cookie
// or bearer token → actor; the route's `access` decides; a cookie needs its CSRF token.

import { timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { hasRole, type Actor } from '#kernel/domain/actor.ts';
import { AppError } from '#kernel/errors.ts';
import type { App } from '../app.ts';
import { notLoggedIn, type Identity } from '../identity/identity.ts';
import type { SessionRecord } from '../identity/sessions.ts';

export const SESSION_COOKIE = 'plexus_session';
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

declare module 'fastify' {
  interface FastifyRequest {
    session: { id: string; record: SessionRecord } | null;
  }
}

export const bearerOf = (request: FastifyRequest): string | undefined =>
  /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];

const same = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

export function accessControl(app: App, deps: { identity: Identity }): void {
  const { identity } = deps;
  const anonymous = (source: string): Actor => ({ label: 'anonymous', role: 'viewer', source });
  app.decorateRequest('session', null);
  app.decorateRequest('actor');

  app.addHook('onRequest', async (request) => {
    request.actor = anonymous(request.ip);
    const bearer = bearerOf(request);
    if (bearer !== undefined) {
      const token = await identity.readToken(bearer);
      if (token) request.actor = { label: `token:${token.name}`, role: token.role, source: request.ip };
      return;
    }
    const sessionId = request.cookies[SESSION_COOKIE];
    const record = sessionId === undefined ? undefined : await identity.readSession(sessionId);
    if (sessionId === undefined || !record) return;
    request.session = { id: sessionId, record };
    request.actor = { label: `user:${record.user.login}`, role: record.user.role, source: request.ip };
  });

  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access;
    if (access === undefined || access === 'public') return;
    if (request.actor.label === 'anonymous') throw notLoggedIn();
    const what = `${request.method} ${request.routeOptions.url ?? request.url}`;
    if (request.session && !SAFE_METHODS.includes(request.method)) {
      const given = request.headers['x-csrf-token'];
      if (typeof given !== 'string' || !same(given, request.session.record.csrfToken)) {
        await identity.noteRefusal(request.actor, 'csrf', what, {});
        throw new AppError(
          'csrf_token',
          'The header x-csrf-token is missing or not that of this session. Reload the page.',
          { status: 403 },
        );
      }
    }
    if (!hasRole(request.actor, access)) {
      await identity.noteRefusal(request.actor, 'access', what, { needed: access });
      throw new AppError('not_allowed', `This needs the role ${access}; you have ${request.actor.role}.`, {
        status: 403,
      });
    }
  });

  // A route under /api that forgot to say who may call it must not be open to everyone.
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/api/') && route.config?.access === undefined) {
      throw new Error(`route ${String(route.method)} ${route.url} does not declare its access`);
    }
  });
}

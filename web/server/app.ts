// The shape of the Fastify instance that every routes file gets, and what a route
// declares about itself. Nothing is built here.

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Actor, Role } from '#kernel/domain/actor.ts';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Least role that may call the route; 'public' needs no login. Every route under /api must say it. */
    access?: Role | 'public';
  }
  interface FastifyRequest {
    /** Who asks. On 'public' routes the anonymous actor, with the role of a viewer. */
    actor: Actor;
  }
}

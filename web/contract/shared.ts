// Pieces of schema that every resource uses. The contract is the one source of
// request and response shapes: the server validates with it, OpenAPI is made from
// it, and the console's types are derived from it.

import Type, { type Static, type TSchema } from 'typebox';

export const Id = Type.String({ minLength: 1, maxLength: 128, description: 'Opaque identifier.' });

/** RFC 3339 in UTC. */
export const Instant = Type.String({ format: 'date-time', description: 'RFC 3339 instant in UTC.' });

export const Nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

/** A page of a list; `nextCursor` is null on the last page. */
export const ListOf = <Schema extends TSchema>(items: Schema) =>
  Type.Object({ items: Type.Array(items), nextCursor: Nullable(Type.String()) });

export const PageQuery = Type.Object({
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 200 })),
});

export const IdParams = Type.Object({ id: Id });

/** RFC 9457 problem document. `code` is stable; `detail` says what to do. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  detail: Type.String(),
  requestId: Type.String(),
  errors: Type.Optional(Type.Array(Type.Object({ path: Type.String(), message: Type.String() }))),
});
export type Problem = Static<typeof Problem>;

export const Empty = Type.Object({});

export const Evidence = Type.Object({ summary: Type.String(), detail: Type.Optional(Type.String()) });

/** Instant of an epoch-millisecond stamp. */
export const instant = (atMs: number): string => new Date(atMs).toISOString();
export const instantOrNull = (atMs: number | null | undefined): string | null =>
  atMs === null || atMs === undefined ? null : instant(atMs);

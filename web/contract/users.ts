// People and API tokens, as administrators see them.

import Type, { type Static } from 'typebox';
import { Email, NewPassword, RoleName } from './auth.ts';
import { Id, Instant, Nullable } from './shared.ts';

export const User = Type.Object({
  id: Id,
  login: Type.String(),
  name: Type.String(),
  email: Nullable(Type.String()),
  role: RoleName,
  disabled: Type.Boolean(),
  createdAt: Instant,
  lastLoginAt: Nullable(Instant),
});
export type User = Static<typeof User>;

export const UserCreate = Type.Object({
  login: Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9._@-]+$' }),
  name: Type.String({ minLength: 1, maxLength: 120 }),
  email: Type.Optional(Nullable(Email)),
  role: RoleName,
  password: NewPassword,
});
export type UserCreate = Static<typeof UserCreate>;

export const UserUpdate = Type.Partial(
  Type.Object({
    name: Type.String({ minLength: 1, maxLength: 120 }),
    email: Nullable(Email),
    role: RoleName,
    disabled: Type.Boolean(),
    password: NewPassword,
  }),
);
export type UserUpdate = Static<typeof UserUpdate>;

export const ApiToken = Type.Object({
  id: Id,
  name: Type.String(),
  role: RoleName,
  createdBy: Type.String(),
  createdAt: Instant,
  expiresAt: Nullable(Instant),
  lastUsedAt: Nullable(Instant),
});
export type ApiToken = Static<typeof ApiToken>;

export const ApiTokenCreate = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 120 }),
  role: RoleName,
  /** Never expires when absent. */
  expiresInSec: Type.Optional(Type.Integer({ minimum: 60, maximum: 315_360_000 })),
});
export type ApiTokenCreate = Static<typeof ApiTokenCreate>;

/** The only moment at which the token itself is shown. */
export const ApiTokenCreated = Type.Object({ token: Type.String(), apiToken: ApiToken });
export type ApiTokenCreated = Static<typeof ApiTokenCreated>;

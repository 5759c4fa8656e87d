// Who is asking: first-start set-up, login, the session, one's own password.

import Type, { type Static } from 'typebox';
import { ROLES } from '#kernel/domain/actor.ts';
import { Instant, Nullable } from './shared.ts';

export const RoleName = Type.Enum([...ROLES]);

const Login = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9._@-]+$', description: 'Login name.' });
export const NewPassword = Type.String({ minLength: 10, maxLength: 256, description: 'At least 10 characters.' });
export const Email = Type.String({ maxLength: 254, pattern: '^[^\\s@]+@[^\\s@]+$' });

/** What a browser that is not logged in may know. */
export const AuthState = Type.Object({
  /** True until the first administrator exists; then set-up is closed for good. */
  setupNeeded: Type.Boolean(),
  version: Type.String(),
  session: Nullable(
    Type.Object({
      login: Type.String(),
      name: Type.String(),
      email: Nullable(Type.String()),
      role: RoleName,
      /** To be sent as header x-csrf-token with every POST, PUT, PATCH and DELETE. */
      csrfToken: Type.String(),
      expiresAt: Instant,
    }),
  ),
});
export type AuthState = Static<typeof AuthState>;

export const SetupRequest = Type.Object({
  login: Login,
  name: Type.String({ minLength: 1, maxLength: 120 }),
  email: Type.Optional(Email),
  password: NewPassword,
});
export type SetupRequest = Static<typeof SetupRequest>;

export const LoginRequest = Type.Object({ login: Login, password: Type.String({ minLength: 1, maxLength: 256 }) });
export type LoginRequest = Static<typeof LoginRequest>;

export const PasswordChange = Type.Object({
  current: Type.String({ minLength: 1, maxLength: 256 }),
  next: NewPassword,
});
export type PasswordChange = Static<typeof PasswordChange>;

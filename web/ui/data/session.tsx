// Who is logged in. Everything below the provider may assume a session.

import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect } from 'react';
import type { AuthState, LoginRequest, PasswordChange, SetupRequest } from '#web/contract/auth.ts';
import { useApi } from './api-context.tsx';
import { useApiAction, useApiQuery } from './use-api-query.ts';

export type Session = NonNullable<AuthState['session']>;
export type Role = Session['role'];

const ROLE_ORDER: readonly Role[] = ['viewer', 'operator', 'engineer', 'admin'];

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession is used outside of SessionContext');
  return session;
}

/** Whether the person may do what needs the role; the server decides again. */
export function useMay(role: Role): boolean {
  return ROLE_ORDER.indexOf(useSession().role) >= ROLE_ORDER.indexOf(role);
}

/** The state of the door: set-up, login or in. Also hands the CSRF token to the client. */
export function useAuthState() {
  const api = useApi();
  const query = useApiQuery<AuthState>('auth', '/auth/state');
  const token = query.data?.session?.csrfToken ?? null;
  useEffect(() => api.setCsrfToken(token), [api, token]);
  return query;
}

export const useSetup = () =>
  useApiAction((api, body: SetupRequest) => api.send<AuthState>('POST', '/auth/setup', body), {
    refreshes: ['auth'],
    tellFailure: false,
  });

export const useLogin = () =>
  useApiAction((api, body: LoginRequest) => api.send<AuthState>('POST', '/auth/login', body), {
    refreshes: ['auth'],
    tellFailure: false,
  });

export function useLogout() {
  const cache = useQueryClient();
  return useApiAction<void>((api) => api.send('POST', '/auth/logout'), {
    refreshes: [],
    // Nothing that one person saw may wait in memory for the next one, and nothing asks once more without a session.
    onDone: () => {
      cache.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'auth' });
      void cache.resetQueries({ queryKey: ['auth'] });
    },
  });
}

export const useChangePassword = (done: () => string) =>
  useApiAction((api, body: PasswordChange) => api.send('POST', '/auth/password', body), {
    refreshes: [],
    done,
    tellFailure: false,
  });

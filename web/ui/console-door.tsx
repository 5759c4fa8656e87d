// Decides what a visitor sees: set-up on the first start, login, or the console.

import { lazy, Suspense } from 'react';
import { AppShell } from './app-shell.tsx';
import { LiveProvider } from './data/live-context.tsx';
import { SessionContext, useAuthState } from './data/session.tsx';
import { LoadGate } from './parts/load-gate.tsx';

const SetupScreen = lazy(() => import('./screens/login/setup-screen.tsx'));
const LoginScreen = lazy(() => import('./screens/login/login-screen.tsx'));

export function ConsoleDoor() {
  const state = useAuthState();
  return (
    <Suspense>
      <LoadGate query={state} rows={0}>
        {({ setupNeeded, session, version }) => {
          if (setupNeeded) return <SetupScreen />;
          if (!session) return <LoginScreen />;
          return (
            <SessionContext value={session}>
              <LiveProvider>
                <AppShell version={version} />
              </LiveProvider>
            </SessionContext>
          );
        }}
      </LoadGate>
    </Suspense>
  );
}

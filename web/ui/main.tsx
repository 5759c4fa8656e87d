// Entry of the console: puts the providers around the shell and starts React.

import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { I18nextProvider } from 'react-i18next';
import { BrowserRouter } from 'react-router';
import './theme/tokens.css';
import './theme/mantine.css';
import './theme/base.css';
import { ConsoleDoor } from './console-door.tsx';
import { ApiError, createApiClient } from './data/api-client.ts';
import { ApiContext } from './data/api-context.tsx';
import { createI18n } from './i18n/i18n.ts';
import { colorSchemeManager } from './theme/color-scheme.ts';
import { theme } from './theme/theme.ts';

const RETRIES = 2;

const cache = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2000,
      // A refusal stays a refusal; only silence and overload are worth another try.
      retry: (count, error) =>
        count < RETRIES && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
    },
  },
});
const api = createApiClient(() => void cache.invalidateQueries({ queryKey: ['auth'] }));

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with id "root"');
createRoot(root).render(
  <StrictMode>
    <I18nextProvider i18n={createI18n()}>
      <MantineProvider
        theme={theme}
        colorSchemeManager={colorSchemeManager}
        defaultColorScheme="auto"
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <Notifications position="bottom-center" />
        <QueryClientProvider client={cache}>
          <ApiContext value={api}>
            <BrowserRouter>
              <ConsoleDoor />
            </BrowserRouter>
          </ApiContext>
        </QueryClientProvider>
      </MantineProvider>
    </I18nextProvider>
  </StrictMode>,
);

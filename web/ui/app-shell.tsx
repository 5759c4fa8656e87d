// The frame of the console: rail (bottom bar on a phone), top bar, and the screen.

import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, useLocation, useNavigate } from 'react-router';
import { nowMs } from './data/browser-clock.ts';
import { useProblems } from './data/alerts.ts';
import { zoneName } from './format/time.ts';
import { Icon, Logo, type IconName } from './parts/icon.tsx';
import { ConnectionBanner, LiveDot } from './parts/live-dot.tsx';
import { Skeleton } from './parts/load-gate.tsx';
import { useShortcuts } from './parts/shortcuts.ts';
import { WidgetBoundary } from './parts/widget-boundary.tsx';
import { ConsoleRoutes } from './routes.tsx';
import { UserMenu } from './user-menu.tsx';
import './app-shell.css';

const CommandPalette = lazy(() => import('./parts/command-palette.tsx'));
const KeyHelp = lazy(() => import('./parts/key-help.tsx'));

const ENTRIES = [
  { to: '/problems', name: 'problems' },
  { to: '/hosts', name: 'hosts' },
  { to: '/checks', name: 'checks' },
  { to: '/graphs', name: 'graphs' },
  { to: '/timeline', name: 'timeline' },
  { to: '/jobs', name: 'jobs' },
  { to: '/configuration', name: 'configuration' },
] as const satisfies readonly { to: string; name: IconName }[];

export function AppShell({ version }: { version: string }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const { pathname } = useLocation();
  const [open, setOpen] = useState<'palette' | 'keys' | null>(null);
  useShortcuts({
    'g p': () => void go('/problems'),
    'g h': () => void go('/hosts'),
    'g c': () => void go('/checks'),
    'g d': () => void go('/graphs'),
    'g t': () => void go('/timeline'),
    'g j': () => void go('/jobs'),
    'g o': () => void go('/configuration'),
    'mod+k': () => setOpen('palette'),
    '/': () => focusFilter() || setOpen('palette'),
    '?': () => setOpen('keys'),
  });
  return (
    <div className="app-shell">
      <a href="#content" className="app-shell__skip">
        {t('shell.skip')}
      </a>
      <Rail version={version} />
      <header className="app-shell__top">
        <NavLink to="/problems" className="app-shell__brand-small" aria-label="Plexus">
          <Logo />
        </NavLink>
        <button type="button" className="app-shell__search" onClick={() => setOpen('palette')}>
          <Icon name="search" size={15} />
          <span className="cut">{t('shell.searchPlaceholder')}</span>
          <kbd className="kbd">Ctrl K</kbd>
        </button>
        <span className="app-shell__live">
          <LiveDot />
        </span>
        <Zone />
        <button
          type="button"
          className="icon-button app-shell__keys"
          onClick={() => setOpen('keys')}
          aria-label={t('shell.help')}
        >
          <Icon name="help" />
        </button>
        <UserMenu />
      </header>
      <main id="content" className="app-shell__content" tabIndex={-1}>
        <ConnectionBanner />
        <div className="app-shell__page">
          <WidgetBoundary key={pathname}>
            <Suspense fallback={<Skeleton rows={8} />}>
              <ConsoleRoutes />
            </Suspense>
          </WidgetBoundary>
        </div>
      </main>
      <Suspense>
        {open === 'palette' && <CommandPalette onClose={() => setOpen(null)} />}
        {open === 'keys' && <KeyHelp onClose={() => setOpen(null)} />}
      </Suspense>
    </div>
  );
}

function Rail({ version }: { version: string }) {
  const { t } = useTranslation();
  const problems = useProblems();
  const counts = problems.data?.counts;
  const unowned = counts ? counts.page.unowned + counts.urgent.unowned + counts.ticket.unowned : 0;
  return (
    <nav className="rail" aria-label={t('shell.navigation')}>
      <div className="rail__brand">
        <Logo /> Plexus
      </div>
      {ENTRIES.map((entry) => (
        <NavLink key={entry.to} to={entry.to}>
          <Icon name={entry.name} />
          <span className="rail__word">{t(`nav.${entry.name}`)}</span>
          <span className="rail__word rail__word--short">{t(`navShort.${entry.name}`)}</span>
          {entry.name === 'problems' && unowned > 0 && (
            <b aria-label={t('shell.unowned', { count: unowned })}>{unowned}</b>
          )}
        </NavLink>
      ))}
      <div className="rail__foot">{t('shell.version', { version })}</div>
    </nav>
  );
}

function Zone() {
  const { t } = useTranslation();
  const zone = zoneName(new Date(nowMs()).getTimezoneOffset());
  return (
    <span className="app-shell__zone" title={t('shell.zone', { zone })}>
      {zone}
    </span>
  );
}

/** Puts the cursor into the filter of the page, if it has one. */
function focusFilter(): boolean {
  const filter = document.querySelector<HTMLInputElement>('main input[type=search]');
  filter?.focus();
  filter?.select();
  return filter !== null;
}

// One box for everything that has a name, and for the things one does: Ctrl K.

import { Modal } from '@mantine/core';
import { useMemo, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useProblems } from '../data/alerts.ts';
import { useChecks } from '../data/checks.ts';
import { clusterPath } from '../data/host-name.ts';
import { useHosts } from '../data/hosts.ts';
import { useRunbooks } from '../data/runbooks.ts';
import { useMay } from '../data/session.tsx';
import { Icon, type IconName } from './icon.tsx';
import { rankEntries, type PaletteEntry } from './palette-rank.ts';
import './command-palette.css';

const SHOWN = 12;

interface Entry extends PaletteEntry {
  icon: IconName;
  note: string;
  to: string;
}

const PAGES = ['problems', 'hosts', 'checks', 'graphs', 'timeline', 'jobs', 'configuration'] as const;

export default function CommandPalette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const entries = useEntries();
  const found = useMemo(() => rankEntries(entries, typed).slice(0, SHOWN), [entries, typed]);
  const open = (entry: Entry | undefined): void => {
    if (!entry) return;
    onClose();
    void go(entry.to);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1));
    else if (event.key === 'Enter') open(found[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      size={620}
      yOffset="12vh"
      centered={false}
      padding={0}
      aria-label={t('shell.search')}
    >
      <div className="palette" onKeyDown={onKey}>
        <label className="palette__box">
          <Icon name="search" />
          <input
            data-autofocus
            role="combobox"
            aria-expanded
            aria-controls="palette-found"
            aria-activedescendant={found[at] ? `palette-${at}` : undefined}
            aria-label={t('palette.placeholder')}
            placeholder={t('palette.placeholder')}
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              setAt(0);
            }}
          />
          <kbd className="kbd">Esc</kbd>
        </label>
        <div id="palette-found" role="listbox" aria-label={t('shell.search')} className="palette__found">
          {found.map((entry, index) => (
            <div
              key={`${entry.note} ${entry.to}`}
              id={`palette-${index}`}
              role="option"
              aria-selected={index === at}
              className="palette__entry"
              onMouseEnter={() => setAt(index)}
              onClick={() => open(entry)}
            >
              <Icon name={entry.icon} size={15} />
              <span className="cut">{entry.name}</span>
              <span className="second">{entry.note}</span>
            </div>
          ))}
          {found.length === 0 && <p className="palette__none mute">{t('palette.nothing')}</p>}
        </div>
      </div>
    </Modal>
  );
}

/** Everything with a name that the person may open or do; what they may not do is not offered. */
function useEntries(): readonly Entry[] {
  const { t } = useTranslation();
  const problems = useProblems().data;
  const hosts = useHosts().data;
  const checks = useChecks().data;
  const runbooks = useRunbooks().data;
  const operator = useMay('operator');
  const engineer = useMay('engineer');
  const admin = useMay('admin');
  return useMemo(() => {
    const action = (allowed: boolean, name: string, to: string): Entry[] =>
      allowed ? [{ icon: 'right', name, note: t('palette.actions'), to, aliases: '' }] : [];
    return [
      ...PAGES.map((page) => ({
        icon: page,
        name: t(`nav.${page}`),
        note: t('palette.pages'),
        to: `/${page}`,
        aliases: '',
      })),
      { icon: 'hosts', name: t('grid.tab.grid'), note: t('palette.pages'), to: '/hosts/grid', aliases: '' },
      { icon: 'hosts', name: t('grid.tab.heatMap'), note: t('palette.pages'), to: '/hosts/heat-map', aliases: '' },
      {
        icon: 'checks',
        name: t('checks.tab.overviewPage'),
        note: t('palette.pages'),
        to: '/checks/overview',
        aliases: '',
      },
      { icon: 'checks', name: t('checks.tab.mapPage'), note: t('palette.pages'), to: '/checks/map', aliases: '' },
      ...[...new Set(hosts?.items.map((host) => host.cluster))].map((cluster): Entry => ({
        icon: 'hosts',
        name: cluster,
        note: t('grid.column.name'),
        to: clusterPath(cluster),
        aliases: '',
      })),
      ...action(operator, t('palette.runScript'), '/jobs/new'),
      ...action(admin, t('palette.addHost'), '/hosts?add'),
      ...action(engineer, t('palette.addCheck'), '/checks?add'),
      ...action(engineer, t('palette.addRule'), '/configuration/rules?add'),
      ...action(engineer, t('palette.addRunbook'), '/jobs/runbooks?add'),
      ...(problems?.items ?? []).map((problem): Entry => ({
        icon: 'problems',
        name: problem.title,
        note: t('palette.alert'),
        to: `/problems/${problem.id}`,
        aliases: problem.host?.name ?? '',
      })),
      ...(hosts?.items ?? []).map((host): Entry => ({
        icon: 'hosts',
        name: host.name,
        note: host.cluster,
        to: `/hosts/${host.id}`,
        aliases: `${host.ip ?? ''} ${host.groups.map((group) => group.name).join(' ')}`,
      })),
      ...(checks?.items ?? []).map((check): Entry => ({
        icon: 'checks',
        name: `${check.name} · ${check.hostName}`,
        note: t('palette.check'),
        to: `/checks/${check.id}`,
        aliases: '',
      })),
      ...(operator ? (runbooks?.items ?? []) : []).map((runbook): Entry => ({
        icon: 'jobs',
        name: runbook.name,
        note: t('palette.runbook'),
        to: `/jobs/new?runbook=${runbook.id}`,
        aliases: runbook.description,
      })),
    ];
  }, [t, problems, hosts, checks, runbooks, operator, engineer, admin]);
}

// The map of what needs what: parents of hosts and dependencies of checks. A node that is
// chosen shows what falls with it. The same as a table, for those who read rather than look.

import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DependencyMap } from '#web/contract/check-views.ts';
import { useDependencyMap } from '../../data/checks.ts';
import { useHosts } from '../../data/hosts.ts';
import { useParamFields } from '../../data/use-param-fields.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { useShortcuts } from '../../parts/shortcuts.ts';
import { ChecksTabs } from '../checks/checks-tabs.tsx';
import { BlastPanel } from './blast-panel.tsx';
import { MapCanvas } from './map-canvas.tsx';
import { MapTable } from './map-table.tsx';
import '../checks/checks.css';
import './map.css';

/** A graph does not fit on a phone; there the table comes first. */
const NARROW = '(max-width: 719px)';

export default function MapScreen() {
  const { t } = useTranslation();
  const [params, setParam] = useParamFields({ replace: true });
  const [isNarrow] = useState(() => window.matchMedia(NARROW).matches);
  const hostId = params.get('host');
  const map = useDependencyMap(hostId);
  const hosts = useHosts();
  const view = params.get('view') ?? (isNarrow ? 'table' : 'graph');
  const toggle = (): void => setParam('view', view === 'table' ? 'graph' : 'table');
  useShortcuts({ v: toggle });
  return (
    <>
      <PageHead title={t('checks.title')} note={map.data && t('checks.map.count', { count: map.data.nodes.length })} />
      <ChecksTabs />
      <div className="filter-bar">
        <Select
          aria-label={t('checks.map.around')}
          placeholder={t('checks.map.around')}
          searchable
          clearable
          limit={50}
          data={(hosts.data?.items ?? []).map((host) => ({ value: host.id, label: host.name }))}
          value={hostId}
          onChange={(value) => setParam('host', value)}
        />
        <div className="pick-row" role="group" aria-label={t('checks.map.view')}>
          {(['graph', 'table'] as const).map((one) => (
            <button key={one} type="button" aria-pressed={view === one} onClick={() => setParam('view', one)}>
              {t(`checks.map.${one}`)}
            </button>
          ))}
        </div>
      </div>
      <LoadGate query={map} rows={12}>
        {(data) =>
          data.nodes.length === 0 ? (
            <div className="card">
              <EmptyState
                title={t('checks.map.none')}
                reason={t('checks.map.noneWhy')}
                action={hostId && <Button onClick={() => setParam('host', null)}>{t('checks.map.all')}</Button>}
              />
            </div>
          ) : (
            <Mapped map={data} isTable={view === 'table'} />
          )
        }
      </LoadGate>
    </>
  );
}

function Mapped({ map, isTable }: { map: DependencyMap; isTable: boolean }) {
  const { t } = useTranslation();
  const [params, setParam] = useParamFields({ replace: true });
  const chosen = map.nodes.find(({ id }) => id === params.get('node')) ?? null;
  const choose = (id: string | null): void => setParam('node', id);
  useShortcuts({ Escape: () => choose(null) });
  return (
    <>
      {map.omitted > 0 && <p className="second map__omitted">{t('checks.map.omitted', { count: map.omitted })}</p>}
      <div className="map" data-panel={chosen !== null || undefined}>
        {isTable ? (
          <MapTable map={map} chosen={chosen?.id ?? null} onChoose={choose} />
        ) : (
          <MapCanvas map={map} chosen={chosen?.id ?? null} onChoose={choose} />
        )}
        {chosen && <BlastPanel node={chosen} map={map} onClose={() => choose(null)} />}
      </div>
    </>
  );
}

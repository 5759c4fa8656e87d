// Every metric of the host, grouped as it reports them: as charts or as lines. What is
// filtered, folded and chosen stands in the URL.

import { Button, Switch } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { HostDetail } from '#web/contract/inventory.ts';
import type { HostMetrics } from '#web/contract/metrics.ts';
import { useParamFields } from '../../data/use-param-fields.ts';
import { useChangedMetrics } from '../../data/grid.ts';
import { comparePath } from '../../data/host-name.ts';
import { matching } from '../../data/list.ts';
import { useHostMetrics, useLiveSamples } from '../../data/metrics.ts';
import { usePins } from '../../data/pins.ts';
import { useBoard } from '../../parts/charts/chart-board.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FilterBox } from '../../parts/filter-box.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { MetricCharts } from './metric-charts.tsx';
import { groupMetrics } from './metric-groups.ts';
import { MetricList } from './metric-list.tsx';

const VIEWS = ['charts', 'table'] as const;

export function HostMetricsTab({ host }: { host: HostDetail }) {
  const { t } = useTranslation();
  const metrics = useHostMetrics(host.id);
  return (
    <LoadGate query={metrics} rows={10}>
      {(answer) =>
        answer.metrics.length === 0 ? (
          <div className="card">
            <EmptyState title={t('hosts.metricsNone')} reason={t('hosts.metricsNoneWhy')} />
          </div>
        ) : (
          <MetricsOfHost answer={answer} />
        )
      }
    </LoadGate>
  );
}

function MetricsOfHost({ answer }: { answer: HostMetrics }) {
  const { t } = useTranslation();
  const { range } = useBoard();
  const [params, set] = useParamFields({ replace: true });
  const { cluster, host, metrics } = answer;
  const source = useMemo(() => ({ cluster, host }), [cluster, host]);
  const onlyChanged = params.has('changed');
  // Sorted and joined: the same names with other values are no other question.
  const numericNames = metrics
    .flatMap(({ name, number }) => (number === null ? [] : [name]))
    .sort()
    .join('\n');
  const changed = useChangedMetrics(
    source,
    useMemo(() => numericNames.split('\n'), [numericNames]),
    range,
    onlyChanged,
  );
  const found = matching(
    metrics,
    params.get('q') ?? '',
    ({ name, title, group, description }) => `${name} ${title} ${group} ${description}`,
  ).filter(({ name }) => !onlyChanged || changed.data?.has(name));
  const view = params.get('as') === 'table' ? 'table' : 'charts';
  return (
    <>
      <div className="filter-bar">
        <FilterBox placeholder={t('hosts.metricsFilter')} />
        <div className="pick-row" role="group" aria-label={t('hosts.metrics.view')}>
          {VIEWS.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={view === name}
              onClick={() => set('as', name === 'table' ? name : null)}
            >
              {t(`hosts.metrics.as.${name}`)}
            </button>
          ))}
        </div>
        <Switch
          label={t('hosts.metrics.changed')}
          checked={onlyChanged}
          onChange={(event) => set('changed', event.currentTarget.checked ? '1' : null)}
        />
        <span className="second">
          {found.length} / {metrics.length}
        </span>
        <span className="filter-bar__end">
          <Button component={Link} to={comparePath([source])}>
            {t('hosts.metrics.compare')}
          </Button>
        </span>
      </div>
      {found.length === 0 ? (
        <div className="card">
          <EmptyState title={t(onlyChanged && changed.isPending ? 'hosts.metrics.looking' : 'form.noMatch')} />
        </div>
      ) : (
        <Groups answer={{ ...answer, metrics: found }} asTable={view === 'table'} set={set} />
      )}
    </>
  );
}

interface GroupsProps {
  answer: HostMetrics;
  asTable: boolean;
  set(name: string, value: string | null): void;
}

function Groups({ answer, asTable, set }: GroupsProps) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const { cluster, host, metrics } = answer;
  const source = useMemo(() => ({ cluster, host }), [cluster, host]);
  const live = useLiveSamples(cluster, host);
  const pins = usePins();
  const { groups, texts } = useMemo(() => groupMetrics(metrics), [metrics]);
  const folded = new Set((params.get('folded') ?? '').split(',').filter(Boolean));
  const fold = (name: string): void => {
    if (!folded.delete(name)) folded.add(name);
    set('folded', folded.size === 0 ? null : [...folded].join(','));
  };
  const sections = [
    ...groups.map(({ name, metrics: members }) => ({
      id: name === '' ? 'other' : name,
      title: name === '' ? t('hosts.metricsGroupOther') : name,
      members,
      lines: asTable,
    })),
    // Texts have no history to draw.
    ...(texts.length === 0 ? [] : [{ id: 'text', title: t('hosts.metrics.texts'), members: texts, lines: true }]),
  ];
  return (
    <div className="stack">
      {sections.map(({ id, title, members, lines }) => (
        <section key={id} className={lines ? 'card metric-group' : 'metric-group'} aria-label={title}>
          <h2>
            <button type="button" aria-expanded={!folded.has(id)} onClick={() => fold(id)}>
              <Icon name={folded.has(id) ? 'right' : 'down'} size={13} />
              {title} <span className="mute">{members.length}</span>
            </button>
          </h2>
          {!folded.has(id) &&
            (lines ? (
              <MetricList source={source} metrics={members} live={live} />
            ) : (
              <MetricCharts source={source} metrics={members} live={live} pins={pins} />
            ))}
        </section>
      ))}
    </div>
  );
}

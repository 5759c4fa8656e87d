// Aggregate graphs as ganglia-web has them: every host that matches, every metric that matches, in one chart.

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useParamFields } from '../../data/use-param-fields.ts';
import type { GraphQuery } from '#web/contract/views.ts';
import { ChartBoard } from '../../parts/charts/chart-board.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { ChartKindPicker } from './chart-kind-picker.tsx';
import { CommitInput } from './commit-input.tsx';
import { ExploredChart } from './explore-screen.tsx';
import { chartKindOf } from './graph-query.ts';
import { GraphsHead, TimeControls } from './graphs-head.tsx';

const FIELDS = ['hosts', 'metrics', 'cluster'] as const;

export default function AggregateScreen() {
  const { t } = useTranslation();
  const [params, set] = useParamFields();
  const [hosts, metrics, cluster] = FIELDS.map((name) => params.get(name) ?? '');
  const chart = chartKindOf(params.get('type'));
  const query = useMemo((): GraphQuery | null => {
    if (!metrics) return null;
    return { metrics: [{ regex: metrics }], ...(hosts && { host: { regex: hosts } }), ...(cluster && { cluster }) };
  }, [hosts, metrics, cluster]);
  return (
    <ChartBoard>
      <GraphsHead title={t('graphs.aggregateTitle')} />
      <div className="stack">
        <section className="card query-card" aria-label={t('graphs.form.title')}>
          <div className="aggregate-form">
            {FIELDS.map((name) => (
              <CommitInput
                key={name}
                label={t(`graphs.aggregateForm.${name}`)}
                placeholder={t(`graphs.aggregateForm.${name}Hint`)}
                value={params.get(name) ?? ''}
                onCommit={(text) => set(name, text)}
              />
            ))}
          </div>
        </section>
        <div className="graphs-bar">
          <ChartKindPicker value={chart} onChange={(kind) => set('type', kind === 'line' ? '' : kind)} />
          <TimeControls />
        </div>
        {query ? (
          <ExploredChart query={query} chart={chart} />
        ) : (
          <div className="card">
            <EmptyState title={t('graphs.aggregateForm.title')} reason={t('graphs.aggregateForm.reason')} />
          </div>
        )}
      </div>
    </ChartBoard>
  );
}

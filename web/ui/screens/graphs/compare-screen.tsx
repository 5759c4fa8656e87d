// Hosts laid over each other: one chart for each metric, with a line for each host.

import { TagsInput } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useParamFields } from '../../data/use-param-fields.ts';
import type { HostName } from '../../data/host-name.ts';
import { useHosts } from '../../data/hosts.ts';
import { useMetricsOfHosts } from '../../data/metrics.ts';
import { ChartBoard } from '../../parts/charts/chart-board.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadFailure, Skeleton } from '../../parts/load-gate.tsx';
import { CommitInput } from './commit-input.tsx';
import { hostTag, matchingMetrics, MOST_HOSTS, parseHosts } from './compared-hosts.ts';
import { GraphsHead, TimeControls } from './graphs-head.tsx';
import { QueryChart } from './query-chart.tsx';

export default function CompareScreen() {
  const { t } = useTranslation();
  const [params, set] = useParamFields();
  const known = useHosts();
  const hostsText = params.get('hosts') ?? '';
  const expression = params.get('metrics') ?? '';
  const hosts = useMemo(() => parseHosts(hostsText), [hostsText]);
  return (
    <ChartBoard>
      <GraphsHead title={t('graphs.compareTitle')} />
      <div className="stack">
        <section className="card query-card" aria-label={t('graphs.form.title')}>
          <div className="compare-form">
            <TagsInput
              label={t('graphs.compareForm.hosts')}
              placeholder={hosts.length === 0 ? t('graphs.compareForm.hostsHint') : ''}
              data={(known.data?.items ?? []).map(({ cluster, name }) => hostTag({ cluster, host: name }))}
              limit={60}
              maxTags={MOST_HOSTS}
              acceptValueOnBlur
              // The list itself scrolls: a scroll area around it could not be reached by keyboard.
              withScrollArea={false}
              classNames={{ options: 'suggestions' }}
              value={hosts.map(hostTag)}
              onChange={(tags) => set('hosts', tags.join(','))}
            />
            <CommitInput
              label={t('graphs.compareForm.metrics')}
              placeholder={t('graphs.compareForm.metricsHint')}
              value={expression}
              onCommit={(text) => set('metrics', text)}
            />
          </div>
        </section>
        <div className="graphs-bar">
          <TimeControls />
        </div>
        {hosts.length === 0 ? (
          <div className="card">
            <EmptyState title={t('graphs.compareForm.title')} reason={t('graphs.compareForm.reason')} />
          </div>
        ) : (
          <Charts hosts={hosts} expression={expression} />
        )}
      </div>
    </ChartBoard>
  );
}

function Charts({ hosts, expression }: { hosts: readonly HostName[]; expression: string }) {
  const { t } = useTranslation();
  const names = useMetricsOfHosts(hosts);
  const metrics = useMemo(() => matchingMetrics(names.metrics, expression), [names.metrics, expression]);
  if (names.error) return <LoadFailure error={names.error} retry={names.retry} />;
  if (names.loading) return <Skeleton rows={6} />;
  if ('wrong' in metrics) return <EmptyState title={t('graphs.badExpression')} reason={metrics.wrong} />;
  if (metrics.length === 0) {
    return (
      <div className="card">
        <EmptyState
          title={expression ? t('graphs.compareForm.noMatch') : t('graphs.compareForm.noMetrics')}
          reason={hosts.map(hostTag).join(', ')}
        />
      </div>
    );
  }
  return (
    <div className="charts-grid">
      {metrics.map((metric) => (
        <MetricOfHosts key={metric} metric={metric} hosts={hosts} />
      ))}
    </div>
  );
}

function MetricOfHosts({ metric, hosts }: { metric: string; hosts: readonly HostName[] }) {
  const query = useMemo(() => ({ series: hosts.map((host) => ({ ...host, metric })) }), [metric, hosts]);
  return <QueryChart title={metric} query={query} kind="line" />;
}

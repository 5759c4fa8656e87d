// One cluster: what it is as a whole, how it went, its hosts as a map and as small charts.

import { Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import type { ClusterSummary } from '#web/contract/metrics.ts';
import { useParamFields } from '../../data/use-param-fields.ts';
import { useClusterSummary } from '../../data/grid.ts';
import { useMetricNames } from '../../data/metrics.ts';
import { formatNumber, formatQuantity } from '../../format/quantity.ts';
import { formatDuration } from '../../format/time.ts';
import { ChartBoard } from '../../parts/charts/chart-board.tsx';
import { ComparePicker } from '../../parts/charts/compare-picker.tsx';
import { FilterBox } from '../../parts/filter-box.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { RangePicker } from '../../parts/range-picker.tsx';
import { HeatBoard } from '../heat-map/heat-board.tsx';
import { MetricSelect } from '../heat-map/metric-select.tsx';
import { ClusterCharts } from './cluster-charts.tsx';
import { ClusterHosts } from './cluster-hosts.tsx';
import { gridFigures, isOld, safeLink } from './grid-figures.ts';
import { HOST_ORDERS, isHostOrder, type HostOrder } from './host-order.ts';
import { sourceNote } from './source-note.ts';
import './grid.css';
import './hosts.css';

const USUAL_METRIC = 'load_one';
const MAP_PX = 240;

export default function ClusterScreen() {
  const { t } = useTranslation();
  const { cluster = '' } = useParams();
  const summary = useClusterSummary(cluster);
  return (
    <ChartBoard>
      <PageHead
        title={cluster}
        crumbs={[
          { to: '/hosts', label: t('hosts.title') },
          { to: '/hosts/grid', label: t('grid.tab.grid') },
        ]}
        mark={summary.data && <ClusterMark cluster={summary.data} />}
        note={summary.data && sourceNote(summary.data, t)}
        actions={
          <>
            <ComparePicker />
            <RangePicker />
          </>
        }
      />
      <LoadGate query={summary} rows={10}>
        {(data) => (
          <>
            <ClusterFacts cluster={data} />
            <ClusterCharts cluster={cluster} cpus={gridFigures(data.summary).cpus} />
            <ClusterParts cluster={cluster} />
          </>
        )}
      </LoadGate>
    </ChartBoard>
  );
}

function ClusterMark({ cluster }: { cluster: ClusterSummary }) {
  const { t } = useTranslation();
  return (
    <>
      {cluster.hostsDown > 0 && <span className="chip chip--crit">{t('grid.down', { count: cluster.hostsDown })}</span>}
      {isOld(cluster) && (
        <span className="chip chip--off">{t('grid.old', { age: formatDuration(cluster.ageSec * 1000) })}</span>
      )}
    </>
  );
}

function ClusterFacts({ cluster }: { cluster: ClusterSummary }) {
  const { t } = useTranslation();
  const figures = gridFigures(cluster.summary);
  const percent = (value: number | null): string => (value === null ? '–' : `${Math.round(value)} %`);
  const link = cluster.url === null ? null : safeLink(cluster.url);
  return (
    <div className="facts host-facts" data-old={isOld(cluster) || undefined}>
      <span>
        <b>
          {t('hosts.count', {
            up: formatNumber(cluster.hostsUp),
            known: formatNumber(cluster.hostsUp + cluster.hostsDown),
          })}
        </b>
      </span>
      {figures.cpus !== null && (
        <span>
          <b>{formatNumber(figures.cpus)}</b> {t('grid.column.cpus')}
        </span>
      )}
      <span>
        {t('grid.column.load')} <b>{percent(figures.loadPercent)}</b>
      </span>
      <span>
        {t('grid.column.cpu')} <b>{percent(figures.cpuPercent)}</b>
      </span>
      {figures.memoryUsedKb !== null && figures.memoryTotalKb !== null && (
        <span>
          {t('grid.column.memory')} <b>{formatQuantity(figures.memoryUsedKb, 'KB')}</b>{' '}
          {t('grid.ofTotal', { total: formatQuantity(figures.memoryTotalKb, 'KB') })}
        </span>
      )}
      <span>{t('grid.series', { count: cluster.metrics, shown: formatNumber(cluster.metrics) })}</span>
      {cluster.owner && (
        <span>
          {t('hosts.fact.owner')} <b>{cluster.owner}</b>
        </span>
      )}
      {cluster.latlong && <span>{cluster.latlong}</span>}
      {cluster.url &&
        (link ? (
          <a className="link" href={link} rel="noreferrer">
            {cluster.url}
          </a>
        ) : (
          <span>{cluster.url}</span>
        ))}
    </div>
  );
}

/** The hosts, as a map and as charts of the metric that stands in the URL. */
function ClusterParts({ cluster }: { cluster: string }) {
  const { t } = useTranslation();
  const [params, set] = useParamFields({ replace: true });
  const names = useMetricNames(cluster);
  const metric = params.get('metric') ?? USUAL_METRIC;
  const asked = params.get('sort') ?? '';
  const order: HostOrder = isHostOrder(asked) ? asked : 'high';
  const flag = (name: string) => ({
    checked: params.has(name),
    onChange: (event: { currentTarget: { checked: boolean } }) => set(name, event.currentTarget.checked ? '1' : null),
  });
  return (
    <>
      <div className="filter-bar cluster-bar">
        <MetricSelect cluster={cluster} value={metric} onChange={(name) => set('metric', name)} />
        <FilterBox placeholder={t('heat.filter')} />
        <div className="pick-row" role="group" aria-label={t('grid.order.label')}>
          {HOST_ORDERS.map((name) => (
            <button key={name} type="button" aria-pressed={order === name} onClick={() => set('sort', name)}>
              {t(`grid.hostOrder.${name}`)}
            </button>
          ))}
        </div>
        <Switch label={t('grid.hideDown')} {...flag('up')} />
        <Switch label={t('grid.ownScale')} {...flag('own')} />
      </div>
      <HeatBoard metric={metric} cluster={cluster} height={MAP_PX} />
      <ClusterHosts
        cluster={cluster}
        metric={metric}
        unit={names.data?.items.find(({ name }) => name === metric)?.units ?? ''}
        order={order}
        hideDown={params.has('up')}
        ownScale={params.has('own')}
        filter={params.get('q') ?? ''}
      />
    </>
  );
}

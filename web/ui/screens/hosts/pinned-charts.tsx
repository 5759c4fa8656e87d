// The metrics that somebody pinned, of the host whose overview is open.

import { useTranslation } from 'react-i18next';
import type { HostDetail } from '#web/contract/inventory.ts';
import { useHostMetrics, useLiveSamples } from '../../data/metrics.ts';
import { usePins } from '../../data/pins.ts';
import { MetricCharts } from './metric-charts.tsx';

export function PinnedCharts({ host }: { host: HostDetail }) {
  const { t } = useTranslation();
  const pins = usePins();
  const answer = useHostMetrics(host.id, pins.names.length > 0);
  const { cluster, host: name, metrics } = answer.data ?? { cluster: '', host: '', metrics: [] };
  const live = useLiveSamples(cluster, name);
  const pinned = pins.names.flatMap(
    (wanted) => metrics.find((metric) => metric.name === wanted && metric.number !== null) ?? [],
  );
  if (pinned.length === 0) return null;
  return (
    <section aria-label={t('hosts.metrics.pins')}>
      <MetricCharts source={{ cluster, host: name }} metrics={pinned} live={live} pins={pins} />
    </section>
  );
}

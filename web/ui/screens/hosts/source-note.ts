// Where the figures of a cluster or grid come from and how old they are, in words.

import type { TFunction } from 'i18next';
import type { Cluster } from '#web/contract/metrics.ts';
import { formatDuration } from '../../format/time.ts';

export function sourceNote(cluster: Pick<Cluster, 'source' | 'alive' | 'ageSec'>, t: TFunction): string {
  const age = formatDuration(cluster.ageSec * 1000);
  if (cluster.source === null) return t('grid.heard', { age });
  return t(cluster.alive ? 'grid.polled' : 'grid.dead', { source: cluster.source, age });
}

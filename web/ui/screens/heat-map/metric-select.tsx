// Chooses one of the numeric metrics that hosts have now.

import { Select } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useMetricNames } from '../../data/metrics.ts';

interface MetricSelectProps {
  cluster?: string | undefined;
  /** Null = the state of the host, where that may be chosen. */
  value: string | null;
  withState?: boolean;
  onChange(metric: string | null): void;
}

const STATE = '';

export function MetricSelect({ cluster, value, withState = false, onChange }: MetricSelectProps) {
  const { t } = useTranslation();
  const names = useMetricNames(cluster);
  const data = useMemo(() => {
    const numeric = (names.data?.items ?? []).filter((metric) => metric.numeric).map((metric) => metric.name);
    // A shared link may name a metric that nobody sends now.
    const all = [...new Set([...(value === null ? [] : [value]), ...numeric])].sort();
    const metrics = all.map((name) => ({ value: name, label: name }));
    return withState ? [{ value: STATE, label: t('heat.state') }, ...metrics] : metrics;
  }, [names.data, value, withState, t]);
  return (
    <Select
      aria-label={t('heat.metric')}
      searchable
      allowDeselect={false}
      nothingFoundMessage={t('heat.noMetric')}
      data={data}
      value={value ?? STATE}
      onChange={(name) => onChange(name === null || name === STATE ? null : name)}
    />
  );
}

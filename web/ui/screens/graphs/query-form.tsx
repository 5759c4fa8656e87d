// The query as a form: metrics, where, put together how. Every change is a query.

import { Checkbox, NumberInput, Select, TagsInput } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { NamePattern } from '#web/contract/metrics.ts';
import type { GraphQuery } from '#web/contract/views.ts';
import { useMetricNames } from '../../data/metrics.ts';
import { patternOf } from './graph-query.ts';
import { PatternInput } from './pattern-input.tsx';
import { FUNCTIONS, LABELS } from './query-text.ts';

interface QueryFormProps {
  query: GraphQuery | null;
  /** Null when no metric is left. */
  onChange: (query: GraphQuery | null) => void;
}

const NO_METRIC: GraphQuery = { metrics: [] };
const SUGGESTIONS = 60;
const MOST_METRICS = 20;

const tagOf = (metric: NamePattern): string => (typeof metric === 'string' ? metric : `~${metric.regex}`);
const metricOf = (tag: string): NamePattern | undefined =>
  tag.startsWith('~') ? patternOf(tag.slice(1), true) : patternOf(tag, false);

export function QueryForm({ query: given, onChange }: QueryFormProps) {
  const { t } = useTranslation();
  const query = given ?? NO_METRIC;
  const names = useMetricNames(typeof query.cluster === 'string' ? query.cluster : undefined);
  const suggested = useMemo(
    () => (names.data?.items ?? []).filter(({ numeric }) => numeric).map(({ name }) => name),
    [names.data],
  );
  const change = (part: { [Key in keyof GraphQuery]?: GraphQuery[Key] | undefined }): void => {
    const { metrics = query.metrics, ...rest } = { ...query, ...part };
    const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    onChange(metrics.length === 0 ? null : { metrics, ...kept });
  };
  const { combine, top } = query;
  return (
    <div className="query-form">
      <TagsInput
        className="query-form__metrics"
        label={t('graphs.form.metrics')}
        placeholder={query.metrics.length === 0 ? t('graphs.form.metricsHint') : ''}
        data={suggested}
        limit={SUGGESTIONS}
        maxTags={MOST_METRICS}
        acceptValueOnBlur
        // The list itself scrolls: a scroll area around it could not be reached by keyboard.
        withScrollArea={false}
        classNames={{ options: 'suggestions' }}
        value={query.metrics.map(tagOf)}
        onChange={(tags) => change({ metrics: tags.flatMap((tag) => metricOf(tag) ?? []) })}
      />
      <PatternInput
        label={t('graphs.form.cluster')}
        placeholder={t('graphs.form.any')}
        value={query.cluster}
        regexByDefault={false}
        onChange={(cluster) => change({ cluster })}
      />
      <PatternInput
        label={t('graphs.form.host')}
        placeholder={t('graphs.form.any')}
        value={query.host}
        regexByDefault
        onChange={(host) => change({ host })}
      />
      <Select
        label={t('graphs.form.function')}
        data={[
          { value: '', label: t('graphs.form.noFunction') },
          ...[...new Set([...FUNCTIONS, ...(combine ? [combine.with] : [])])].map((value) => ({ value, label: value })),
        ]}
        allowDeselect={false}
        value={combine?.with ?? ''}
        onChange={(name) => change({ combine: name ? { ...combine, with: name } : undefined })}
      />
      <Checkbox.Group
        label={t('graphs.form.by')}
        value={combine?.by ?? []}
        onChange={(by) =>
          combine && change({ combine: { with: combine.with, by: LABELS.filter((label) => by.includes(label)) } })
        }
      >
        <div className="query-form__by">
          {LABELS.map((label) => (
            <Checkbox key={label} size="xs" value={label} label={t(`graphs.form.label.${label}`)} disabled={!combine} />
          ))}
        </div>
      </Checkbox.Group>
      <Select
        label={t('graphs.form.rate')}
        data={(['auto', 'on', 'off'] as const).map((value) => ({ value, label: t(`graphs.form.rates.${value}`) }))}
        allowDeselect={false}
        value={query.rate ?? 'auto'}
        onChange={(rate) => change({ rate: rate === 'on' || rate === 'off' ? rate : undefined })}
      />
      <NumberInput
        key={top?.count ?? 'all'}
        label={t('graphs.form.top')}
        placeholder={t('graphs.form.all')}
        min={1}
        max={1000}
        defaultValue={top?.count ?? ''}
        onBlur={({ currentTarget: { value } }) => {
          const count = Number(value);
          if (count !== (top?.count ?? 0)) change({ top: count >= 1 ? { ...top, count } : undefined });
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
        }}
      />
    </div>
  );
}

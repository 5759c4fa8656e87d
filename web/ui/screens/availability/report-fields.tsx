// What a report is about: checks, time, period, target. Each field stands in the URL.

import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useAvailabilityPeriods } from '../../data/availability.ts';
import { useGroups } from '../../data/hosts.ts';
import { useParamFields } from '../../data/use-param-fields.ts';
import { FilterBox } from '../../parts/filter-box.tsx';
import { nowMs } from '../../data/browser-clock.ts';
import { dayText } from '../downtime/calendar-span.ts';
import { rangeNameOf, RANGES, spanOf } from './report-question.ts';

export function ReportFields() {
  const { t } = useTranslation();
  const [params, setParam] = useParamFields({ replace: true });
  const groups = useGroups();
  const periods = useAvailabilityPeriods();
  const isIncluded = params.get('downtime') === 'included';
  return (
    <div className="report-fields">
      <div className="filter-bar">
        <FilterBox placeholder={t('availability.filter')} />
        <Select
          aria-label={t('availability.group')}
          placeholder={t('availability.anyGroup')}
          clearable
          searchable
          data={(groups.data?.items ?? []).map(({ name }) => name)}
          value={params.get('group')}
          onChange={(value) => setParam('group', value)}
        />
        {(periods.data?.items.length ?? 0) > 0 && (
          <Select
            aria-label={t('availability.period')}
            placeholder={t('availability.anyPeriod')}
            clearable
            searchable
            data={periods.data?.items ?? []}
            value={params.get('period')}
            onChange={(value) => setParam('period', value)}
          />
        )}
      </div>
      <RangeFields />
      <div className="filter-bar">
        <NumberInput
          aria-label={t('availability.target')}
          prefix="≥ "
          suffix=" %"
          className="report-fields__target"
          min={0}
          max={100}
          step={0.1}
          decimalScale={3}
          value={Number(params.get('target') ?? 99.9)}
          onChange={(value) => setParam('target', value === 99.9 ? null : String(value))}
        />
        <div className="pick-row" role="group" aria-label={t('availability.downtime.label')}>
          <button type="button" aria-pressed={!isIncluded} onClick={() => setParam('downtime', null)}>
            {t('availability.downtime.excluded')}
          </button>
          <button type="button" aria-pressed={isIncluded} onClick={() => setParam('downtime', 'included')}>
            {t('availability.downtime.included')}
          </button>
        </div>
        <Switch
          label={t('availability.soft')}
          title={t('availability.softWhy')}
          checked={params.get('soft') === '1'}
          onChange={(event) => setParam('soft', event.currentTarget.checked ? '1' : null)}
        />
      </div>
    </div>
  );
}

function RangeFields() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const chosen = rangeNameOf(params);
  // In one step: two changes in a row would each begin with what stood there before.
  const choose = (change: Record<string, string | null>): void =>
    setParams(
      (before) => {
        for (const [name, value] of Object.entries(change)) {
          if (value === null || value === '') before.delete(name);
          else before.set(name, value);
        }
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  const beginFixed = (): void => {
    const { fromMs, toMs } = spanOf(params, nowMs());
    choose({ from: dayText(fromMs), to: dayText(toMs - 1), range: null });
  };
  return (
    <div className="filter-bar">
      <div className="pick-row" role="group" aria-label={t('availability.range.label')}>
        {RANGES.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={chosen === name}
            onClick={() => choose({ from: null, to: null, range: name === '30d' ? null : name })}
          >
            {t(`availability.range.${name}`)}
          </button>
        ))}
        <button type="button" aria-pressed={chosen === 'fixed'} onClick={beginFixed}>
          {t('availability.range.fixed')}
        </button>
      </div>
      {chosen === 'fixed' &&
        (['from', 'to'] as const).map((name) => (
          <TextInput
            key={name}
            type="date"
            aria-label={t(`availability.${name}`)}
            value={params.get(name) ?? ''}
            onChange={(event) => choose({ [name]: event.currentTarget.value })}
          />
        ))}
    </div>
  );
}

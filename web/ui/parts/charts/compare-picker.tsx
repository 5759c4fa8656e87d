// With which earlier time the charts of the page are compared. The choice stands in the URL.

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { parseOffset } from '../../data/time-range.ts';
import './compare-picker.css';

const USUAL = ['1d', '7d'] as const;

export function ComparePicker() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const chosen = params.get('compare') ?? '';
  const own = chosen !== '' && !USUAL.some((offset) => offset === chosen);
  const [asking, setAsking] = useState(own);
  const choose = (offset: string): void =>
    setParams(
      (before) => {
        if (offset === '') before.delete('compare');
        else before.set('compare', offset);
        return before;
      },
      { preventScrollReset: true },
    );
  return (
    <span className="compare-picker">
      <select
        className="plain-select"
        aria-label={t('chart.compare.label')}
        value={asking ? 'own' : chosen}
        onChange={({ currentTarget: { value } }) => {
          setAsking(value === 'own');
          if (value !== 'own') choose(value);
        }}
      >
        <option value="">{t('chart.compare.none')}</option>
        {USUAL.map((offset) => (
          <option key={offset} value={offset}>
            {t(`chart.compare.${offset}`)}
          </option>
        ))}
        <option value="own">{t('chart.compare.own')}</option>
      </select>
      {asking && (
        <input
          className="plain-select compare-picker__own"
          aria-label={t('chart.compare.ownLabel')}
          placeholder="3d"
          defaultValue={own ? chosen : ''}
          onChange={({ currentTarget: { value } }) => {
            if (value === '' || parseOffset(value) > 0) choose(value);
          }}
        />
      )}
    </span>
  );
}

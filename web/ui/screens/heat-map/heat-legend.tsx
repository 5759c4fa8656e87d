// What the colours of a heat map mean, with how many hosts have each.

import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatQuantity } from '../../format/quantity.ts';
import { StatusShape } from '../../parts/status-mark.tsx';
import type { StateWord } from '../../parts/tone.ts';
import { readHeatColours, scaleColours } from './heat-paint.ts';
import type { HeatCell } from './heat-plan.ts';
import { isOutlier, type HeatScale } from './heat-scale.ts';

const STATES: readonly StateWord[] = ['down', 'critical', 'warning', 'pending', 'ok'];

export function StateLegend({ cells }: { cells: readonly HeatCell[] }) {
  const { t } = useTranslation();
  return (
    <div className="heat-legend">
      {STATES.map((state) => ({ state, count: cells.filter((cell) => cell.state === state).length }))
        .filter(({ count }) => count > 0)
        .map(({ state, count }) => (
          <span key={state} className="heat-legend__entry">
            {state === 'ok' ? <i className="heat-legend__ok" aria-hidden="true" /> : <StatusShape state={state} />}
            {t(`state.word.${state}`)} <b className="num">{formatNumber(count)}</b>
          </span>
        ))}
    </div>
  );
}

interface ScaleLegendProps {
  cells: readonly HeatCell[];
  scale: HeatScale | null;
  unit: string;
}

export function ScaleLegend({ cells, scale, unit }: ScaleLegendProps) {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme();
  // The scheme changes the tokens that are read.
  // oxlint-disable-next-line react/exhaustive-deps
  const colours = useMemo(() => scaleColours(readHeatColours(document.documentElement)), [scheme]);
  const outliers = cells.filter(
    ({ value, state }) => scale && value !== null && state !== 'down' && isOutlier(scale, value),
  );
  const down = cells.filter(({ state }) => state === 'down').length;
  const silent = cells.filter(({ value, state }) => value === null && state !== 'down').length;
  return (
    <div className="heat-legend">
      {scale ? (
        <span className="heat-legend__entry">
          <span className="num">{formatQuantity(scale.low, unit)}</span>
          <span className="heat-legend__scale" aria-hidden="true">
            {colours.map((colour) => (
              <i key={colour} style={{ background: colour }} />
            ))}
          </span>
          <span className="num">{formatQuantity(scale.high, unit)}</span>
        </span>
      ) : (
        <span>{t('heat.noValues')}</span>
      )}
      {outliers.length > 0 && (
        <span className="heat-legend__entry">
          <i className="heat-legend__ring" aria-hidden="true" />
          {t('heat.outliers', { count: outliers.length })}
        </span>
      )}
      {down > 0 && (
        <span className="heat-legend__entry">
          <StatusShape state="down" />
          {t('heat.down', { count: down })}
        </span>
      )}
      {silent > 0 && (
        <span className="heat-legend__entry">
          <i className="heat-legend__none" aria-hidden="true" />
          {t('heat.silent', { count: silent })}
        </span>
      )}
    </div>
  );
}

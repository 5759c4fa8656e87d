// What the colours of a heat map mean, with how many hosts have each.

import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatQuantity } from '../../format/quantity.ts';
import type { StateWord } from '../../parts/tone.ts';
import { readHeatColours, scaleColours, STATE_TOKEN } from './heat-paint.ts';
import { STATE_MARK, type HeatCell, type HeatMark } from './heat-plan.ts';
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
            <Swatch fill={STATE_TOKEN[state]} mark={STATE_MARK[state]} />
            {t(`state.word.${state}`)} <b className="num">{formatNumber(count)}</b>
          </span>
        ))}
    </div>
  );
}

/** The signs as the canvas draws them, in a cell of 14. */
const MARK_PATH: Record<HeatMark, string> = {
  cross: 'M4 4l6 6M10 4l-6 6',
  lost: 'M4 4l6 6M10 4l-6 6',
  stroke: 'M4 10l6-6',
  dot: 'M7 7h.01',
  notch: 'M1 1h6l-6 6z',
  ring: 'M1 1h12v12H1z',
};

/** A cell as it looks on the map; `fill` is a colour of the page. */
function Swatch({ fill, mark }: { fill: string; mark?: HeatMark | undefined }) {
  return (
    <svg className="heat-legend__cell" viewBox="0 0 14 14" aria-hidden="true" data-mark={mark}>
      <rect width="14" height="14" rx="2.5" fill={`var(--${fill})`} />
      {mark && <path d={MARK_PATH[mark]} />}
    </svg>
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
          <Swatch fill="heat" mark="ring" />
          {t('heat.outliers', { count: outliers.length })}
        </span>
      )}
      {down > 0 && (
        <span className="heat-legend__entry">
          <Swatch fill="offbg" mark="lost" />
          {t('heat.down', { count: down })}
        </span>
      )}
      {silent > 0 && (
        <span className="heat-legend__entry">
          <Swatch fill="offbg" />
          {t('heat.silent', { count: silent })}
        </span>
      )}
    </div>
  );
}

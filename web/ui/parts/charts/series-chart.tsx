// Several series in one chart: lines or a stack, their names, what they say under the
// crosshair, and the same as a table or a file.

import { useMemo, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChartKind } from '#web/contract/views.ts';
import { nowMs } from '../../data/browser-clock.ts';
import { formatQuantity } from '../../format/quantity.ts';
import { dateTime, formatDuration } from '../../format/time.ts';
import type { ChartPicture } from './chart-config.ts';
import { extremesOf, readingsAt, shapeLines, type ChartLine, type Extremes, type Reading } from './chart-lines.ts';
import { ChartMenu } from './chart-menu.tsx';
import { ChartPlot } from './chart-plot.tsx';
import { ChartLegend, LineSwatch } from './chart-legend.tsx';
import { ChartTable } from './chart-table.tsx';
import { gapMsOf } from './metric-chart.tsx';
import './metric-chart.css';
import './series-chart.css';

export interface SeriesChartProps {
  title: string;
  unit: string;
  kind: ChartKind;
  lines: readonly ChartLine[];
  fromMs: number;
  toMs: number;
  stepSec: number;
  height?: number;
  stale?: boolean;
  span?: Extremes;
  /** Says that there is more than what is drawn. */
  note?: string;
  /** More entries of the menu. */
  menu?: ReactNode;
  /** Beside the menu button. */
  actions?: ReactNode;
}

const NOBODY_ACTED: readonly number[] = [];
const TOOLTIP_ROWS = 12;
const SPOKEN = 5;

export function SeriesChart(props: SeriesChartProps) {
  const { t } = useTranslation();
  const { title, unit, kind, lines, fromMs, toMs, stepSec, span } = props;
  const card = useRef<HTMLElement>(null);
  const [asTable, setAsTable] = useState(false);
  const gapMs = gapMsOf(stepSec);
  const picture = useMemo((): ChartPicture => {
    const shaped = shapeLines(lines, gapMs);
    const base = { lines: shaped, kind, unit, fromMs, toMs, gapMs, limit: null, markedMs: NOBODY_ACTED };
    return span === undefined ? base : { ...base, span };
  }, [lines, kind, unit, fromMs, toMs, gapMs, span]);
  const drawn = picture.lines.some(({ shape }) => shape.summary !== null);
  const readings = (atMs: number): Reading[] => readingsAt(picture.lines, atMs, gapMs);
  const describe = (atMs: number): string =>
    readings(atMs)
      .slice(0, SPOKEN)
      .map(({ label, value }) => `${label} ${formatQuantity(value, unit)}`)
      .join(', ') || t('chart.noData');
  return (
    <section
      ref={card}
      className="card metric-chart series-chart"
      aria-label={useSummary(title, unit, picture)}
      data-stale={props.stale || undefined}
    >
      <header className="metric-chart__head">
        <h2 className="heading cut" title={title}>
          {title}
        </h2>
        <span className="metric-chart__note">{useResolution(stepSec, kind, lines.length)}</span>
        <span className="series-chart__actions">
          {props.actions}
          <ChartMenu chart={card} {...props} asTable={asTable} onTable={() => setAsTable(!asTable)} />
        </span>
      </header>
      {asTable ? (
        <ChartTable lines={picture.lines} unit={unit} />
      ) : (
        <>
          <div style={{ height: props.height ?? 150 }} className="metric-chart__plot">
            {drawn ? (
              <ChartPlot
                picture={picture}
                label={title}
                describe={describe}
                stepSec={stepSec}
                renderTooltip={(atMs) => (
                  <TooltipRows atMs={atMs} readings={readings(atMs)} unit={unit} lines={lines.length} />
                )}
              />
            ) : (
              <p className="metric-chart__none">{t('chart.noData')}</p>
            )}
          </div>
          <ChartLegend lines={picture.lines} unit={unit} />
        </>
      )}
      {props.note && <p className="series-chart__note">{props.note}</p>}
    </section>
  );
}

/** The chart in one sentence: how many series, the lowest, the highest, the one on top now. */
function useSummary(title: string, unit: string, picture: ChartPicture): string {
  const { t } = useTranslation();
  return useMemo(() => {
    const extremes = extremesOf(picture.lines, 'line', []);
    if (!extremes) return t('chart.summaryEmpty', { title });
    const last = picture.lines
      .flatMap(({ label, shape }) => (shape.summary ? [{ label, value: shape.summary.last }] : []))
      .sort((a, b) => b.value - a.value)[0];
    return t('chart.summarySeries', {
      title,
      count: picture.lines.length,
      min: formatQuantity(extremes.min, unit),
      max: formatQuantity(extremes.max, unit),
      top: last?.label ?? '',
      now: last ? formatQuantity(last.value, unit) : '',
    });
  }, [t, title, unit, picture]);
}

// As many bands as chart-config draws.
const BANDS = 12;

function useResolution(stepSec: number, kind: ChartKind, count: number): string {
  const { t } = useTranslation();
  const step = formatDuration(stepSec * 1000);
  const banded = (kind === 'line' || kind === 'area') && count <= BANDS;
  return banded ? t('chart.resolution', { step }) : t('chart.resolutionPlain', { step });
}

function TooltipRows(props: { atMs: number; readings: readonly Reading[]; unit: string; lines: number }) {
  const { t } = useTranslation();
  const { readings, unit } = props;
  const more = readings.length - TOOLTIP_ROWS;
  return (
    <>
      <b className="mute">{dateTime(props.atMs, nowMs())}</b>
      {readings.length === 0 && <div className="mute">{t('chart.noData')}</div>}
      {readings.slice(0, TOOLTIP_ROWS).map(({ index, label, value, change }) => (
        <div key={index} className="chart-reading">
          <LineSwatch index={index} count={props.lines} />
          <span className="cut">{label}</span>
          <span className="num">{formatQuantity(value, unit)}</span>
          {change !== null && (
            <span className="num mute">
              {change < 0 ? '−' : '+'}
              {formatQuantity(Math.abs(change), unit)}
            </span>
          )}
        </div>
      ))}
      {more > 0 && <div className="mute">{t('chart.more', { count: more })}</div>}
    </>
  );
}

// One metric over the range of the page: the value in the header, the line with the
// band of its extremes, the limit, and the lane of events beneath.

import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Point } from '../../data/metrics.ts';
import { formatQuantity, quantityOf } from '../../format/quantity.ts';
import { clockTime, formatDuration } from '../../format/time.ts';
import { useBoard, useCursor } from './chart-board.tsx';
import { chartConfig, readColours } from './chart-config.ts';
import { chartPoints, valueAt, type ChartPoints, type XY } from './chart-points.ts';
import { Chart } from './chart-setup.ts';
import { laneMarks, type LaneEvent } from './lane-marks.ts';
import { useDragZoom } from './use-drag-zoom.ts';
import './metric-chart.css';

interface MetricChartProps {
  title: string;
  unit: string;
  points: readonly Point[];
  fromMs: number;
  toMs: number;
  stepSec: number;
  /** A metric may be silent so long without that being a gap. */
  silenceSec?: number;
  limit?: number | null;
  /** The value as it was last heard, when that is newer than the last point. */
  liveValue?: number | undefined;
  events?: readonly LaneEvent[];
  height?: number;
  /** Dimmed while the picture of another range loads. */
  stale?: boolean;
}

// gmond repeats an unchanged value only every 90 s by default (time_threshold).
const USUAL_SILENCE_SEC = 200;

export function MetricChart(props: MetricChartProps) {
  const { t } = useTranslation();
  const gapMs = Math.max(props.stepSec * 2.5, props.silenceSec ?? USUAL_SILENCE_SEC) * 1000;
  const shape = useMemo(() => chartPoints(props.points, gapMs), [props.points, gapMs]);
  const marks = useMemo(
    () => laneMarks(props.events ?? [], props.fromMs, props.toMs),
    [props.events, props.fromMs, props.toMs],
  );
  const { summary } = shape;
  const label = summary
    ? t('chart.summary', {
        title: props.title,
        now: formatQuantity(props.liveValue ?? summary.last, props.unit),
        min: formatQuantity(summary.min, props.unit),
        max: formatQuantity(summary.max, props.unit),
      })
    : t('chart.summaryEmpty', { title: props.title });
  return (
    <section className="card metric-chart" aria-label={label} data-stale={props.stale || undefined}>
      <ChartHeader {...props} shape={shape} gapMs={gapMs} />
      <div style={{ height: props.height ?? 128 }} className="metric-chart__plot">
        {summary ? <Plot {...props} shape={shape} /> : <p className="metric-chart__none">{t('chart.noData')}</p>}
      </div>
      {props.events && (
        <div className="metric-chart__lane">
          {marks.map((mark) => (
            <Link
              key={`${mark.at} ${mark.tone}`}
              to={mark.to}
              className={`tone-${mark.tone}`}
              style={{ left: `${mark.at * 100}%` }}
              title={mark.titles.join('\n')}
              aria-label={mark.titles.join(', ')}
            />
          ))}
        </div>
      )}
    </section>
  );
}

function ChartHeader(props: MetricChartProps & { shape: ChartPoints; gapMs: number }) {
  const { t } = useTranslation();
  const { cursor } = useBoard();
  const cursorMs = useCursor(cursor);
  const under = cursorMs === null ? null : valueAt(props.shape.line, cursorMs, props.gapMs);
  const value = under ?? props.liveValue ?? props.shape.summary?.last;
  const quantity = value === undefined ? null : quantityOf(value, props.unit);
  const step = formatDuration(props.stepSec * 1000);
  return (
    <header className="metric-chart__head">
      <h2 className="heading cut">{props.title}</h2>
      <span className="metric-chart__note">
        {under !== null && cursorMs !== null
          ? clockTime(cursorMs)
          : props.stepSec > 20
            ? t('chart.resolution', { step })
            : ''}
      </span>
      {quantity && (
        <span className="num metric-chart__value">
          {quantity.number} {quantity.unit && <small>{quantity.unit}</small>}
        </span>
      )}
    </header>
  );
}

function Plot(props: MetricChartProps & { shape: ChartPoints }) {
  const { cursor, zoom, back } = useBoard();
  const canvas = useRef<HTMLCanvasElement>(null);
  const chart = useRef<Chart<'line', XY[]> | null>(null);
  const scheme = useComputedColorScheme();
  const { shape, unit, fromMs, toMs, events } = props;
  const limit = props.limit ?? null;

  useEffect(() => {
    if (!canvas.current) return;
    const colours = readColours(canvas.current);
    const overlay = {
      limit: limit === null ? undefined : { value: limit, colour: colours.crit },
      // A thin line only where somebody acted: the cause one looks for beside a jump.
      marks: events?.filter((e) => e.tone === 'act').map((e) => ({ atMs: e.atMs, colour: colours.act })),
      cursor: { atMs: cursor.atMs, colour: colours.label },
    };
    const config = chartConfig({ points: shape, unit, fromMs, toMs, limit, overlay }, colours);
    if (chart.current) {
      chart.current.data = config.data;
      chart.current.options = config.options ?? {};
      chart.current.update('none');
    } else {
      chart.current = new Chart(canvas.current, config);
    }
  }, [shape, unit, fromMs, toMs, limit, events, cursor, scheme]);

  useEffect(
    () => () => {
      chart.current?.destroy();
      chart.current = null;
    },
    [],
  );
  useEffect(() => cursor.subscribe(() => chart.current?.draw()), [cursor]);

  const drag = useDragZoom({ fromMs, toMs, cursor, zoom, back });
  return (
    <div className="metric-chart__canvas" {...drag.handlers}>
      <canvas ref={canvas} aria-hidden="true" />
      {drag.selection && (
        <div
          className="metric-chart__selection"
          style={{ left: `${drag.selection.left * 100}%`, width: `${drag.selection.width * 100}%` }}
        />
      )}
    </div>
  );
}

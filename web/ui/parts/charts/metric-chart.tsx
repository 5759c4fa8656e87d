// One metric over the range of the page: the value in the header, the line with the
// band of its extremes, the limit, and the lane of events beneath.

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Point } from '../../data/metrics.ts';
import { formatQuantity, quantityOf } from '../../format/quantity.ts';
import { clockTime, formatDuration } from '../../format/time.ts';
import { useBoard, useCursor } from './chart-board.tsx';
import type { ChartPicture } from './chart-config.ts';
import { shapeLines, type ShapedLine } from './chart-lines.ts';
import { valueAt } from './chart-points.ts';
import { ChartPlot } from './chart-plot.tsx';
import { laneMarks, type LaneEvent } from './lane-marks.ts';
import './metric-chart.css';

interface MetricChartProps {
  title: string;
  unit: string;
  points: readonly Point[];
  /** The same metric earlier, moved onto the range: a thin dashed line. */
  earlier?: readonly Point[] | null;
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

/** How long a line may be silent before that is a gap. */
export const gapMsOf = (stepSec: number, silenceSec = USUAL_SILENCE_SEC): number =>
  Math.max(stepSec * 2.5, silenceSec) * 1000;

const NOTHING: readonly LaneEvent[] = [];

export function MetricChart(props: MetricChartProps) {
  const { t } = useTranslation();
  const { title, unit, points, fromMs, toMs, stepSec, liveValue } = props;
  const { earlier = null, limit = null, events = NOTHING } = props;
  const gapMs = gapMsOf(stepSec, props.silenceSec);
  const picture = useMemo((): ChartPicture => {
    const labels = { cluster: '', host: '', metric: title };
    const lines = shapeLines([{ label: title, labels, points, earlier }], gapMs);
    // A thin line only where somebody acted: the cause one looks for beside a jump.
    const markedMs = events.filter((event) => event.tone === 'act').map((event) => event.atMs);
    return { lines, kind: 'line', unit, fromMs, toMs, gapMs, limit, markedMs };
  }, [title, unit, points, earlier, gapMs, limit, events, fromMs, toMs]);
  const marks = useMemo(() => laneMarks(events, fromMs, toMs), [events, fromMs, toMs]);
  const line = picture.lines[0];
  const summary = line?.shape.summary;
  const label = summary
    ? t('chart.summary', {
        title,
        now: formatQuantity(liveValue ?? summary.last, unit),
        min: formatQuantity(summary.min, unit),
        max: formatQuantity(summary.max, unit),
      })
    : t('chart.summaryEmpty', { title });
  const describe = (atMs: number): string => {
    const value = line && valueAt(line.shape.line, atMs, gapMs);
    return value === null || value === undefined ? t('chart.noData') : formatQuantity(value, unit);
  };
  return (
    <section className="card metric-chart" aria-label={label} data-stale={props.stale || undefined}>
      <ChartHeader {...props} line={line} gapMs={gapMs} />
      <div style={{ height: props.height ?? 128 }} className="metric-chart__plot">
        {summary ? (
          <ChartPlot picture={picture} label={title} describe={describe} stepSec={stepSec} />
        ) : (
          <p className="metric-chart__none">{t('chart.noData')}</p>
        )}
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

function ChartHeader(props: MetricChartProps & { line: ShapedLine | undefined; gapMs: number }) {
  const { t } = useTranslation();
  const { cursor } = useBoard();
  const cursorMs = useCursor(cursor);
  const under = cursorMs === null || !props.line ? null : valueAt(props.line.shape.line, cursorMs, props.gapMs);
  const value = under ?? props.liveValue ?? props.line?.shape.summary?.last;
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

// The Chart.js configuration of a metric chart: steel-blue line, band of extremes,
// labels inside the plot so that plot and event lane have the same width.

import type { ChartConfiguration } from 'chart.js';
import { quantityOf } from '../../format/quantity.ts';
import type { ChartPoints, XY } from './chart-points.ts';
import type { OverlayOptions } from './chart-overlay.ts';
import { timeTicks } from './time-ticks.ts';

interface ChartPicture {
  points: ChartPoints;
  unit: string;
  fromMs: number;
  toMs: number;
  limit: number | null;
  overlay: OverlayOptions;
}

interface ChartColours {
  line: string;
  band: string;
  grid: string;
  panel: string;
  label: string;
  font: string;
}

/** The colours as the page's tokens have them now. */
export function readColours(
  element: Element,
): ChartColours & Record<'crit' | 'warn' | 'unk' | 'ok' | 'off' | 'act', string> {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    line: token('plot'),
    band: `color-mix(in srgb, ${token('plot2')} 38%, transparent)`,
    grid: token('grid'),
    panel: `color-mix(in srgb, ${token('panel')} 78%, transparent)`,
    label: token('faint'),
    font: style.fontFamily,
    crit: token('crit'),
    warn: token('warn'),
    unk: token('unk'),
    ok: token('ok'),
    off: token('off'),
    act: token('act'),
  };
}

export function chartConfig(picture: ChartPicture, colours: ChartColours): ChartConfiguration<'line', XY[]> {
  const { points, unit, limit } = picture;
  const axis = axisOf(points.summary, unit, limit);
  const instants = timeTicks(picture.fromMs, picture.toMs);
  const ticks = { color: colours.label, font: { size: 10.5, family: colours.font } };
  return {
    type: 'line',
    data: {
      datasets: [
        { data: points.low, borderWidth: 0, fill: false },
        { data: points.high, borderWidth: 0, fill: '-1', backgroundColor: colours.band },
        {
          data: points.line,
          borderColor: colours.line,
          backgroundColor: colours.line,
          borderWidth: 1.6,
          fill: false,
          // A line of one or two values would hardly be seen.
          pointRadius: points.line.length < 3 ? 2 : 0,
        },
      ],
    },
    options: {
      animation: false,
      parsing: false,
      normalized: true,
      responsive: true,
      maintainAspectRatio: false,
      events: [],
      layout: { autoPadding: false, padding: { top: 13 } },
      datasets: { line: { pointRadius: 0, tension: 0, borderJoinStyle: 'round' } },
      plugins: { overlay: picture.overlay },
      scales: {
        x: {
          type: 'linear',
          min: picture.fromMs,
          max: picture.toMs,
          grid: { display: false },
          border: { display: false },
          afterBuildTicks: (axis) => {
            axis.ticks = instants.map((tick) => ({ value: tick.atMs, label: tick.label }));
          },
          ticks: { ...ticks, maxRotation: 0, autoSkipPadding: 18, callback: (_, at) => instants[at]?.label ?? '' },
        },
        y: {
          ...axis,
          grid: { color: colours.grid, drawTicks: false },
          border: { display: false },
          ticks: {
            ...ticks,
            mirror: true,
            maxTicksLimit: 4,
            padding: 1,
            labelOffset: -7,
            z: 1,
            showLabelBackdrop: true,
            backdropColor: colours.panel,
            backdropPadding: 1,
            callback: (value) => {
              const quantity = quantityOf(Number(value), unit);
              return Number(value) === 0 ? '' : `${quantity.number} ${quantity.unit}`.trim();
            },
          },
        },
      },
    },
  };
}

type Axis = { min?: number; max?: number; suggestedMin?: number; suggestedMax?: number };

/** The y axis: from zero where that is near, up to 100 for percentages that come close, never without height. */
export function axisOf(summary: ChartPoints['summary'], unit: string, limit: number | null): Axis {
  if (!summary) return { min: 0, max: 1 };
  const low = Math.min(summary.min, limit ?? summary.min);
  const high = Math.max(summary.max, limit ?? summary.max);
  if (low === 0 && high === 0) return { min: 0, max: 1 };
  if (unit === '%' && low >= 0 && high <= 100 && high > 55) return { min: 0, max: 100 };
  if (low === high) return { suggestedMin: low - Math.abs(low) * 0.1, suggestedMax: high + Math.abs(high) * 0.1 };
  // Near zero the axis starts there; far from it a cut axis shows the movement.
  if (low >= 0 && low < high * 0.6) return { min: 0, suggestedMax: high * 1.1 };
  return { suggestedMin: low - (high - low) * 0.1, suggestedMax: high + (high - low) * 0.1 };
}

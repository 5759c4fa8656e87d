// The Chart.js configuration of a chart: steel-blue line with the band of its extremes,
// or several lines or a stack in the hues of series; labels inside the plot so that
// plot and event lane have the same width.

import type { ChartConfiguration, ChartDataset } from 'chart.js';
import type { ChartKind } from '#web/contract/views.ts';
import { quantityOf } from '../../format/quantity.ts';
import { extremesOf, lineMark, stackEdges, type Extremes, type ShapedLine } from './chart-lines.ts';
import type { XY } from './chart-points.ts';
import type { OverlayOptions } from './chart-overlay.ts';
import { timeTicks } from './time-ticks.ts';

export interface ChartPicture {
  lines: readonly ShapedLine[];
  kind: ChartKind;
  unit: string;
  fromMs: number;
  toMs: number;
  gapMs: number;
  limit: number | null;
  /** Instants with a thin line through the plot. */
  markedMs: readonly number[];
  /** Shows this span of values instead of its own, as beside charts of the same measure. */
  span?: Extremes;
}

type Dataset = ChartDataset<'line', XY[]>;

export interface Colours {
  token(name: string): string;
  font: string;
}

/** The colours as the page's tokens have them now; each is looked up once. */
export function readColours(element: Element): Colours {
  const style = getComputedStyle(element);
  const known = new Map<string, string>();
  const token = (name: string): string => {
    const value = known.get(name) ?? style.getPropertyValue(`--${name}`).trim();
    known.set(name, value);
    return value;
  };
  return { token, font: style.fontFamily };
}

const faded = (colour: string, percent: number): string => `color-mix(in srgb, ${colour} ${percent}%, transparent)`;

// The bands of more lines would be mud.
const MOST_BANDS = 12;
const MOST_MARKED = 24;

const colourOf = (colours: Colours, index: number, count: number): string =>
  colours.token(count === 1 ? 'plot' : `series-${lineMark(index).hue}`);

export function chartConfig(picture: ChartPicture, colours: Colours): ChartConfiguration<'line', XY[]> {
  const { unit, kind, lines } = picture;
  const stacked = kind === 'stack' || kind === 'percent';
  const edges = stacked
    ? stackEdges(
        lines.map(({ shape }) => shape),
        picture.gapMs,
        kind === 'percent',
      )
    : [];
  const shownUnit = kind === 'percent' ? '%' : unit;
  const axis = axisOf(picture.span ?? extremesOf(lines, kind, edges), shownUnit, picture.limit, kind !== 'line');
  const instants = timeTicks(picture.fromMs, picture.toMs);
  const label = colours.token('faint');
  const ticks = { color: label, font: { size: 10.5, family: colours.font } };
  return {
    type: 'line',
    data: { datasets: stacked ? stackDatasets(picture, edges, colours) : lineDatasets(picture, colours) },
    options: {
      animation: false,
      parsing: false,
      normalized: true,
      responsive: true,
      maintainAspectRatio: false,
      events: [],
      layout: { autoPadding: false, padding: { top: 13 } },
      datasets: { line: { pointRadius: 0, tension: 0, borderJoinStyle: 'round' } },
      plugins: { overlay: overlayOf(picture, colours) },
      scales: {
        x: {
          type: 'linear',
          min: picture.fromMs,
          max: picture.toMs,
          grid: { display: false },
          border: { display: false },
          afterBuildTicks: (scale) => {
            scale.ticks = instants.map((tick) => ({ value: tick.atMs, label: tick.label }));
          },
          ticks: { ...ticks, maxRotation: 0, autoSkipPadding: 18, callback: (_, at) => instants[at]?.label ?? '' },
        },
        y: {
          ...axis,
          grid: { color: colours.token('grid'), drawTicks: false },
          border: { display: false },
          ticks: {
            ...ticks,
            mirror: true,
            maxTicksLimit: 4,
            padding: 1,
            labelOffset: -7,
            z: 1,
            showLabelBackdrop: true,
            backdropColor: faded(colours.token('panel'), 78),
            backdropPadding: 1,
            callback: (value) => {
              const quantity = quantityOf(Number(value), shownUnit);
              return Number(value) === 0 ? '' : `${quantity.number} ${quantity.unit}`.trim();
            },
          },
        },
      },
    },
  };
}

function lineDatasets({ lines, kind }: ChartPicture, colours: Colours): Dataset[] {
  return lines.flatMap(({ shape, earlierShape }, index): Dataset[] => {
    const colour = colourOf(colours, index, lines.length);
    const earlier: Dataset[] = earlierShape ? [earlierDataset(earlierShape.line, colour)] : [];
    const line: Dataset = {
      data: shape.line,
      borderColor: colour,
      backgroundColor: kind === 'area' ? faded(colour, 22) : colour,
      borderWidth: 1.6,
      fill: kind === 'area' ? 'origin' : false,
      // A line of one or two values would hardly be seen.
      pointRadius: shape.line.length < 3 ? 2 : 0,
    };
    return [...earlier, line];
  });
}

const earlierDataset = (data: XY[], colour: string): Dataset => ({
  data,
  borderColor: faded(colour, 75),
  borderWidth: 1,
  borderDash: [3, 3],
  fill: false,
});

function stackDatasets({ lines, gapMs, kind }: ChartPicture, edges: readonly XY[][], colours: Colours): Dataset[] {
  const earlier = lines.flatMap(({ earlierShape }) => earlierShape ?? []);
  const layers = edges.map((data, index): Dataset => {
    const colour = colourOf(colours, index, edges.length);
    const fill = index === 0 ? 'origin' : '-1';
    return { data, borderColor: colour, borderWidth: 1, backgroundColor: faded(colour, 42), fill };
  });
  // Of a stack only its height is compared: layers over layers cannot be read.
  const height = kind === 'stack' && earlier.length > 0 ? stackEdges(earlier, gapMs, false).at(-1) : undefined;
  return height ? [...layers, earlierDataset(height, colours.token('ink'))] : layers;
}

function overlayOf({ lines, kind, limit, markedMs }: ChartPicture, colours: Colours): OverlayOptions {
  const banded = (kind === 'line' || kind === 'area') && lines.length <= MOST_BANDS;
  const marked = kind === 'line' && lines.length > 1 && lines.length <= MOST_MARKED;
  return {
    ...(limit !== null && { limit: { value: limit, colour: colours.token('crit') } }),
    marks: markedMs.map((atMs) => ({ atMs, colour: colours.token('act') })),
    ...(banded && {
      bands: lines.map(({ shape: { low, high } }, index) => ({
        low,
        high,
        colour:
          lines.length === 1 ? faded(colours.token('plot2'), 38) : faded(colourOf(colours, index, lines.length), 14),
      })),
    }),
    ...(marked && {
      lines: lines.map(({ shape }, index) => ({
        points: shape.line,
        mark: lineMark(index),
        colour: colourOf(colours, index, lines.length),
        paper: colours.token('panel'),
      })),
    }),
  };
}

type Axis = { min?: number; max?: number; suggestedMin?: number; suggestedMax?: number };

/**
 * The y axis: from zero where that is near or something is filled down to it, up to 100 for percentages that come
 * close, never without height.
 */
export function axisOf(extremes: Extremes, unit: string, limit: number | null, filled = false): Axis {
  if (!extremes) return { min: 0, max: 1 };
  const low = Math.min(extremes.min, limit ?? extremes.min);
  const high = Math.max(extremes.max, limit ?? extremes.max);
  if (low === 0 && high === 0) return { min: 0, max: 1 };
  if (unit === '%' && low >= 0 && high <= 100.001 && high > 55) return { min: 0, max: 100 };
  if (filled) return { suggestedMin: Math.min(0, low * 1.1), suggestedMax: Math.max(0, high * 1.1) };
  if (low === high) return { suggestedMin: low - Math.abs(low) * 0.1, suggestedMax: high + Math.abs(high) * 0.1 };
  // Near zero the axis starts there; far from it a cut axis shows the movement.
  if (low >= 0 && low < high * 0.6) return { min: 0, suggestedMax: high * 1.1 };
  return { suggestedMin: low - (high - low) * 0.1, suggestedMax: high + (high - low) * 0.1 };
}

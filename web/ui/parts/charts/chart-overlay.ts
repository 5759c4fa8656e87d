// A Chart.js plugin that draws what lies under and over the lines: the bands of their
// extremes, the limit as a dashed line, a thin line for each event, and the marks by which
// lines are told apart without their hue. It decides nothing; the options say where.

import type { Chart, Plugin } from 'chart.js';
import type { LineMark } from './chart-lines.ts';
import type { XY } from './chart-points.ts';

export interface OverlayOptions {
  /** Both edges have a point, or a hole, at the same instants. */
  bands?: readonly { low: readonly XY[]; high: readonly XY[]; colour: string }[] | undefined;
  limit?: { value: number; colour: string } | undefined;
  marks?: readonly { atMs: number; colour: string }[] | undefined;
  lines?: readonly { points: readonly XY[]; mark: LineMark; colour: string; paper: string }[] | undefined;
}

declare module 'chart.js' {
  interface PluginOptionsByType<TType extends import('chart.js').ChartType> {
    overlay?: TType extends string ? OverlayOptions : never;
  }
}

// Marks on a line, spread over the plot.
const MARKS_A_LINE = 4;
const MARK_SIZE = 3.2;

export const chartOverlay: Plugin<'line', OverlayOptions> = {
  id: 'overlay',
  // As datasets of their own they would triple what Chart.js has to resolve and to lay out.
  beforeDatasetsDraw(chart, _args, options) {
    const x = chart.scales['x'];
    const y = chart.scales['y'];
    if (!x || !y) return;
    const place = (point: XY): XY => ({ x: x.getPixelForValue(point.x), y: y.getPixelForValue(point.y) });
    const { left, top, width, height } = chart.chartArea;
    const { ctx } = chart;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    for (const band of options.bands ?? []) {
      ctx.fillStyle = band.colour;
      for (const [from, to] of whole(band.low))
        fillBetween(ctx, band.low.slice(from, to).map(place), band.high.slice(from, to).map(place));
    }
    ctx.restore();
  },
  afterDatasetsDraw(chart, _args, options) {
    const x = chart.scales['x'];
    const y = chart.scales['y'];
    if (!x || !y) return;
    const { left, right, top, bottom } = chart.chartArea;
    for (const mark of options.marks ?? []) {
      const at = x.getPixelForValue(mark.atMs);
      if (at >= left && at <= right) stroke(chart, mark.colour, [2, 3], 0.75, [at, top, at, bottom]);
    }
    if (options.limit) {
      const at = y.getPixelForValue(options.limit.value);
      if (at >= top && at <= bottom) stroke(chart, options.limit.colour, [4, 4], 0.75, [left, at, right, at]);
    }
    for (const [index, line] of (options.lines ?? []).entries()) {
      for (const point of spreadOver(line.points, index)) {
        const place = { x: x.getPixelForValue(point.x), y: y.getPixelForValue(point.y) };
        drawMark(chart.ctx, place, line.mark, line.colour, line.paper);
      }
    }
  },
};

/** Pieces of an edge without a hole, as [first, after last]. */
function whole(edge: readonly XY[]): [number, number][] {
  const pieces: [number, number][] = [];
  let from = 0;
  for (let at = 0; at <= edge.length; at += 1) {
    const point = edge[at];
    if (point && !Number.isNaN(point.y)) continue;
    if (at > from) pieces.push([from, at]);
    from = at + 1;
  }
  return pieces;
}

function fillBetween(ctx: CanvasRenderingContext2D, low: readonly XY[], high: readonly XY[]): void {
  ctx.beginPath();
  for (const { x, y } of high) ctx.lineTo(x, y);
  for (const { x, y } of low.toReversed()) ctx.lineTo(x, y);
  ctx.fill();
}

/** Some points of a line, other ones than its neighbours have, so that marks do not cover each other. */
function spreadOver(points: readonly XY[], index: number): XY[] {
  const offset = ((index * 0.37) % 1) + 0.1;
  return Array.from({ length: MARKS_A_LINE }, (_, at) => {
    const share = Math.min(0.98, (at + offset) / MARKS_A_LINE);
    return points[Math.floor(share * points.length)];
  }).flatMap((point) => (point && !Number.isNaN(point.y) ? [point] : []));
}

/** Corners of the shapes, in units of the size of a mark. */
const CORNERS: Readonly<Record<Exclude<LineMark['shape'], 'circle'>, readonly (readonly [number, number])[]>> = {
  square: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  triangle: [
    [0, -1.2],
    [1.1, 0.9],
    [-1.1, 0.9],
  ],
  diamond: [
    [0, -1.25],
    [1.25, 0],
    [0, 1.25],
    [-1.25, 0],
  ],
};

function drawMark(ctx: CanvasRenderingContext2D, at: XY, mark: LineMark, colour: string, paper: string): void {
  ctx.save();
  ctx.beginPath();
  if (mark.shape === 'circle') ctx.arc(at.x, at.y, MARK_SIZE, 0, 2 * Math.PI);
  else for (const [x, y] of CORNERS[mark.shape]) ctx.lineTo(at.x + x * MARK_SIZE, at.y + y * MARK_SIZE);
  ctx.closePath();
  ctx.fillStyle = mark.hollow ? paper : colour;
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.3;
  ctx.fill();
  ctx.stroke();
  ctx.restore();
}

/** The outline of a mark as an SVG path around the origin, for legends. */
export function markPath(shape: LineMark['shape']): string {
  if (shape === 'circle')
    return `M ${-MARK_SIZE} 0 a ${MARK_SIZE} ${MARK_SIZE} 0 1 0 ${2 * MARK_SIZE} 0 a ${MARK_SIZE} ${MARK_SIZE} 0 1 0 ${-2 * MARK_SIZE} 0`;
  return `M ${CORNERS[shape].map(([x, y]) => `${x * MARK_SIZE} ${y * MARK_SIZE}`).join(' L ')} Z`;
}

function stroke(
  chart: Chart,
  colour: string,
  dash: number[],
  alpha: number,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
): void {
  const { ctx } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.strokeStyle = colour;
  ctx.globalAlpha = alpha;
  ctx.lineWidth = 1;
  ctx.setLineDash(dash);
  // Half a pixel, so that a line of one pixel is not smeared over two.
  ctx.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  ctx.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
  ctx.stroke();
  ctx.restore();
}

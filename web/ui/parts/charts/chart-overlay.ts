// A Chart.js plugin that draws what lies over the plot: the limit as a dashed line, a
// thin line for each event, and the crosshair. It decides nothing; the options say where.

import type { Chart, Plugin } from 'chart.js';

export interface OverlayOptions {
  limit?: { value: number; colour: string } | undefined;
  marks?: readonly { atMs: number; colour: string }[] | undefined;
  cursor?: { atMs: () => number | null; colour: string } | undefined;
}

declare module 'chart.js' {
  interface PluginOptionsByType<TType extends import('chart.js').ChartType> {
    overlay?: TType extends string ? OverlayOptions : never;
  }
}

export const chartOverlay: Plugin<'line', OverlayOptions> = {
  id: 'overlay',
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
    const cursorMs = options.cursor?.atMs() ?? null;
    if (options.cursor && cursorMs !== null) {
      const at = x.getPixelForValue(cursorMs);
      if (at >= left && at <= right) stroke(chart, options.cursor.colour, [], 0.8, [at, top, at, bottom]);
    }
  },
};

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

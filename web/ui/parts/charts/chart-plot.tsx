// The plot of a chart: the canvas, the crosshair that all charts of the page share, drag
// to zoom, and the same by keyboard. What is drawn is decided by chart-config.ts.

import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { dateTime } from '../../format/time.ts';
import { nowMs } from '../../data/browser-clock.ts';
import { useBoard, useCursor } from './chart-board.tsx';
import { chartConfig, type ChartPicture } from './chart-config.ts';
import type { XY } from './chart-points.ts';
import { Chart } from './chart-setup.ts';
import { useDragZoom } from './use-drag-zoom.ts';

interface ChartPlotProps {
  /** Must keep its identity while nothing changes. */
  picture: ChartPicture;
  label: string;
  /** What the lines say at an instant, for those who hear the page. */
  describe: (atMs: number) => string;
  /** Step of the crosshair by keyboard. */
  stepSec: number;
  /** Shown while the pointer or the keyboard is on this chart. */
  renderTooltip?: (atMs: number) => ReactNode;
}

// Arrow keys with Shift go so many steps at once.
const STRIDE = 10;

export function ChartPlot({ picture, label, describe, stepSec, renderTooltip }: ChartPlotProps) {
  const { cursor, zoom, back, queue, coloursOf } = useBoard();
  const canvas = useRef<HTMLCanvasElement>(null);
  const crosshair = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart<'line', XY[]> | null>(null);
  const [here, setHere] = useState(false);
  const [readMs, setReadMs] = useState<number | null>(null);
  const scheme = useComputedColorScheme();
  const { fromMs, toMs } = picture;

  useEffect(() => {
    queue.draw(canvas, () => {
      if (!canvas.current) return;
      const config = chartConfig(picture, coloursOf(scheme));
      if (chart.current) {
        chart.current.data = config.data;
        chart.current.options = config.options ?? {};
        chart.current.update('none');
      } else {
        chart.current = new Chart(canvas.current, config);
      }
    });
  }, [picture, queue, coloursOf, scheme]);

  useEffect(
    () => () => {
      queue.forget(canvas);
      chart.current?.destroy();
      chart.current = null;
    },
    [queue],
  );

  // Moved past React: a pointer moves sixty times a second, over every chart of the page.
  useEffect(() => {
    const move = (): void => {
      const atMs = cursor.atMs();
      const share = atMs === null ? -1 : (atMs - fromMs) / (toMs - fromMs);
      if (!crosshair.current) return;
      crosshair.current.hidden = !(share >= 0 && share <= 1);
      crosshair.current.style.left = `${share * 100}%`;
    };
    move();
    return cursor.subscribe(move);
  }, [cursor, fromMs, toMs]);

  const drag = useDragZoom({ fromMs, toMs, cursor, zoom, back });
  const onKeyDown = (event: KeyboardEvent): void => {
    const stepMs = stepSec * 1000 * (event.shiftKey ? STRIDE : 1);
    const nowAt = cursor.atMs() ?? toMs;
    const next = {
      ArrowLeft: nowAt - stepMs,
      ArrowRight: nowAt + stepMs,
      Home: fromMs,
      End: toMs,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const atMs = Math.min(toMs, Math.max(fromMs, next));
    cursor.move(atMs);
    setReadMs(atMs);
    setHere(true);
  };
  const leave = (): void => {
    setHere(false);
    setReadMs(null);
    cursor.move(null);
  };
  return (
    <div
      className="chart-plot"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={Math.round(fromMs)}
      aria-valuemax={Math.round(toMs)}
      aria-valuenow={Math.round(readMs ?? toMs)}
      aria-valuetext={readMs === null ? label : `${dateTime(readMs, nowMs())}: ${describe(readMs)}`}
      onKeyDown={onKeyDown}
      onBlur={leave}
      onMouseEnter={() => setHere(true)}
      onMouseLeave={() => setHere(false)}
      {...drag.handlers}
    >
      <canvas ref={canvas} aria-hidden="true" />
      <div ref={crosshair} className="chart-plot__crosshair" hidden />
      {drag.selection && (
        <div
          className="chart-plot__selection"
          style={{ left: `${drag.selection.left * 100}%`, width: `${drag.selection.width * 100}%` }}
        />
      )}
      {here && renderTooltip && !drag.selection && <PlotTooltip picture={picture} content={renderTooltip} />}
    </div>
  );
}

function PlotTooltip({ picture, content }: { picture: ChartPicture; content: (atMs: number) => ReactNode }) {
  const { cursor } = useBoard();
  const atMs = useCursor(cursor);
  if (atMs === null) return null;
  const share = (atMs - picture.fromMs) / (picture.toMs - picture.fromMs);
  // On the side where there is more room, so that it never covers what it tells of.
  const side = share < 0.5 ? { left: `calc(${share * 100}% + 12px)` } : { right: `calc(${(1 - share) * 100}% + 12px)` };
  return (
    <div className="chart-plot__tooltip" style={side}>
      {content(atMs)}
    </div>
  );
}

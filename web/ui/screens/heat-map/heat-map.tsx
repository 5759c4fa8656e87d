// A heat map as one looks at it and moves in it: pointer and keys lead to a cell, which is
// told as the active option of a list; a click opens it, a drawn box selects.

import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../format/quantity.ts';
import {
  boxBetween,
  cellAt,
  cellCentre,
  cellsIn,
  isHeatKey,
  layoutHeatMap,
  nextCell,
  type Point,
} from './heat-layout.ts';
import { paintHeatMap, readHeatColours } from './heat-paint.ts';
import { groupCells, heatPlan, type HeatCell } from './heat-plan.ts';
import type { HeatScale } from './heat-scale.ts';

interface HeatMapProps {
  label: string;
  cells: readonly HeatCell[];
  /** Null colours by state. */
  scale: HeatScale | null;
  /** What a cell says: "web-01, eu: OK, load 0.42". */
  sayCell(cell: HeatCell): string;
  selected: ReadonlySet<string>;
  onSelect(cells: readonly HeatCell[]): void;
  onOpen(cell: HeatCell): void;
  /** Space for the cells; with more of them they get smaller down to the smallest that can be hit. */
  height?: number;
}

/** What tells cells apart, over refreshes too. */
export const cellKey = (cell: HeatCell): string => `${cell.cluster}\n${cell.hostKey}`;

// A click with a shaking hand draws no box.
const LEAST_DRAG_PX = 5;
// Room for the frame around a cell at the edge.
const MARGIN_PX = 3;

export function HeatMap(props: HeatMapProps) {
  const { t } = useTranslation();
  const scheme = useComputedColorScheme();
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    if (!frame.current) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    watch.observe(frame.current);
    return () => watch.disconnect();
  }, []);

  const { cells, groups } = useMemo(() => groupCells(props.cells), [props.cells]);
  const height = props.height ?? 560;
  const layout = useMemo(
    () => layoutHeatMap(groups, { width: Math.max(40, width - 2 * MARGIN_PX), height }),
    [groups, width, height],
  );
  const plan = useMemo(() => heatPlan(cells, props.scale), [cells, props.scale]);
  const labels = useMemo(
    () =>
      groups.map(({ name, count }, at) => {
        const first = layout.blocks[at]?.first ?? 0;
        const up = cells.slice(first, first + count).filter((cell) => cell.state !== 'down').length;
        return t('heat.group', { name, up: formatNumber(up), known: formatNumber(count) });
      }),
    [groups, cells, layout, t],
  );
  const [cursorKey, setCursorKey] = useState<string | null>(null);
  const [focused, setFocused] = useState(false);
  const [hover, setHover] = useState<{ at: number; x: number; y: number } | null>(null);
  const [drag, setDrag] = useState<{ from: Point; to: Point } | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
  const found = cursorKey === null ? 0 : cells.findIndex((cell) => cellKey(cell) === cursorKey);
  const cursor = Math.max(0, found);
  const dragged = drag && boxBetween(drag.from, drag.to);

  useEffect(() => {
    const surface = canvas.current;
    const context = surface?.getContext('2d');
    if (!surface || !context || width === 0) return;
    const density = window.devicePixelRatio;
    surface.width = width * density;
    surface.height = (layout.height + 2 * MARGIN_PX) * density;
    context.setTransform(density, 0, 0, density, MARGIN_PX * density, MARGIN_PX * density);
    const selected = new Set(cells.flatMap((cell, at) => (props.selected.has(cellKey(cell)) ? [at] : [])));
    paintHeatMap(
      context,
      { layout, plan, labels, selected, dragged, cursor: focused ? cursor : (hover?.at ?? null) },
      readHeatColours(surface),
    );
    // The scheme changes the tokens that are read while painting.
  }, [layout, plan, labels, cells, props.selected, dragged, cursor, focused, hover, width, scheme]);

  const pick = (indexes: readonly number[]): HeatCell[] => indexes.flatMap((at) => cells[at] ?? []);
  const pointOf = (event: PointerEvent<HTMLElement>): Point => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left - MARGIN_PX, y: event.clientY - box.top - MARGIN_PX };
  };
  const moveTo = (at: number): void => {
    const cell = cells[at];
    if (cell) setCursorKey(cellKey(cell));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const cell = cells[cursor];
    if (isHeatKey(event.key)) {
      const next = nextCell(layout, cursor, event.key);
      moveTo(next);
      if (event.shiftKey) {
        const from = anchor ?? cursor;
        setAnchor(from);
        props.onSelect(pick(cellsIn(layout, boxBetween(cellCentre(layout, from), cellCentre(layout, next)))));
      } else {
        setAnchor(null);
      }
    } else if (event.key === 'Enter' && cell) {
      props.onOpen(cell);
    } else if (event.key === ' ' && cell) {
      const others = cells.filter((other) => props.selected.has(cellKey(other)) && other !== cell);
      props.onSelect(props.selected.has(cellKey(cell)) ? others : [...others, cell]);
    } else if (event.key === 'Escape' && props.selected.size > 0) {
      props.onSelect([]);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const active = cells[cursor];
  const hovered = hover ? cells[hover.at] : undefined;
  return (
    <div
      className="heat-map"
      ref={frame}
      style={{ height: layout.height + 2 * MARGIN_PX }}
      role="listbox"
      tabIndex={0}
      aria-label={props.label}
      aria-multiselectable="true"
      aria-activedescendant={active ? 'heat-map-cell' : undefined}
      onKeyDown={onKeyDown}
      onFocus={(event) => setFocused(event.currentTarget.matches(':focus-visible'))}
      onBlur={() => setFocused(false)}
      onPointerDown={(event) => {
        if (event.button !== 0 || event.pointerType === 'touch') return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag({ from: pointOf(event), to: pointOf(event) });
      }}
      onPointerMove={(event) => {
        const point = pointOf(event);
        if (drag) setDrag({ ...drag, to: point });
        const at = cellAt(layout, point.x, point.y);
        if (event.pointerType !== 'touch') setHover(at === null ? null : { at, ...point });
      }}
      onPointerUp={(event) => {
        const box = dragged;
        setDrag(null);
        if (box && Math.max(box.width, box.height) >= LEAST_DRAG_PX) {
          props.onSelect(pick(cellsIn(layout, box)));
          return;
        }
        const { x, y } = pointOf(event);
        const at = cellAt(layout, x, y);
        const cell = at === null ? undefined : cells[at];
        if (!cell) return;
        setCursorKey(cellKey(cell));
        props.onOpen(cell);
      }}
      onPointerCancel={() => setDrag(null)}
      onPointerLeave={() => setHover(null)}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {active && (
        <div
          role="option"
          id="heat-map-cell"
          className="sr-only"
          aria-selected={props.selected.has(cellKey(active))}
          aria-posinset={cursor + 1}
          aria-setsize={cells.length}
        >
          {props.sayCell(active)}
        </div>
      )}
      {hover && hovered && !drag && (
        <div
          className="heat-map__tip"
          aria-hidden="true"
          style={{ left: Math.min(hover.x + 14, Math.max(0, width - 250)), top: hover.y + 18 }}
        >
          {props.sayCell(hovered)}
        </div>
      )}
    </div>
  );
}

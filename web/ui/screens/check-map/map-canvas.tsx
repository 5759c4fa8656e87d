// The map as a picture that can be dragged, zoomed (Ctrl and wheel, + and -) and walked
// through with the arrow keys.

import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { DependencyMap } from '#web/contract/check-views.ts';
import { beneath, layOutMap, neighbourOf, NODE_HEIGHT, NODE_WIDTH, type Placed, type Step } from './map-layout.ts';
import { MapNodeShape } from './map-node.tsx';
import { useNodeWords } from './node-words.ts';
import { fitted, moved, zoomed, type View } from './map-view.ts';

interface MapCanvasProps {
  map: DependencyMap;
  chosen: string | null;
  onChoose: (id: string | null) => void;
}

const ZOOM = 1.25;
const STEPS: Partial<Record<string, Step>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};
/** Movements shorter than this are a click. */
const DRAG_PX = 4;

export function MapCanvas({ map, chosen, onChoose }: MapCanvasProps) {
  const { t } = useTranslation();
  const words = useNodeWords();
  const box = useRef<HTMLDivElement>(null);
  const layout = useMemo(() => layOutMap(map.nodes, map.edges), [map]);
  const [view, setView] = useState<View | null>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const drag = useRef<{ x: number; y: number; isDrag: boolean } | null>(null);
  const { width, height } = layout;
  const fit = (): void => {
    if (box.current)
      setView(fitted({ width, height }, { width: box.current.clientWidth, height: box.current.clientHeight }));
  };
  // oxlint-disable-next-line react/exhaustive-deps -- a map of another size is shown whole again.
  useEffect(fit, [width, height]);
  useEffect(() => {
    const element = box.current;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { left, top } = (event.currentTarget as HTMLElement).getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      setView((before) => before && zoomed(before, event.deltaY < 0 ? ZOOM : 1 / ZOOM, at));
    };
    // React listens passively to the wheel, and then the page would zoom as well.
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, []);
  const zoom = (factor: number): void =>
    setView(
      (before) =>
        before &&
        zoomed(before, factor, { x: (box.current?.clientWidth ?? 0) / 2, y: (box.current?.clientHeight ?? 0) / 2 }),
    );
  const current = focused ?? chosen ?? layout.placed[0]?.node.id ?? null;
  const currentNode = map.nodes.find(({ id }) => id === current);
  const fallen = useMemo(() => (chosen === null ? null : beneath(chosen, map.edges)), [chosen, map.edges]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    const key = event.key;
    if (step && current !== null) {
      const next = neighbourOf(layout.placed, current, step);
      if (next !== null) setFocused(next);
    } else if ((key === 'Enter' || key === ' ') && current !== null) onChoose(current);
    else if (key === '+' || key === '=') zoom(ZOOM);
    else if (key === '-') zoom(1 / ZOOM);
    else if (key === '0') fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onPointerMove = (event: PointerEvent): void => {
    const from = drag.current;
    if (!from) return;
    const [byX, byY] = [event.clientX - from.x, event.clientY - from.y];
    if (!from.isDrag && Math.hypot(byX, byY) < DRAG_PX) return;
    drag.current = { x: event.clientX, y: event.clientY, isDrag: true };
    event.currentTarget.setPointerCapture(event.pointerId);
    setView((before) => before && moved(before, byX, byY));
  };
  return (
    <div className="card map-canvas" ref={box}>
      <div
        className="map-canvas__keys"
        role="listbox"
        aria-label={t('checks.map.keys')}
        aria-activedescendant="map-current"
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {currentNode && (
          <span id="map-current" role="option" aria-selected={current === chosen} className="sr-only">
            {words(currentNode).spoken}
          </span>
        )}
      </div>
      <svg
        aria-hidden="true"
        onPointerDown={(event) => {
          if (event.button === 0) drag.current = { x: event.clientX, y: event.clientY, isDrag: false };
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          drag.current = null;
        }}
      >
        {view && (
          <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>
            <Edges map={map} placed={layout.placed} chosen={chosen} fallen={fallen} />
            {layout.placed.map(({ node, x, y }) => (
              <MapNodeShape
                key={node.id}
                node={node}
                x={x}
                y={y}
                isChosen={node.id === chosen}
                isCurrent={node.id === current}
                isFaded={fallen !== null && node.id !== chosen && !fallen.has(node.id)}
                onChoose={() => {
                  setFocused(node.id);
                  onChoose(node.id);
                }}
              />
            ))}
          </g>
        )}
      </svg>
      <div className="map-canvas__zoom">
        <button type="button" className="icon-button" onClick={() => zoom(ZOOM)} aria-label={t('checks.map.closer')}>
          +
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={() => zoom(1 / ZOOM)}
          aria-label={t('checks.map.farther')}
        >
          −
        </button>
        <button type="button" className="icon-button" onClick={fit} aria-label={t('checks.map.whole')}>
          ⤢
        </button>
      </div>
    </div>
  );
}

interface EdgesProps {
  map: DependencyMap;
  placed: readonly Placed[];
  chosen: string | null;
  fallen: ReadonlySet<string> | null;
}

function Edges({ map, placed, chosen, fallen }: EdgesProps) {
  const byId = new Map(placed.map((one) => [one.node.id, one]));
  return map.edges.map((edge) => {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)];
    if (!from || !to) return null;
    const isOnWay = fallen !== null && (edge.from === chosen || fallen.has(edge.from)) && fallen.has(edge.to);
    const [x1, y1, x2, y2] = [from.x + NODE_WIDTH / 2, from.y + NODE_HEIGHT, to.x + NODE_WIDTH / 2, to.y];
    const middle = (y1 + y2) / 2;
    return (
      <path
        key={`${edge.from} ${edge.to} ${edge.kind}`}
        className="map-edge"
        data-kind={edge.kind}
        data-way={isOnWay || undefined}
        data-faded={(fallen !== null && !isOnWay) || undefined}
        d={`M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`}
      />
    );
  });
}

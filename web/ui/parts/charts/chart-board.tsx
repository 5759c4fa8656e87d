// What the charts of one page share: the range, what it is compared with, the crosshair,
// the way back from a zoom, and the turn in which they ask and draw.

import { useSearchParams } from 'react-router';
import {
  createContext,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react';
import { nextFrame, nowMs } from '../../data/browser-clock.ts';
import { DEFAULT_RANGE, movedRange, parseOffset, type TimeRange } from '../../data/time-range.ts';
import { SeriesBatchContext, useNewSeriesBatch } from '../../data/metrics.ts';
import { useTimeRange } from '../../data/use-time-range.ts';
import { useShortcuts } from '../shortcuts.ts';
import { readColours, type Colours } from './chart-config.ts';
import { createDrawQueue, type DrawQueue } from './draw-queue.ts';

export interface Cursor {
  /** Instant under the pointer, epoch ms; null while it is over no chart. */
  atMs(): number | null;
  move(atMs: number | null): void;
  subscribe(listen: () => void): () => void;
}

interface Board {
  range: TimeRange;
  /** How much earlier the range is that this one is compared with; 0 = with none. */
  earlierMs: number;
  cursor: Cursor;
  queue: DrawQueue;
  /** The colours of a colour scheme that the page shows now. */
  coloursOf(scheme: string): Colours;
  /** Shows another range, as a quick pick does. */
  show(range: TimeRange): void;
  zoom(fromMs: number, toMs: number): void;
  back(): void;
}

const BoardContext = createContext<Board | null>(null);

function createCursor(): Cursor {
  const listeners = new Set<() => void>();
  let at: number | null = null;
  return {
    atMs: () => at,
    move(atMs) {
      if (at === atMs) return;
      at = atMs;
      for (const listen of listeners) listen();
    },
    subscribe(listen) {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
  };
}

/** Reads the colours once for each change of the scheme, not once for each chart. */
function rememberColours(): (scheme: string) => Colours {
  let last: { scheme: string; colours: Colours } | null = null;
  return (scheme) => {
    if (last?.scheme !== scheme) last = { scheme, colours: readColours(document.body) };
    return last.colours;
  };
}

interface ChartBoardProps {
  /** Range while the URL names none; must keep its identity between renders. */
  usual?: TimeRange;
  children: ReactNode;
}

export function ChartBoard({ usual = DEFAULT_RANGE, children }: ChartBoardProps) {
  const [range, setRange] = useTimeRange(usual);
  const [params] = useSearchParams();
  const earlierMs = parseOffset(params.get('compare'));
  const [cursor] = useState(createCursor);
  const [queue] = useState(() => createDrawQueue(nextFrame));
  const [coloursOf] = useState(rememberColours);
  const batch = useNewSeriesBatch();
  const trail = useRef<TimeRange[]>([]);
  const board = useMemo<Board>(
    () => ({
      range,
      earlierMs,
      cursor,
      queue,
      coloursOf,
      show: setRange,
      zoom(fromMs, toMs) {
        trail.current.push(range);
        setRange({ kind: 'fixed', fromMs, toMs });
      },
      back() {
        const before = trail.current.pop();
        if (before) setRange(before);
        else if (range.kind === 'fixed') setRange(usual);
      },
    }),
    [range, earlierMs, setRange, cursor, queue, coloursOf, usual],
  );
  useEffect(() => {
    // A quick pick starts a new trail.
    if (range.kind === 'last') trail.current = [];
  }, [range]);
  const move = (shift: number, scale: number): void => {
    const { fromMs, toMs } = movedRange(range, nowMs(), shift, scale);
    board.zoom(fromMs, toMs);
  };
  useShortcuts({
    '[': () => move(-0.5, 1),
    ']': () => move(0.5, 1),
    '+': () => move(0, 0.5),
    '-': () => move(0, 2),
  });
  return (
    <BoardContext value={board}>
      {range.kind === 'fixed' && <EscapeGoesBack back={board.back} />}
      <SeriesBatchContext value={batch}>{children}</SeriesBatchContext>
    </BoardContext>
  );
}

function EscapeGoesBack({ back }: { back: () => void }) {
  useShortcuts({ Escape: back });
  return null;
}

export function useBoard(): Board {
  const board = useContext(BoardContext);
  if (!board) throw new Error('a chart is used outside of ChartBoard');
  return board;
}

/** The instant under the pointer on any chart of the page. */
export const useCursor = (cursor: Cursor): number | null => useSyncExternalStore(cursor.subscribe, cursor.atMs);

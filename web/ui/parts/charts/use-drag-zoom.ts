// Drag over a chart to zoom into that time; double-click to go back; a moving pointer
// moves the crosshair of every chart on the page.

import { useState, type PointerEvent } from 'react';
import type { Cursor } from './chart-board.tsx';

interface DragZoomOptions {
  fromMs: number;
  toMs: number;
  cursor: Cursor;
  zoom: (fromMs: number, toMs: number) => void;
  back: () => void;
}

// A click with a shaking hand is not a zoom.
const SMALLEST_SHARE = 0.015;

export function useDragZoom({ fromMs, toMs, cursor, zoom, back }: DragZoomOptions) {
  const [drag, setDrag] = useState<{ start: number; end: number } | null>(null);
  const shareAt = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
  };
  const instantAt = (share: number): number => fromMs + share * (toMs - fromMs);
  return {
    selection: drag && { left: Math.min(drag.start, drag.end), width: Math.abs(drag.end - drag.start) },
    handlers: {
      onPointerDown(event: PointerEvent<HTMLElement>) {
        // One finger scrolls the page.
        if (event.button !== 0 || event.pointerType === 'touch') return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const start = shareAt(event);
        setDrag({ start, end: start });
      },
      onPointerMove(event: PointerEvent<HTMLElement>) {
        const share = shareAt(event);
        cursor.move(instantAt(share));
        if (drag) setDrag({ ...drag, end: share });
      },
      onPointerUp() {
        if (!drag) return;
        setDrag(null);
        const [left, right] = drag.start < drag.end ? [drag.start, drag.end] : [drag.end, drag.start];
        if (right - left >= SMALLEST_SHARE) zoom(instantAt(left), instantAt(right));
      },
      onPointerCancel: () => setDrag(null),
      onPointerLeave: () => cursor.move(null),
      onDoubleClick: back,
    },
  };
}

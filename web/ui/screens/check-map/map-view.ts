// The part of a map that is on screen: moved, and zoomed about a point. Pure.

export interface View {
  x: number;
  y: number;
  /** Pixels of the screen for one of the map. */
  scale: number;
}

const SMALLEST = 0.15;
const LARGEST = 2;
const MARGIN = 16;

/** The whole map in the middle; small maps are not blown up. */
export function fitted(map: { width: number; height: number }, screen: { width: number; height: number }): View {
  const room = { width: screen.width - 2 * MARGIN, height: screen.height - 2 * MARGIN };
  const scale = clamp(Math.min(1, room.width / map.width, room.height / map.height));
  return {
    x: (screen.width - map.width * scale) / 2,
    y: Math.max(MARGIN, (screen.height - map.height * scale) / 2),
    scale,
  };
}

export const moved = (view: View, byX: number, byY: number): View => ({ ...view, x: view.x + byX, y: view.y + byY });

/** What lies under the point stays there. */
export function zoomed(view: View, factor: number, at: { x: number; y: number }): View {
  const scale = clamp(view.scale * factor);
  const ratio = scale / view.scale;
  return { x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio, scale };
}

const clamp = (scale: number): number => Math.max(SMALLEST, Math.min(LARGEST, scale));

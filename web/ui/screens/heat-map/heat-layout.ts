// Where each cell of a heat map lies: groups as blocks beside and below each other, cells
// of one size. Also which cell is under a point, and which is next to another. Pure.

export interface HeatBlock {
  name: string;
  /** Index of its first cell; a block's cells follow each other. */
  first: number;
  count: number;
  columns: number;
  /** Left edge, and the top of its first row of cells; the label stands above. */
  x: number;
  y: number;
}

export interface HeatLayout {
  /** From one cell to the next, and the side of a cell, in CSS pixels. */
  pitch: number;
  side: number;
  width: number;
  height: number;
  count: number;
  blocks: HeatBlock[];
}

export interface Point {
  x: number;
  y: number;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const LABEL_PX = 20;
const BLOCK_GAP_PX = 18;
const ROW_GAP_PX = 10;
// A label needs room for a name and a count.
const LEAST_BLOCK_PX = 150;
// Cells of 28 px can be read with their shape, of 6 px still be hit.
const PITCHES = [30, 22, 16, 12, 9, 7] as const;

/** The largest cells with which everything fits into `height`; the smallest when nothing does. */
export function layoutHeatMap(
  groups: readonly { name: string; count: number }[],
  { width, height }: { width: number; height: number },
): HeatLayout {
  let layout: HeatLayout | undefined;
  for (const pitch of PITCHES) {
    layout = place(groups, width, pitch);
    if (layout.height <= height) break;
  }
  return layout ?? place(groups, width, PITCHES[0]);
}

function place(groups: readonly { name: string; count: number }[], width: number, pitch: number): HeatLayout {
  const most = Math.max(1, Math.floor(width / pitch));
  const blocks: HeatBlock[] = [];
  let first = 0;
  let x = 0;
  let top = 0;
  let shelf = 0;
  for (const { name, count } of groups) {
    const columns = groups.length === 1 ? most : columnsOf(count, pitch, most);
    const wide = Math.min(width, Math.max(columns * pitch, LEAST_BLOCK_PX));
    if (x > 0 && x + wide > width) {
      top += shelf + ROW_GAP_PX;
      x = 0;
      shelf = 0;
    }
    blocks.push({ name, first, count, columns, x, y: top + LABEL_PX });
    first += count;
    x += wide + BLOCK_GAP_PX;
    shelf = Math.max(shelf, LABEL_PX + Math.ceil(count / columns) * pitch);
  }
  return { pitch, side: pitch > 9 ? pitch - 2 : pitch - 1, width, height: top + shelf, count: first, blocks };
}

/** Blocks are wider than high; one that would fill most of the width takes all of it. */
function columnsOf(count: number, pitch: number, most: number): number {
  const usual = Math.max(Math.ceil(LEAST_BLOCK_PX / pitch), Math.ceil(Math.sqrt(count * 4)));
  return usual > most * 0.55 ? most : usual;
}

export function cellBox(layout: HeatLayout, at: number): Box {
  const block = blockOf(layout, at);
  if (!block) return { x: 0, y: 0, width: 0, height: 0 };
  const within = at - block.first;
  return {
    x: block.x + (within % block.columns) * layout.pitch,
    y: block.y + Math.floor(within / block.columns) * layout.pitch,
    width: layout.side,
    height: layout.side,
  };
}

export function cellCentre(layout: HeatLayout, at: number): Point {
  const { x, y, width, height } = cellBox(layout, at);
  return { x: x + width / 2, y: y + height / 2 };
}

/** The box that has two points as opposite corners. */
export const boxBetween = (a: Point, b: Point): Box => ({
  x: Math.min(a.x, b.x),
  y: Math.min(a.y, b.y),
  width: Math.abs(a.x - b.x),
  height: Math.abs(a.y - b.y),
});

const blockOf = (layout: HeatLayout, at: number): HeatBlock | undefined =>
  layout.blocks.find((block) => at >= block.first && at < block.first + block.count);

/** The cell under a point; the line between two cells belongs to the left or upper one. Null beside all cells. */
export function cellAt(layout: HeatLayout, x: number, y: number): number | null {
  for (const block of layout.blocks) {
    const column = Math.floor((x - block.x) / layout.pitch);
    const row = Math.floor((y - block.y) / layout.pitch);
    if (column < 0 || column >= block.columns || row < 0) continue;
    const within = row * block.columns + column;
    if (within < block.count) return block.first + within;
  }
  return null;
}

/** Every cell that a box touches, in order. */
export function cellsIn(layout: HeatLayout, box: Box): number[] {
  const cells: number[] = [];
  for (const block of layout.blocks) {
    const span = (start: number, length: number, origin: number, last: number): [number, number] => [
      // A cell's far edge lies `side` from its near one.
      Math.max(0, Math.ceil((start - origin - layout.side) / layout.pitch)),
      Math.min(last, Math.floor((start + length - origin) / layout.pitch)),
    ];
    const [left, right] = span(box.x, box.width, block.x, block.columns - 1);
    const [top, bottom] = span(box.y, box.height, block.y, Math.ceil(block.count / block.columns) - 1);
    for (let row = top; row <= bottom; row += 1) {
      for (let column = left; column <= right; column += 1) {
        const within = row * block.columns + column;
        if (within < block.count) cells.push(block.first + within);
      }
    }
  }
  return cells;
}

export type HeatKey = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End';

export const isHeatKey = (key: string): key is HeatKey =>
  ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key);

/** The cell that a key leads to: left and right go through all cells in order, up and down look for the nearest. */
export function nextCell(layout: HeatLayout, at: number, key: HeatKey): number {
  const last = layout.count - 1;
  switch (key) {
    case 'Home':
      return 0;
    case 'End':
      return Math.max(0, last);
    case 'ArrowLeft':
      return Math.max(0, at - 1);
    case 'ArrowRight':
      return Math.max(0, Math.min(last, at + 1));
    case 'ArrowUp':
    case 'ArrowDown':
      return vertical(layout, at, key === 'ArrowDown' ? 1 : -1);
    default:
      return key satisfies never;
  }
}

function vertical(layout: HeatLayout, at: number, by: 1 | -1): number {
  const block = blockOf(layout, at);
  if (!block) return 0;
  const within = at - block.first + by * block.columns;
  if (within >= 0 && within < block.count) return block.first + within;
  const { x, y } = cellBox(layout, at);
  // The nearest block further on in that direction, and in it the row that faces this cell.
  const target = layout.blocks
    .filter((other) => other.count > 0 && (by === 1 ? other.y > y : other.y + LABEL_PX <= block.y) && other !== block)
    .map((other) => ({ other, far: distance(layout, other, x, y) }))
    .sort((a, b) => a.far - b.far)[0]?.other;
  if (!target) return at;
  const column = Math.max(0, Math.min(target.columns - 1, Math.round((x - target.x) / layout.pitch)));
  const row = by === 1 ? 0 : Math.ceil(target.count / target.columns) - 1;
  return target.first + Math.min(target.count - 1, row * target.columns + column);
}

/** Sideways distance counts more: down means down. */
function distance(layout: HeatLayout, block: HeatBlock, x: number, y: number): number {
  const right = block.x + (block.columns - 1) * layout.pitch;
  const aside = Math.max(0, block.x - x, x - right);
  return aside * 4 + Math.abs(block.y - y);
}

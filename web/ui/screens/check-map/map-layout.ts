// Lays a graph of needs out in layers: what is needed stands above what needs it, and each
// node near the middle of its neighbours (barycentre method of Sugiyama). Pure.

import type { MapEdge, MapNode } from '#web/contract/check-views.ts';

export interface Placed {
  node: MapNode;
  /** Top left corner. */
  x: number;
  y: number;
}

export interface MapLayout {
  placed: Placed[];
  width: number;
  height: number;
}

export const NODE_WIDTH = 164;
export const NODE_HEIGHT = 40;
const GAP_X = 20;
const GAP_Y = 64;
/** Rows of one layer stand nearer to each other than layers do. */
const GAP_WITHIN = 14;
/** A layer wider than this goes on in a row beneath. */
const ROW_LENGTH = 10;
/** Sweeps after which hardly a node moves any more. */
const SWEEPS = 6;

const STEP = NODE_WIDTH + GAP_X;

export function layOutMap(nodes: readonly MapNode[], edges: readonly MapEdge[]): MapLayout {
  const layers = orderLayers(layersOf(nodes, edges), edges);
  const above = Map.groupBy(edges, ({ to }) => to);
  const centre = new Map<string, number>();
  const placed: Placed[] = [];
  let y = 0;
  for (const layer of layers) {
    const rows = inRows(layer);
    for (const [at, row] of rows.entries()) {
      const wanted = row.map(({ id }, place) => {
        const parents = (above.get(id) ?? []).flatMap(({ from }) => centre.get(from) ?? []);
        const isAlone = rows.length > 1 || parents.length === 0;
        return isAlone ? (place - (row.length - 1) / 2) * STEP : mean(parents);
      });
      for (const [place, x] of apart(wanted).entries()) {
        const node = row[place];
        if (!node) continue;
        centre.set(node.id, x);
        placed.push({ node, x: x - NODE_WIDTH / 2, y });
      }
      y += NODE_HEIGHT + (at === rows.length - 1 ? GAP_Y : GAP_WITHIN);
    }
  }
  const shift = placed.length === 0 ? 0 : Math.min(...placed.map(({ x }) => x));
  return {
    placed: placed.map((one) => ({ ...one, x: one.x - shift })),
    width: Math.max(NODE_WIDTH, ...placed.map(({ x }) => x - shift + NODE_WIDTH)),
    height: Math.max(NODE_HEIGHT, y - GAP_Y),
  };
}

function inRows(layer: readonly MapNode[]): MapNode[][] {
  const count = Math.ceil(layer.length / ROW_LENGTH);
  const length = Math.ceil(layer.length / count);
  return Array.from({ length: count }, (_, at) => layer.slice(at * length, (at + 1) * length));
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Nearest to the wanted places with nothing overlapping and the order kept: least squares by pooling neighbours. */
function apart(wanted: readonly number[]): number[] {
  const pools: { sum: number; count: number }[] = [];
  for (const [at, x] of wanted.entries()) {
    let pool = { sum: x - at * STEP, count: 1 };
    for (let last = pools.at(-1); last && last.sum / last.count > pool.sum / pool.count; last = pools.at(-1)) {
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  }
  return pools
    .flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
    .map((x, at) => x + at * STEP);
}

/** The layer of a node is the longest way to it from a node that needs nothing; ways round a ring are cut. */
function layersOf(nodes: readonly MapNode[], edges: readonly MapEdge[]): MapNode[][] {
  const above = Map.groupBy(edges, ({ to }) => to);
  const depth = new Map<string, number>();
  const onWay = new Set<string>();
  const depthOf = (id: string): number => {
    const known = depth.get(id);
    if (known !== undefined) return known;
    if (onWay.has(id)) return -1;
    onWay.add(id);
    const deepest = Math.max(-1, ...(above.get(id) ?? []).map(({ from }) => depthOf(from)));
    onWay.delete(id);
    depth.set(id, deepest + 1);
    return deepest + 1;
  };
  const layers: MapNode[][] = [];
  for (const node of nodes) (layers[depthOf(node.id)] ??= []).push(node);
  return layers.filter(Boolean);
}

function orderLayers(layers: MapNode[][], edges: readonly MapEdge[]): MapNode[][] {
  const above = Map.groupBy(edges, ({ to }) => to);
  const below = Map.groupBy(edges, ({ from }) => from);
  // Places are shares of a layer, so that long and short layers can be compared.
  const place = new Map<string, number>();
  const note = (layer: readonly MapNode[]): void => {
    for (const [at, { id }] of layer.entries()) place.set(id, (at + 0.5) / layer.length);
  };
  for (const layer of layers) note(layer);
  const middle = (id: string, neighbours: string[]): number => {
    const places = neighbours.flatMap((other) => place.get(other) ?? []);
    if (places.length === 0) return place.get(id) ?? 0;
    return places.reduce((sum, at) => sum + at, 0) / places.length;
  };
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const isDown = sweep % 2 === 0;
    for (const layer of isDown ? layers : layers.toReversed()) {
      const wanted = new Map(
        layer.map(({ id }) => [
          id,
          middle(
            id,
            isDown ? (above.get(id) ?? []).map(({ from }) => from) : (below.get(id) ?? []).map(({ to }) => to),
          ),
        ]),
      );
      layer.sort((a, b) => (wanted.get(a.id) ?? 0) - (wanted.get(b.id) ?? 0));
      note(layer);
    }
  }
  return layers;
}

/** Everything that needs `id`, directly or through others. */
export function beneath(id: string, edges: readonly MapEdge[]): Set<string> {
  const below = Map.groupBy(edges, ({ from }) => from);
  const reached = new Set([id]);
  for (const one of reached) for (const { to } of below.get(one) ?? []) reached.add(to);
  reached.delete(id);
  return reached;
}

export type Step = 'left' | 'right' | 'up' | 'down';

/** The node that a key goes to: beside in the same row, or the nearest above or below. */
export function neighbourOf(placed: readonly Placed[], id: string, step: Step): string | null {
  const from = placed.find(({ node }) => node.id === id);
  if (!from) return placed[0]?.node.id ?? null;
  const isBeside = step === 'left' || step === 'right';
  const sign = step === 'left' || step === 'up' ? -1 : 1;
  const candidates = placed.filter((one) =>
    isBeside ? one.y === from.y && (one.x - from.x) * sign > 0 : (one.y - from.y) * sign > 0,
  );
  const distance = (one: Placed): number =>
    isBeside ? Math.abs(one.x - from.x) : Math.abs(one.y - from.y) * 1000 + Math.abs(one.x - from.x);
  return candidates.toSorted((a, b) => distance(a) - distance(b))[0]?.node.id ?? null;
}

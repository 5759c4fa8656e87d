// The map of dependencies: layers, order, the way of the keys, what falls, and the zoom.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MapEdge, MapNode } from '#web/contract/check-views.ts';
import {
  beneath,
  layOutMap,
  neighbourOf,
  NODE_HEIGHT,
  NODE_WIDTH,
  type Placed,
} from '#web/ui/screens/check-map/map-layout.ts';
import { fitted, moved, zoomed } from '#web/ui/screens/check-map/map-view.ts';

const node = (id: string): MapNode => ({
  ...{ id, kind: 'host', name: id, hostId: id, checkId: null },
  ...{ state: 'up', isHandled: false, problems: 0, count: 1 },
});
const edges = (...pairs: string[]): MapEdge[] =>
  pairs.map((pair) => ({ from: pair[0] ?? '', to: pair[1] ?? '', kind: 'parent' }));
const layers = (placed: readonly Placed[]): string[] =>
  [...Map.groupBy(placed, ({ y }) => y).values()].map((row) => row.map((one) => one.node.id).join(''));

describe('the layout', () => {
  const drawn: [string, string, string[], string[]][] = [
    ['what is needed stands above', 'ba', ['ab'], ['a', 'b']],
    ['the longest way decides the layer', 'abc', ['ab', 'bc', 'ac'], ['a', 'b', 'c']],
    ['children stand under their parents, so that ways do not cross', 'abcd', ['ad', 'bc'], ['ab', 'dc']],
    ['what stands alone is in the first layer', 'abc', ['ab'], ['ac', 'b']],
    ['a ring is drawn, not followed for ever', 'ab', ['ab', 'ba'], ['b', 'a']],
    ['nothing is nothing', '', [], []],
  ];
  for (const [what, nodes, pairs, expected] of drawn)
    test(what, () => expect(layers(layOutMap([...nodes].map(node), edges(...pairs)).placed)).toEqual(expected));

  test('a wide layer goes on in further rows, evenly', () => {
    const ids = Array.from({ length: 23 }, (_, at) => node(`n${at}`));
    const { placed, width } = layOutMap(ids, []);
    expect([...Map.groupBy(placed, ({ y }) => y).values()].map((row) => row.length)).toEqual([8, 8, 7]);
    expect(width).toBeLessThanOrEqual(10 * (NODE_WIDTH + 20));
  });

  test('every node has its place, inside, and no two overlap', () => {
    const graph = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      pairs: fc.array(fc.tuple(fc.nat(39), fc.nat(39)), { maxLength: 80 }),
    });
    fc.assert(
      fc.property(graph, ({ count, pairs }) => {
        const ids = Array.from({ length: count }, (_, at) => node(`n${at}`));
        const ways = pairs
          .filter(([from, to]) => from < count && to < count && from !== to)
          .map(([from, to]): MapEdge => ({ from: `n${from}`, to: `n${to}`, kind: 'parent' }));
        const { placed, width, height } = layOutMap(ids, ways);
        expect(new Set(placed.map((one) => one.node.id)).size).toBe(count);
        for (const { x, y } of placed) {
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x + NODE_WIDTH).toBeLessThanOrEqual(width + 0.01);
          expect(y + NODE_HEIGHT).toBeLessThanOrEqual(height + 0.01);
        }
        const places = placed.map(({ x, y }) => `${x} ${y}`);
        expect(new Set(places).size).toBe(count);
      }),
      { numRuns: 60 },
    );
  });
});

test('what falls with a node is all beneath it, also through others and round a ring', () => {
  const ways = edges('ab', 'bc', 'cb', 'xa');
  expect([...beneath('a', ways)]).toEqual(['b', 'c']);
  expect([...beneath('c', ways)]).toEqual(['b']);
  expect([...beneath('q', ways)]).toEqual([]);
});

test('arrow keys go beside, and to the nearest above and below; at the edge they go nowhere', () => {
  const { placed } = layOutMap([...'abcd'].map(node), edges('ab', 'ac', 'ad'));
  expect(neighbourOf(placed, 'a', 'down')).toBe('c');
  expect(neighbourOf(placed, 'c', 'left')).toBe('b');
  expect(neighbourOf(placed, 'c', 'right')).toBe('d');
  expect(neighbourOf(placed, 'd', 'up')).toBe('a');
  expect(neighbourOf(placed, 'd', 'right')).toBeNull();
  expect(neighbourOf(placed, 'gone', 'up')).toBe('a');
});

test('a map is fitted whole, moved, and zoomed about the point under the pointer', () => {
  const view = fitted({ width: 2000, height: 400 }, { width: 1032, height: 632 });
  expect(view).toEqual({ x: 16, y: 216, scale: 0.5 });
  expect(fitted({ width: 100, height: 100 }, { width: 1000, height: 600 }).scale).toBe(1);
  expect(moved(view, 5, -6)).toEqual({ x: 21, y: 210, scale: 0.5 });
  const at = { x: 116, y: 316 };
  const near = zoomed(view, 2, at);
  expect((at.x - near.x) / near.scale).toBeCloseTo((at.x - view.x) / view.scale);
  expect(zoomed(near, 1000, at).scale).toBe(2);
  expect(zoomed(near, 0, at).scale).toBe(0.15);
});

// How a map of dependencies is made small enough to be drawn.

import { expect, test } from 'vitest';
import type { MapEdge, MapNode } from '#checks/api.ts';
import { collapseMap } from '#checks/queries/collapse-map.ts';

const host = (name: string, change: Partial<MapNode> = {}): MapNode => ({
  ...{ id: `host:${name}`, kind: 'host', name, hostId: name, checkId: null },
  ...{ state: 'up', isHandled: false, problems: 0, count: 1, ...change },
});
const parent = (from: string, to: string): MapEdge => ({ from: `host:${from}`, to: `host:${to}`, kind: 'parent' });
const names = (count: number): string[] => Array.from({ length: count }, (_, at) => `leaf-${at}`);

test('eight leaves beside each other are drawn, nine are counted with the worst of their states', () => {
  const draw = (count: number) =>
    collapseMap(
      [host('top'), ...names(count).map((name, at) => host(name, at === 3 ? { state: 'down' } : {}))],
      names(count).map((name) => parent('top', name)),
    );
  expect(draw(8).nodes).toHaveLength(9);
  expect(draw(9)).toMatchObject({
    nodes: [{ name: 'top' }, { kind: 'leaves', count: 9, problems: 1, state: 'down' }],
    edges: [{ from: 'host:top', to: 'leaves:leaf-0' }],
    omitted: 0,
  });
});

test('leaves of different parents are counted apart, and one with two parents beside those of the same two', () => {
  const many = names(20);
  const map = collapseMap(
    [host('a'), host('b'), ...many.map((name) => host(name))],
    many.flatMap((name, at) => (at < 10 ? [parent('a', name)] : [parent('b', name), parent('a', name)])),
  );
  expect(map.nodes.filter(({ kind }) => kind === 'leaves').map(({ count }) => count)).toEqual([10, 10]);
  expect(map.edges).toHaveLength(3);
});

test('a host that a dependency names is never counted away', () => {
  const many = names(10);
  const map = collapseMap(
    [host('top'), ...many.map((name) => host(name))],
    [...many.map((name) => parent('top', name)), { from: 'host:top', to: 'host:leaf-0', kind: 'notification' }],
  );
  expect(map.nodes.map(({ name, count }) => name || count)).toEqual(['top', 'leaf-0', 9]);
});

test('of more than 500 nodes those nearest to the top stay, also when parents go round in a ring', () => {
  const chain = Array.from({ length: 600 }, (_, at) => `n${String(at).padStart(3, '0')}`);
  const edges = chain.slice(1).map((name, at) => parent(chain[at] ?? '', name));
  const map = collapseMap(
    chain.map((name) => host(name)),
    edges,
  );
  expect(map).toMatchObject({ omitted: 100 });
  expect(map.nodes.at(-1)?.name).toBe('n499');
  expect(map.edges).toHaveLength(499);
  const ring = collapseMap([host('a'), host('b')], [parent('a', 'b'), parent('b', 'a')]);
  expect(ring.nodes).toHaveLength(2);
});

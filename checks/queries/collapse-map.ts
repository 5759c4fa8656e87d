// Makes a map of dependencies small enough to be drawn: leaves that hang on the same
// places become one counted node, and what is still too much is left out from below. Pure.

import type { DependencyMap, MapEdge, MapNode } from '../views-api.ts';

const MOST_NODES = 500;
/** More leaves than this beside each other say nothing that a count does not. */
const LEAVES_DRAWN = 8;

/** Nodes come in order of name; edges name nodes that are there. */
export function collapseMap(nodes: readonly MapNode[], edges: readonly MapEdge[]): DependencyMap {
  const above = Map.groupBy(edges, ({ to }) => to);
  const isNeeded = new Set(edges.map(({ from }) => from));
  const leaves = nodes.filter(({ id, kind }) => {
    const ways = above.get(id) ?? [];
    return kind === 'host' && !isNeeded.has(id) && ways.length > 0 && ways.every((way) => way.kind === 'parent');
  });
  const families = Map.groupBy(leaves, ({ id }) =>
    (above.get(id) ?? [])
      .map(({ from }) => from)
      .sort()
      .join(' '),
  );
  const becomes = new Map<string, string>();
  const counted: MapNode[] = [];
  for (const family of families.values()) {
    if (family.length <= LEAVES_DRAWN) continue;
    const node = leavesOf(family);
    counted.push(node);
    for (const { id } of family) becomes.set(id, node.id);
  }
  const kept = [...nodes.filter((node) => !becomes.has(node.id)), ...counted];
  return cutBelow(kept, renamed(edges, becomes));
}

/** One node for all; its state is the worst of theirs. */
function leavesOf(family: readonly MapNode[]): MapNode {
  const worst = family.reduce((one, other) => (badness(other) > badness(one) ? other : one));
  return {
    id: `leaves:${family[0]?.hostId ?? ''}`,
    kind: 'leaves',
    name: '',
    hostId: null,
    checkId: null,
    state: worst.state,
    isHandled: worst.isHandled,
    problems: family.filter((node) => node.state !== 'up' && node.state !== 'pending').length,
    count: family.length,
  };
}

function badness({ state, isHandled }: MapNode): number {
  const rank = { critical: 6, down: 6, unknown: 5, warning: 4, unreachable: 3, pending: 1, ok: 0, up: 0 }[state];
  return rank + (isHandled ? 0 : 0.5);
}

function renamed(edges: readonly MapEdge[], becomes: ReadonlyMap<string, string>): MapEdge[] {
  const kept = new Map<string, MapEdge>();
  for (const edge of edges) {
    const to = becomes.get(edge.to) ?? edge.to;
    kept.set(`${edge.from} ${to} ${edge.kind}`, { ...edge, to });
  }
  return [...kept.values()];
}

/** Keeps what is nearest to the top: it explains the most. */
function cutBelow(nodes: MapNode[], edges: MapEdge[]): DependencyMap {
  if (nodes.length <= MOST_NODES) return { nodes, edges, omitted: 0 };
  const below = Map.groupBy(edges, ({ from }) => from);
  const isBelow = new Set(edges.map(({ to }) => to));
  const order = nodes.filter((node) => !isBelow.has(node.id)).map((node) => node.id);
  const seen = new Set(order);
  for (let at = 0; at < order.length; at += 1) {
    for (const { to: next } of below.get(order[at] ?? '') ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      order.push(next);
    }
  }
  const kept = new Set(order.slice(0, MOST_NODES));
  return {
    nodes: nodes.filter((node) => kept.has(node.id)),
    edges: edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
    omitted: nodes.length - kept.size,
  };
}

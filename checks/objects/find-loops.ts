// Things that lead back to themselves: parents, dependencies, groups in groups, excluded
// time periods. Tarjan's components, without recursion: a chain may be ten thousand long.

/**
 * Each loop once, as a path that ends where it begins (`a`, `b`, `a`). `component`: everything that is on one
 * loop or another together with it; edges inside it cannot stay.
 */
export interface Loop {
  path: string[];
  component: ReadonlySet<string>;
}

/** `edges`: from each name to those it leads to. Names without an entry lead nowhere. */
export function findLoops(edges: ReadonlyMap<string, readonly string[]>): Loop[] {
  return stronglyConnected(edges)
    .filter((component) => component.size > 1 || leadsToItself(component, edges))
    .map((component) => ({ component, path: pathInside(component, edges) }));
}

const leadsToItself = (component: ReadonlySet<string>, edges: ReadonlyMap<string, readonly string[]>): boolean =>
  [...component].some((name) => edges.get(name)?.includes(name));

function stronglyConnected(edges: ReadonlyMap<string, readonly string[]>): Set<string>[] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const components: Set<string>[] = [];

  const enter = (name: string) => {
    order.set(name, order.size);
    low.set(name, order.size - 1);
    open.push(name);
    isOpen.add(name);
  };
  const lower = (name: string, to: number | undefined) => {
    if (to !== undefined) low.set(name, Math.min(low.get(name) ?? to, to));
  };

  for (const root of edges.keys()) {
    if (order.has(root)) continue;
    enter(root);
    const work = [{ name: root, next: 0 }];
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const target = edges.get(top.name)?.[top.next++];
      if (target !== undefined) {
        if (!order.has(target)) {
          enter(target);
          work.push({ name: target, next: 0 });
        } else if (isOpen.has(target)) lower(top.name, order.get(target));
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent !== undefined) lower(parent.name, low.get(top.name));
      if (low.get(top.name) !== order.get(top.name)) continue;
      const component = new Set(open.splice(open.lastIndexOf(top.name)));
      for (const name of component) isOpen.delete(name);
      components.push(component);
    }
  }
  return components;
}

/** The shortest way from the first name of the component back to it, by breadth. */
function pathInside(component: ReadonlySet<string>, edges: ReadonlyMap<string, readonly string[]>): string[] {
  const [start = ''] = [...component].toSorted();
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const name of queue) {
    for (const target of edges.get(name) ?? []) {
      if (target === start) return [...wayTo(name, start, cameFrom), start];
      if (!component.has(target) || cameFrom.has(target)) continue;
      cameFrom.set(target, name);
      queue.push(target);
    }
  }
  return [start];
}

function wayTo(name: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way: string[] = [];
  for (let at: string | undefined = name; at !== undefined && at !== start; at = cameFrom.get(at)) way.push(at);
  return [start, ...way.toReversed()];
}

const SHOWN = 12;

/** `a → b → a`; a long one is cut in the middle. */
export const describeLoop = ({ path }: Loop): string =>
  (path.length <= SHOWN ? path : [...path.slice(0, SHOWN - 2), '…', path.at(-1) ?? '']).join(' → ');

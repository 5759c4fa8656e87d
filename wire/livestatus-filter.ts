// Filters and statistics of a Livestatus query: conditions, and the stack on which And, Or and
// Negate combine them.

const LIVESTATUS_OPERATORS = ['=', '!=', '~', '!~', '=~', '!=~', '~~', '!~~', '<', '>', '<=', '>='] as const;
export type LivestatusOperator = (typeof LIVESTATUS_OPERATORS)[number];

export interface LivestatusCondition {
  kind: 'compare';
  column: string;
  operator: LivestatusOperator;
  /** All behind the operator and one blank; may be ''. */
  value: string;
}

export type LivestatusFilter =
  LivestatusCondition | { kind: 'and' | 'or'; filters: LivestatusFilter[] } | { kind: 'not'; filter: LivestatusFilter };

const LIVESTATUS_AGGREGATES = ['sum', 'min', 'max', 'avg', 'std', 'suminv', 'avginv'] as const;
export type LivestatusAggregate = (typeof LIVESTATUS_AGGREGATES)[number];

export type LivestatusStat =
  { kind: 'count'; filter: LivestatusFilter } | { kind: 'aggregate'; aggregate: LivestatusAggregate; column: string };

const CONDITION = /^([A-Za-z_]\w{0,99})\s+(!?(?:=~|~~|=|~)|<=|>=|<|>)(?: (.*))?$/;

/** `state = 2`; undefined when it is none. */
export function parseCondition(text: string): LivestatusCondition | undefined {
  const [, column, operator, value = ''] = CONDITION.exec(text) ?? [];
  const known = LIVESTATUS_OPERATORS.find((one) => one === operator);
  return column !== undefined && known ? { kind: 'compare', column, operator: known, value } : undefined;
}

/** `sum latency` or a condition to count by. */
export function parseStat(text: string): LivestatusStat | undefined {
  const [name, column, ...more] = text.split(/\s+/);
  const aggregate = LIVESTATUS_AGGREGATES.find((one) => one === name?.toLowerCase());
  if (aggregate && column !== undefined && more.length === 0) return { kind: 'aggregate', aggregate, column };
  const filter = parseCondition(text);
  return filter && { kind: 'count', filter };
}

/** Replaces the top `count` of the stack by their combination; false when there are not so many. */
export function combine(stack: LivestatusFilter[], kind: 'and' | 'or', count: number): boolean {
  if (count > stack.length) return false;
  const filters = stack.splice(stack.length - count);
  stack.push(filters.length === 1 && filters[0] ? filters[0] : { kind, filters });
  return true;
}

/** Replaces the top of the stack by its opposite; false when the stack is empty. */
export function negate(stack: LivestatusFilter[]): boolean {
  const filter = stack.pop();
  if (!filter) return false;
  // Twice not is nothing: a long run of them must not become a deep tree.
  stack.push(filter.kind === 'not' ? filter.filter : { kind: 'not', filter });
  return true;
}

/** As `combine` and `negate`, of counted statistics; false when one of them is an aggregate. */
export function onCounts(
  stats: LivestatusStat[],
  count: number,
  change: (filters: LivestatusFilter[]) => boolean,
): boolean {
  if (count > stats.length) return false;
  const filters: LivestatusFilter[] = [];
  for (const stat of stats.slice(stats.length - count)) {
    if (stat.kind === 'aggregate') return false;
    filters.push(stat.filter);
  }
  if (!change(filters)) return false;
  stats.splice(stats.length - count, count, ...filters.map((filter) => ({ kind: 'count' as const, filter })));
  return true;
}

// Turns the filter of a query into a function over rows. Patterns run in linear time
// whatever they say, and each is compiled once.

import { RE2JS } from 're2js';
import type { Decoded } from '#kernel/errors.ts';
import type { LivestatusCondition, LivestatusFilter } from '#wire/livestatus-filter.ts';
import type { LivestatusCell, LivestatusMember } from '#wire/livestatus-response.ts';
import type { Column, ColumnType } from './column.ts';
import type { TimeSpan } from './source.ts';
import type { World } from './world.ts';

export type RowTest<Row> = (row: Row, world: World) => boolean;
type FindColumn<Row> = (name: string) => Column<Row> | undefined;

/** Reasons are 'no_column' with the place of nothing, or what is wrong with a pattern or number. */
export function compileFilter<Row>(filter: LivestatusFilter, find: FindColumn<Row>): Decoded<RowTest<Row>> {
  switch (filter.kind) {
    case 'compare':
      return compileCondition(filter, find);
    case 'not': {
      const inner = compileFilter(filter.filter, find);
      return inner.ok ? { ok: true, value: (row, world) => !inner.value(row, world) } : inner;
    }
    case 'and':
    case 'or': {
      const tests: RowTest<Row>[] = [];
      for (const one of filter.filters) {
        const test = compileFilter(one, find);
        if (!test.ok) return test;
        tests.push(test.value);
      }
      const value: RowTest<Row> =
        filter.kind === 'and'
          ? (row, world) => tests.every((test) => test(row, world))
          : (row, world) => tests.some((test) => test(row, world));
      return { ok: true, value };
    }
    default:
      return filter satisfies never;
  }
}

function compileCondition<Row>(condition: LivestatusCondition, find: FindColumn<Row>): Decoded<RowTest<Row>> {
  const column = find(condition.column);
  if (!column) return { ok: false, reason: `no_column ${condition.column}`, at: 0 };
  const test = testOf(column.type, condition);
  if (!test.ok) return test;
  return { ok: true, value: (row, world) => test.value(column.read(row, world)) };
}

type CellTest = (cell: LivestatusCell) => boolean;

function testOf(type: ColumnType, condition: LivestatusCondition): Decoded<CellTest> {
  switch (type) {
    case 'list':
      return listTest(condition);
    case 'dict':
      return dictTest(condition);
    case 'string':
      return textTest(condition);
    case 'int':
    case 'float':
    case 'time':
      return condition.operator.includes('~') ? textTest(condition) : numberTest(condition);
    default:
      return type satisfies never;
  }
}

const ORDER: Readonly<Record<string, (left: number | string, right: number | string) => boolean>> = {
  '=': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
};

function numberTest({ operator, value }: LivestatusCondition): Decoded<CellTest> {
  const number = value.trim() === '' ? 0 : Number(value);
  const compare = ORDER[operator];
  if (!compare || !Number.isFinite(number))
    return { ok: false, reason: `${JSON.stringify(value.slice(0, 100))} is no number`, at: 0 };
  return { ok: true, value: (cell) => compare(Number(cell), number) };
}

function textTest({ operator, value }: LivestatusCondition): Decoded<CellTest> {
  const compare = ORDER[operator];
  if (compare) return { ok: true, value: (cell) => compare(String(cell), value) };
  const isNegated = operator.startsWith('!');
  const match = matcherOf(isNegated ? operator.slice(1) : operator, value);
  return match.ok ? { ok: true, value: (cell) => match.value(String(cell)) !== isNegated } : match;
}

/** `>=` has the member, `<` has it not, `<=` and `>` the same in any case; `=` with nothing: is empty. */
function listTest({ operator, value }: LivestatusCondition): Decoded<CellTest> {
  const give = (test: (members: readonly string[]) => boolean): Decoded<CellTest> => ({
    ok: true,
    value: (cell) => test(membersOf(cell)),
  });
  const folded = value.toLowerCase();
  switch (operator) {
    case '>=':
      return give((members) => members.includes(value));
    case '<':
      return give((members) => !members.includes(value));
    case '<=':
      return give((members) => members.some((member) => member.toLowerCase() === folded));
    case '>':
      return give((members) => !members.some((member) => member.toLowerCase() === folded));
    case '=':
      return give((members) => (value === '' ? members.length === 0 : members.join(' ') === value));
    case '!=':
      return give((members) => (value === '' ? members.length > 0 : members.join(' ') !== value));
    default: {
      const isNegated = operator.startsWith('!');
      const match = matcherOf(isNegated ? operator.slice(1) : operator, value);
      return match.ok ? give((members) => members.some(match.value) !== isNegated) : match;
    }
  }
}

const membersOf = (cell: LivestatusCell): readonly string[] =>
  isList(cell) ? cell.map((member) => String(typeof member === 'object' ? member[0] : member)) : [];

/** `OS linux`: the variable, and what its value is compared with. */
function dictTest(condition: LivestatusCondition): Decoded<CellTest> {
  const [name = '', ...rest] = condition.value.split(' ');
  const test = textTest({ ...condition, value: rest.join(' ') });
  if (!test.ok) return test;
  return {
    ok: true,
    value: (cell) => test.value(isDict(cell) && Object.hasOwn(cell, name) ? (cell[name] ?? '') : ''),
  };
}

const isList = (cell: LivestatusCell): cell is readonly LivestatusMember[] => Array.isArray(cell);
const isDict = (cell: LivestatusCell): cell is Readonly<Record<string, string>> =>
  typeof cell === 'object' && !Array.isArray(cell);

const MAX_PATTERN_CHARS = 4096;

function matcherOf(operator: string, value: string): Decoded<(text: string) => boolean> {
  if (operator === '=~') {
    const folded = value.toLowerCase();
    return { ok: true, value: (text) => text.toLowerCase() === folded };
  }
  if (value.length > MAX_PATTERN_CHARS) return { ok: false, reason: 'the pattern is too long', at: 0 };
  try {
    const pattern = RE2JS.compile(value, operator === '~~' ? RE2JS.CASE_INSENSITIVE : 0);
    return { ok: true, value: (text) => pattern.matcher(text).find() };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error), at: 0 };
  }
}

/**
 * The time that conditions on `time` leave, where all of them must hold. `<=` and `=` include
 * their second. Without any: everything until `nowMs`.
 */
export function timeSpanOf(filter: LivestatusFilter, nowMs: number): TimeSpan {
  const span = { fromMs: 0, untilMs: nowMs + 1 };
  for (const one of filter.kind === 'and' ? filter.filters : [filter]) {
    if (one.kind === 'and') {
      const inner = timeSpanOf(one, nowMs);
      span.fromMs = Math.max(span.fromMs, inner.fromMs);
      span.untilMs = Math.min(span.untilMs, inner.untilMs);
    }
    if (one.kind !== 'compare' || !['time', 'log_time'].includes(one.column)) continue;
    const atMs = Number(one.value) * 1000;
    if (!Number.isFinite(atMs)) continue;
    if (one.operator === '>=' || one.operator === '=') span.fromMs = Math.max(span.fromMs, atMs);
    if (one.operator === '>') span.fromMs = Math.max(span.fromMs, atMs + 1000);
    if (one.operator === '<') span.untilMs = Math.min(span.untilMs, atMs);
    if (one.operator === '<=' || one.operator === '=') span.untilMs = Math.min(span.untilMs, atMs + 1000);
  }
  return span;
}

/** Every column that a filter looks at. */
export function* columnsIn(filter: LivestatusFilter): Generator<string> {
  if (filter.kind === 'compare') yield filter.column;
  else if (filter.kind === 'not') yield* columnsIn(filter.filter);
  else for (const one of filter.filters) yield* columnsIn(one);
}

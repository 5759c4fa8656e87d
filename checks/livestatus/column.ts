// Columns and tables of Livestatus: a name, a type and how a row's value is read. The tables
// themselves are in tables/, one file each.

import type { LivestatusCell, LivestatusMember } from '#wire/livestatus-response.ts';
import type { CollectionName, LivestatusSource, TimeSpan } from './source.ts';
import type { World } from './world.ts';

/** Names as the table `columns` tells them. */
export type ColumnType = 'string' | 'int' | 'float' | 'time' | 'list' | 'dict';

export interface Column<Row> {
  name: string;
  type: ColumnType;
  /** Collections that `read` looks into, beside the row. */
  needs: readonly CollectionName[];
  read(row: Row, world: World): LivestatusCell;
}

export interface RowRequest {
  source: LivestatusSource;
  world: World;
  /** What the filter leaves of the time; tables without time ignore it. */
  span: TimeSpan;
}

export interface Table<Row> {
  name: string;
  /** Stripped from column names that are not known as they stand: `host_name` of hosts is `name`. */
  prefix: string;
  columns: readonly Column<Row>[];
  /** Collections that `rows` looks into. */
  needs: readonly CollectionName[];
  rows(request: RowRequest): readonly Row[] | Promise<readonly Row[]>;
  /** Whether `user` may see the row; absent = everybody may. Looks into `contactNeeds`. */
  isSeenBy?(row: Row, user: string, world: World): boolean;
  contactNeeds?: readonly CollectionName[];
  /** The rows that WaitObject may name. */
  isNamed?(row: Row, object: string): boolean;
}

/** A table of whatever rows; only its own columns read them. */
export interface AnyTable {
  name: string;
  prefix: string;
  columns: readonly Pick<Column<unknown>, 'name' | 'type' | 'needs'>[];
  /** Hands the table to `use`, which works for any kind of row. */
  open<Result>(use: <Row>(table: Table<Row>) => Result): Result;
}

export const anyTable = <Row>(table: Table<Row>): AnyTable => ({
  name: table.name,
  prefix: table.prefix,
  columns: table.columns,
  open: (use) => use(table),
});

type Read<Row, Value> = (row: Row, world: World) => Value;
type Builder<Value> = <Row>(name: string, read: Read<Row, Value>, ...needs: CollectionName[]) => Column<Row>;

export const text: Builder<string> = (name, read, ...needs) => ({ name, type: 'string', needs, read });
export const int: Builder<number> = (name, read, ...needs) => ({ name, type: 'int', needs, read });
export const float: Builder<number> = (name, read, ...needs) => ({ name, type: 'float', needs, read });
export const list: Builder<readonly LivestatusMember[]> = (name, read, ...needs) => ({
  name,
  type: 'list',
  needs,
  read,
});
export const dict: Builder<Readonly<Record<string, string>>> = (name, read, ...needs) => ({
  name,
  type: 'dict',
  needs,
  read,
});
export const flag: Builder<boolean> = (name, read, ...needs) => ({
  name,
  type: 'int',
  needs,
  read: (row, world) => Number(read(row, world)),
});
/** Milliseconds → whole seconds; 0 = never. */
export const time: Builder<number | undefined> = (name, read, ...needs) => ({
  name,
  type: 'time',
  needs,
  read: (row, world) => Math.floor((read(row, world) ?? 0) / 1000),
});

const EMPTY: Readonly<Record<ColumnType, LivestatusCell>> = {
  string: '',
  int: 0,
  float: 0,
  time: 0,
  list: [],
  dict: {},
};

/** The columns of what a row belongs to, such as `host_state` of a service; empty where it belongs to nothing. */
export const joined = <Row, Other>(
  prefix: string,
  columns: readonly Column<Other>[],
  find: (row: Row, world: World) => Other | undefined,
  ...needs: CollectionName[]
): Column<Row>[] =>
  columns.map((column) => ({
    name: `${prefix}${column.name}`,
    type: column.type,
    needs: [...new Set([...needs, ...column.needs])],
    read: (row, world) => {
      const other = find(row, world);
      return other === undefined ? EMPTY[column.type] : column.read(other, world);
    },
  }));

// Queries that people compose and keep: a chart of a view is a query of the metrics API with a picture.

import Type, { type Static } from 'typebox';
import { Combine, NamePattern, Top } from './metrics.ts';
import { Id, Instant, Nullable } from './shared.ts';

/**
 * Series as a person asks for them: metrics, all within the same clusters and hosts. A subset of MetricsQuery
 * without a range, which the page has.
 */
export const GraphQuery = Type.Object(
  {
    metrics: Type.Array(NamePattern, { minItems: 1, maxItems: 20 }),
    cluster: Type.Optional(NamePattern),
    host: Type.Optional(NamePattern),
    combine: Type.Optional(Combine),
    top: Type.Optional(Top),
    rate: Type.Optional(Type.Union([Type.Literal('auto'), Type.Literal('on'), Type.Literal('off')])),
  },
  { additionalProperties: false },
);
export type GraphQuery = Static<typeof GraphQuery>;

/** Lines; filled lines; filled lines on top of each other; the same as shares of their sum. */
export const ChartKind = Type.Union([
  Type.Literal('line'),
  Type.Literal('area'),
  Type.Literal('stack'),
  Type.Literal('percent'),
]);
export type ChartKind = Static<typeof ChartKind>;

export const ViewItem = Type.Object(
  {
    /** '' = named after its query. */
    title: Type.String({ maxLength: 200 }),
    chart: ChartKind,
    query: GraphQuery,
  },
  { additionalProperties: false },
);
export type ViewItem = Static<typeof ViewItem>;

const written = {
  name: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }),
  description: Type.String({ maxLength: 2000 }),
  items: Type.Array(ViewItem, { maxItems: 200 }),
};

export const ViewSummary = Type.Object({
  id: Id,
  name: written.name,
  description: written.description,
  /** Charts in it. */
  charts: Type.Integer(),
  version: Type.Integer(),
  createdBy: Type.String(),
  createdAt: Instant,
  updatedBy: Type.String(),
  updatedAt: Instant,
});
export type ViewSummary = Static<typeof ViewSummary>;

export const View = Type.Object({ ...ViewSummary.properties, items: written.items });
export type View = Static<typeof View>;

export const ViewCreate = Type.Object(
  { name: written.name, description: Type.Optional(written.description), items: written.items },
  { additionalProperties: false },
);
export type ViewCreate = Static<typeof ViewCreate>;

/** `version` is the one that was read: `stale_version` when the view was changed since. */
export const ViewUpdate = Type.Object({ ...written, version: Type.Integer() }, { additionalProperties: false });
export type ViewUpdate = Static<typeof ViewUpdate>;

/** Files conf/view_NAME.json of ganglia-web. */
export const ViewImport = Type.Object(
  {
    files: Type.Array(
      Type.Object(
        { name: Type.String({ maxLength: 200 }), text: Type.String({ maxLength: 1 << 20 }) },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 200 },
    ),
    /** Reports what would be made and makes nothing. */
    dryRun: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type ViewImport = Static<typeof ViewImport>;

/** taken: shows what it showed; changed: shows nearly that, `why` says the difference; skipped: `why` says the reason. */
const Outcome = {
  result: Type.Union([Type.Literal('taken'), Type.Literal('changed'), Type.Literal('skipped')]),
  why: Nullable(Type.String()),
};

export const ViewImportReport = Type.Object({
  dryRun: Type.Boolean(),
  /** One entry for each view found, in the order of the files. */
  views: Type.Array(
    Type.Object({
      file: Type.String(),
      name: Type.String(),
      ...Outcome,
      /** Of the view that was made; null when it was skipped, and in a dry run. */
      id: Nullable(Id),
      items: Type.Array(Type.Object({ title: Type.String(), ...Outcome })),
    }),
  ),
});
export type ViewImportReport = Static<typeof ViewImportReport>;

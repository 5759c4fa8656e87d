// The query of the explore page as it stands in the URL: its text and the chart type.

import { useParamFields } from '../../data/use-param-fields.ts';
import { useMemo } from 'react';
import type { ChartKind, GraphQuery } from '#web/contract/views.ts';
import { chartKindOf } from './graph-query.ts';
import { parseQuery, printQuery, type ParsedQuery } from './query-text.ts';

interface QueryState {
  text: string;
  /** Null while there is no text. */
  parsed: ParsedQuery | null;
  chart: ChartKind;
  setText(text: string): void;
  setQuery(query: GraphQuery | null): void;
  setChart(chart: ChartKind): void;
}

export function useQueryState(): QueryState {
  const [params, set] = useParamFields();
  const text = params.get('q') ?? '';
  const parsed = useMemo(() => (text === '' ? null : parseQuery(text)), [text]);
  return {
    text,
    parsed,
    chart: chartKindOf(params.get('chart')),
    setText: (next) => set('q', next),
    setQuery: (query) => set('q', query === null ? '' : printQuery(query)),
    setChart: (chart) => set('chart', chart === 'line' ? '' : chart),
  };
}

// Gathers the questions that the charts of a page ask within one frame into few
// requests. It knows nothing of React and nothing of what the charts do with the answers.

import type { MetricsBatchResult, MetricsQuery, MetricsResult } from '#web/contract/metrics.ts';
import { ApiError } from './api-client.ts';

export interface SeriesBatch {
  /** The answer to one query; rejects with the ApiError of that query, or of the request that carried it. */
  ask(query: MetricsQuery, signal: AbortSignal): Promise<MetricsResult>;
}

interface Waiting {
  query: MetricsQuery;
  signal: AbortSignal;
  resolve: (result: MetricsResult) => void;
  reject: (error: unknown) => void;
}

// Few enough that the first charts need not wait for the last, many enough that 24 charts are two requests.
const QUERIES_A_REQUEST = 12;

/**
 * `soon` calls back once, after everything that is drawn in this frame has asked. A query whose reader has gone
 * before that is never sent.
 */
export function createSeriesBatch(
  send: (queries: readonly MetricsQuery[]) => Promise<MetricsBatchResult>,
  soon: (act: () => void) => void,
): SeriesBatch {
  let waiting: Waiting[] = [];

  async function sendOff(batch: readonly Waiting[]): Promise<void> {
    try {
      const { results } = await send(batch.map(({ query }) => query));
      for (const [at, one] of batch.entries()) {
        const { result, problem } = results[at] ?? { result: null, problem: null };
        if (result) one.resolve(result);
        else one.reject(new ApiError({ status: 400, code: 'no_answer', detail: '', ...problem }));
        // Each chart takes in its answer in a task of its own, so that keys are heard between them.
        await new Promise<void>((next) => soon(next));
      }
    } catch (error) {
      for (const one of batch) one.reject(error);
    }
  }

  function flush(): void {
    const wanted = waiting.filter(({ signal }) => !signal.aborted);
    waiting = [];
    for (let from = 0; from < wanted.length; from += QUERIES_A_REQUEST)
      void sendOff(wanted.slice(from, from + QUERIES_A_REQUEST));
  }

  return {
    ask: (query, signal) =>
      new Promise((resolve, reject) => {
        if (waiting.push({ query, signal, resolve, reject }) === 1) soon(flush);
      }),
  };
}

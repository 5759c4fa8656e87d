// Metrics in and out for other programs. What comes in goes to the collector; what
// goes out is its live state.

import Type from 'typebox';
import type { CollectorApi } from '#collector/api.ts';
import { AppError } from '#kernel/errors.ts';
import { PushRequest, PushResult } from '#web/contract/exchange.ts';
import type { App } from '../app.ts';

export interface ExchangeRoutesDeps {
  collector: Pick<CollectorApi, 'push' | 'remoteWrite' | 'exposition'>;
  /** False in a process without the role `collector`, where a pushed value would go nowhere. */
  collects: boolean;
}

const MOST_PACKED_BYTES = 8 << 20;
const tags = ['metrics'];
const Within = Type.Object({ cluster: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })) });

export function exchangeRoutes(app: App, deps: ExchangeRoutesDeps): void {
  const { collector } = deps;

  function mustCollect(): void {
    if (deps.collects) return;
    throw new AppError('no_collector', 'This process has no collector. Send to one with the role "collector".', {
      status: 503,
    });
  }

  app.post(
    '/api/v1/metrics/push',
    {
      config: { access: 'operator' },
      schema: {
        tags,
        summary: 'Values of one host, taken as if it had sent them',
        body: PushRequest,
        response: { 200: PushResult },
      },
    },
    ({ body, actor }) => {
      mustCollect();
      const metrics = body.metrics.map(({ group, ...metric }) => ({
        ...{ units: '', slope: 'both' as const, tmaxSec: 60, dmaxSec: 0 },
        ...metric,
        groups: group === undefined ? [] : [group],
      }));
      return collector.push(`push:${actor.label}`, [{ cluster: body.cluster, host: body.host, metrics }]);
    },
  );

  app.addContentTypeParser(
    'application/x-protobuf',
    { parseAs: 'buffer', bodyLimit: MOST_PACKED_BYTES },
    (_request, body, done) => done(null, body),
  );
  app.post(
    '/api/v1/prometheus/write',
    {
      config: { access: 'operator' },
      bodyLimit: MOST_PACKED_BYTES,
      schema: { tags, summary: 'Remote-write 1.0 of a Prometheus', querystring: Within },
    },
    async (request, reply) => {
      const { cluster = 'prometheus' } = request.query;
      const isSecond = /proto=io\.prometheus\.write\.v2/.test(request.headers['content-type'] ?? '');
      if (isSecond || !Buffer.isBuffer(request.body)) {
        throw new AppError('wrong_content_type', 'Remote-write 1.0 is accepted: application/x-protobuf, snappy.', {
          status: 415,
        });
      }
      mustCollect();
      const { refused, overRate } = collector.remoteWrite(`remote-write:${request.actor.label}`, request.body, cluster);
      // A Prometheus repeats what got a 5xx, and unless told otherwise nothing else, 429 included.
      if (overRate > 0) {
        throw new AppError('over_rate', `${overRate} samples are more than the collector takes in a second.`, {
          ...{ status: 503, retry: 'later' },
        });
      }
      if (refused > 0) {
        throw new AppError('over_limit', `${refused} samples are of series over a limit; the others are taken.`, {
          status: 400,
        });
      }
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/v1/prometheus/metrics',
    {
      config: { access: 'viewer' },
      schema: {
        tags,
        summary: 'The last value of every numeric metric, in Prometheus’ text format',
        querystring: Within,
      },
    },
    async (request, reply) => {
      const text = [...collector.exposition(request.query.cluster)].join('');
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
    },
  );
}

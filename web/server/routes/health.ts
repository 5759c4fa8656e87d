// Is Plexus itself well? For probes (/healthz, /readyz), for Prometheus (/metrics)
// and for people (/api/v1/health/self).

import type { Registry } from 'prom-client';
import { SelfHealth } from '#web/contract/health.ts';
import type { App } from '../app.ts';

export interface HealthRoutesDeps {
  /** Undefined when ready, else what is missing. */
  notReady(): Promise<string | undefined>;
  selfHealth(): Promise<SelfHealth>;
  metrics: Registry;
}

export function healthRoutes(app: App, deps: HealthRoutesDeps): void {
  app.get('/healthz', { schema: { hide: true } }, () => ({ status: 'ok' }));

  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const missing = await deps.notReady();
    if (missing !== undefined) void reply.status(503);
    return missing === undefined ? { status: 'ready' } : { status: 'not ready', missing };
  });

  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    void reply.type(deps.metrics.contentType);
    return deps.metrics.metrics();
  });

  app.get(
    '/api/v1/health/self',
    {
      config: { access: 'viewer' },
      schema: { tags: ['health'], summary: 'The state of Plexus itself', response: { 200: SelfHealth } },
    },
    () => deps.selfHealth(),
  );
}

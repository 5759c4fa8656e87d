// Everything under /api/v1 that acts on hosts. One file per resource; each says who
// may call it.

import type { RemediationApi } from '#remediation/api.ts';
import type { App } from '../app.ts';
import { reflexRoutes } from './remediation/reflexes.ts';
import { releaseRoutes } from './remediation/releases.ts';
import { runRoutes } from './remediation/runs.ts';
import { runbookRoutes } from './remediation/runbooks.ts';

export function remediationRoutes(app: App, deps: { remediation: RemediationApi }): void {
  const { remediation } = deps;
  runRoutes(app, remediation);
  runbookRoutes(app, remediation);
  reflexRoutes(app, remediation);
  releaseRoutes(app, remediation);
}

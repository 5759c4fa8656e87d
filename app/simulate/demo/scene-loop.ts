// The loop of the scene: checks and rules that judge, runbooks that act, reflexes
// that join them.

import { CheckDetail } from '#web/contract/checks.ts';
import { Rule } from '#web/contract/alerting.ts';
import { Reflex, Runbook } from '#web/contract/remediation.ts';
import type { ApiClient } from './api-client.ts';
import { BACKLOG } from './demo-fleet.ts';

interface LoopScene {
  hostIds: ReadonlyMap<string, string>;
  webHosts: readonly string[];
  dbHosts: readonly string[];
  shopHost: string;
  shopUrl: string;
}

const RESTART_SHOP = `# Runs on the host of the shop, as a signed request to its agent.
echo "$(hostname): the shop does not do its work. The end of its log:"
tail -n 4 "$PLEXUS_VIRTUAL_ROOT/var/log/shop.log"
echo
shopctl restart
`;

const DRAIN_QUEUE = `set -eu
backlog="$PLEXUS_VIRTUAL_ROOT${BACKLOG}"
echo "$(hostname): $(cat "$backlog") jobs above the usual wait; starting eight more workers"
sleep 1
echo 0 > "$backlog"
echo "the queue is drained"
`;

export async function makeLoop(api: ApiClient, scene: LoopScene): Promise<void> {
  await makeShopLoop(api, scene);
  await makeQueueLoop(api);
  await makeRules(api);
  const quick = { intervalSec: 10, retryIntervalSec: 5 };
  for (const name of scene.dbHosts)
    await makeCheck(api, scene, name, 'replication', {
      ...quick,
      kind: 'metric',
      spec: { metric: 'db_replication_lag', unit: 's', warn: '7.5', crit: '60' },
    });
  for (const name of scene.webHosts)
    await makeCheck(api, scene, name, 'cpu', {
      ...quick,
      kind: 'metric',
      spec: { metric: 'cpu_idle', unit: '%', warn: '10:', crit: '3:' },
    });
}

async function makeCheck(
  api: ApiClient,
  scene: LoopScene,
  hostName: string,
  name: string,
  check: Record<string, unknown>,
): Promise<string> {
  const hostId = scene.hostIds.get(hostName);
  return (await api.post('/checks', { name, hostId, ...check }, CheckDetail)).id;
}

/** The check that fails, the rule of a fresh installation that alerts, and the reflex that heals. */
async function makeShopLoop(api: ApiClient, scene: LoopScene): Promise<void> {
  const checkId = await makeCheck(api, scene, scene.shopHost, 'shop', {
    kind: 'http',
    spec: { url: scene.shopUrl, bodyContains: 'open' },
    ...{ intervalSec: 2, retryIntervalSec: 2, maxAttempts: 3, timeoutSec: 1.5 },
  });
  const runbook = await api.post(
    '/runbooks',
    {
      name: 'Restart the shop',
      description: 'Shows what the log says, restarts the shop and fails when it does not come up.',
      steps: [{ type: 'script', name: 'Restart', interpreter: 'sh', script: RESTART_SHOP, timeoutSec: 30 }],
    },
    Runbook,
  );
  await api.post(
    '/reflexes',
    {
      name: 'Heal the shop',
      match: { checkId },
      runbookId: runbook.id,
      guard: { cooldownSec: 20, maxPerHour: 60, onePerHost: false },
      verify: { withinSec: 30 },
      armed: true,
    },
    Reflex,
  );
}

/** Its guard allows one attempt in four minutes; the queue fills up more often than that. */
async function makeQueueLoop(api: ApiClient): Promise<void> {
  const rule = await api.post(
    '/rules',
    {
      name: 'Jobs pile up',
      severity: 'urgent',
      notify: 'if_not_healed',
      contactIds: [],
      enabled: true,
      kind: 'metric',
      spec: {
        ...{ metric: 'jobs_waiting', operator: '>', threshold: 500, unit: 'jobs' },
        ...{ forSec: 4, clearThreshold: 300, clearForSec: 0 },
        scope: { cluster: 'batch' },
      },
    },
    Rule,
  );
  const runbook = await api.post(
    '/runbooks',
    {
      name: 'Drain the job queue',
      description: 'Starts more workers until the backlog is gone.',
      steps: [{ type: 'script', name: 'Drain', interpreter: 'sh', script: DRAIN_QUEUE, timeoutSec: 30 }],
    },
    Runbook,
  );
  await api.post(
    '/reflexes',
    {
      name: 'Drain the queue',
      match: { ruleId: rule.id },
      runbookId: runbook.id,
      guard: { cooldownSec: 240, maxPerHour: 10, onePerHost: true },
      verify: { withinSec: 45 },
      armed: true,
    },
    Reflex,
  );
}

async function makeRules(api: ApiClient): Promise<void> {
  const common = { notify: 'at_once', contactIds: [], enabled: true };
  await api.post(
    '/rules',
    {
      ...common,
      name: 'CPUs exhausted',
      severity: 'urgent',
      kind: 'metric',
      spec: {
        ...{ metric: 'cpu_idle', operator: '<', threshold: 5, unit: '% idle' },
        ...{ forSec: 10, clearThreshold: 10, clearForSec: 5 },
        scope: {},
      },
    },
    Rule,
  );
  await api.post(
    '/rules',
    {
      ...common,
      name: 'Check warning',
      severity: 'ticket',
      kind: 'check',
      spec: { states: ['warning'], scope: {} },
    },
    Rule,
  );
}

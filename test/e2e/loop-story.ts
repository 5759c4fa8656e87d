// The story of the whole loop, told once here and by every test that breaks it
// somewhere: a service dies, is noticed, told, healed, proven, and told again.

import { expect } from 'vitest';
import type { Agent } from '#web/contract/agents.ts';
import type { Alert, AlertList } from '#web/contract/alerting.ts';
import type { CheckDetail } from '#web/contract/checks.ts';
import type { TimelineEvent } from '#web/contract/events.ts';
import type { Reflex, Runbook } from '#web/contract/remediation.ts';
import type { MailRelay } from './mail-relay.ts';
import { eventually, timeline, type TestServer } from './server.ts';
import type { WebService } from './web-service.ts';

export interface Loop {
  checkId: string;
  reflexId: string;
}

interface Items<Item> {
  items: Item[];
}

/** The host of this machine's own agent, once it is connected. */
export async function localHostId(server: TestServer): Promise<string> {
  return eventually('the local agent is connected', async () => {
    const { items } = await server.get<Items<Agent>>('/agents');
    return items.find((agent) => agent.connected)?.hostId ?? undefined;
  });
}

/** Check, runbook and reflex for the service; returns when the check has seen it well. */
export async function prepareLoop(server: TestServer, service: WebService, name = 'shop'): Promise<Loop> {
  const hostId = await localHostId(server);
  // Once hard it is looked at every 5 s only, so that it is the reflex's own re-check that sees it well.
  const timing = { intervalSec: 5, retryIntervalSec: 1, maxAttempts: 3, timeoutSec: 1 };
  const check = await server.send<CheckDetail>('POST', '/checks', {
    name,
    hostId,
    kind: 'http',
    spec: { url: service.url },
    ...timing,
  });
  const runbook = await server.send<Runbook>('POST', '/runbooks', {
    name: `Start the ${name}`,
    steps: [{ type: 'script', interpreter: 'sh', script: service.startScript, timeoutSec: 10 }],
  });
  const reflex = await server.send<Reflex>('POST', '/reflexes', {
    name: `heal the ${name}`,
    match: { checkId: check.id },
    runbookId: runbook.id,
    guard: { cooldownSec: 0, maxPerHour: 10, onePerHost: true },
    verify: { withinSec: 30 },
  });
  await eventually('the check has seen the service well', async () => {
    const seen = await server.get<CheckDetail>(`/checks/${check.id}`);
    return seen.state === 'ok' || undefined;
  });
  return { checkId: check.id, reflexId: reflex.id };
}

/** Leaves the service to another loop. */
export async function endLoop(server: TestServer, loop: Loop): Promise<void> {
  await server.send('DELETE', `/reflexes/${loop.reflexId}`);
  await server.send('DELETE', `/checks/${loop.checkId}`);
}

/** Resolves when the alert is closed and both mails are accepted. */
export async function loopClosed(server: TestServer, relay: MailRelay, loop: Loop): Promise<Alert> {
  await eventually('the recovery mail is accepted', async () => relay.mails[1], 60_000);
  await eventually('every step is on the timeline', async () => {
    const kinds = (await storyOf(server, loop)).map((event) => event.kind);
    return (
      (kinds.includes('reflex.verified') && kinds.filter((kind) => kind === 'notification.sent').length === 2) ||
      undefined
    );
  });
  return eventually('the alert knows that it was healed', async () => {
    const { items } = await server.get<AlertList>(`/alerts?checkId=${loop.checkId}`);
    return items.find((item) => item.state === 'resolved' && item.reflexStatus === 'healed');
  });
}

const STORY_KINDS = [
  'check.state_changed',
  'alert.opened',
  'notification.sent',
  'reflex.allowed',
  'run.created',
  'run.started',
  'task.finished',
  'run.finished',
  'reflex.verifying',
  'check.rechecked',
  'alert.resolved',
  'reflex.verified',
];

/** Events of the check, its alert and the run it caused, oldest first. */
export async function storyOf(server: TestServer, loop: Loop): Promise<TimelineEvent[]> {
  const all = await timeline(server);
  const alertIds = new Set(all.filter((event) => event.checkId === loop.checkId).map((event) => event.alertId));
  const runIds = new Set(
    all.filter((event) => event.alertId && alertIds.has(event.alertId)).map((event) => event.runId),
  );
  return all.filter(
    (event) =>
      STORY_KINDS.includes(event.kind) &&
      (event.checkId === loop.checkId ||
        (event.alertId !== null && alertIds.has(event.alertId)) ||
        (event.runId !== null && runIds.has(event.runId))),
  );
}

/** Each step once, and no step before its cause. */
export function expectWholeStory(story: TimelineEvent[], loop: Loop): void {
  const once = (kind: string) => {
    const found = story.filter((event) => event.kind === kind);
    expect(
      found.map((event) => event.kind),
      `${kind} happens once`,
    ).toEqual([kind]);
    return Number(found[0]?.id);
  };
  // From the moment the service died: soft, soft, hard, and back.
  const changes = story
    .filter(
      (event) =>
        event.kind === 'check.state_changed' && event.checkId === loop.checkId && event.data['from'] !== 'pending',
    )
    .map((event) => `${String(event.data['to'])} ${String(event.data['type'])}`);
  expect(changes[0]).toBe('critical soft');
  expect(changes.filter((change) => change === 'critical hard')).toHaveLength(1);
  expect(changes.filter((change) => change.startsWith('ok'))).toHaveLength(1);

  const hard = Number(
    story.find(
      (event) =>
        event.kind === 'check.state_changed' && event.data['type'] === 'hard' && event.data['to'] === 'critical',
    )?.id,
  );
  const [told, toldAgain] = story
    .filter((event) => event.kind === 'notification.sent')
    .map((event) => Number(event.id));
  const order: [string, number][] = [
    ['critical, hard', hard],
    ['alert.opened', once('alert.opened')],
    ['reflex.allowed', once('reflex.allowed')],
    ['run.created', once('run.created')],
    ['run.started', once('run.started')],
    ['task.finished', once('task.finished')],
    ['run.finished', once('run.finished')],
    ['reflex.verifying', once('reflex.verifying')],
    ['reflex.verified', once('reflex.verified')],
  ];
  expect(order.toSorted(([, a], [, b]) => a - b).map(([kind]) => kind)).toEqual(order.map(([kind]) => kind));
  // The check may see the service well before the run has been reported.
  expect(once('alert.resolved'), 'closed after the run began').toBeGreaterThan(once('run.started'));
  expect(once('alert.resolved'), 'verified on the closed alert').toBeLessThan(once('reflex.verified'));
  expect(told, 'the problem mail follows the alert').toBeGreaterThan(once('alert.opened'));
  expect(toldAgain, 'the recovery mail follows the end').toBeGreaterThan(once('alert.resolved'));

  const ids = new Set(story.map((event) => event.id));
  for (const event of story) {
    if (event.causeId !== null && ids.has(event.causeId)) expect(Number(event.causeId)).toBeLessThan(Number(event.id));
  }
}

// Puts alerting together: the rule runner for the collector's process, the consumer
// that opens and resolves alerts, the notifications, and the door for the web.

import type { Clock } from '#kernel/clock.ts';
import type { EventKind, StoredEvent } from '#kernel/domain/event.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { createEventConsumer, type EventConsumer } from '#store/event-log.ts';
import type { EventWriter } from '#store/event-writer.ts';
import type { Notifications } from '#store/notifications.ts';
import type { Db, Trx } from '#store/postgres.ts';
import type { JobQueue } from '#store/queue.ts';
import type { Sealer } from '#store/sealed.ts';
import { createAlertChanges, type AlertChanges } from './alert-change.ts';
import { createAlertingApi, type AlertingApi } from './api.ts';
import { createEscalationSweep } from './escalation-sweep.ts';
import {
  CONDITION_KINDS,
  OWNERSHIP_KINDS,
  SUBJECT_KINDS,
  takeCondition,
  takeOwnership,
  takeSubjectChange,
} from './intake.ts';
import { createHttpPost } from './notify/channels/http-post.ts';
import { createMailChannel } from './notify/channels/mail.ts';
import { createOutboxTransport } from './notify/channels/outbox.ts';
import { createPagerdutyChannel } from './notify/channels/pagerduty.ts';
import { createSmtpTransport } from './notify/channels/smtp.ts';
import { createWebhookChannel } from './notify/channels/webhook.ts';
import { createDeliverer } from './notify/deliver.ts';
import { createDispatch } from './notify/dispatch.ts';
import { REFLEX_KINDS, takeReflex } from './reflex-status.ts';
import { createRuleRunner, type RuleRunner } from './rules/rule-runner.ts';

interface AlertingDeps {
  db: Db;
  clock: Clock;
  log: Logger;
  notifications: Notifications;
  queue: JobQueue;
  sealer: Sealer;
  eventWriter: Pick<EventWriter, 'publish' | 'flush'>;
}

export interface AlertingOptions {
  /** `smtp://…`; mails go into the local outbox when absent. */
  smtpUrl?: string;
  mailFrom: string;
  /** Base of the links in messages; none when absent. */
  publicUrl?: string;
  /** A condition that returns so soon belongs to the same episode. Default 300. */
  reopenWithinSec?: number;
  /** How long automation may stay silent where it is to try first. Default 60. */
  reflexAnswersWithinSec?: number;
}

export interface Alerting extends Service {
  api: AlertingApi;
  /** The hot path: hand it every batch of samples. Never waits, never throws. */
  onSamples(batch: readonly Sample[]): void;
  /** Belongs into every collector process. */
  ruleRunner: RuleRunner;
  /** Consumer, escalation and notifications: belongs into every alerter process. */
  alerter: Service & Pick<EventConsumer, 'drain'>;
}

const KINDS = [
  ...CONDITION_KINDS,
  ...OWNERSHIP_KINDS,
  ...REFLEX_KINDS,
  ...SUBJECT_KINDS,
] as const satisfies EventKind[];

/** Any number of processes may run it. As a `Service` it runs both halves; `api` works without either. */
export function createAlerting(deps: AlertingDeps, options: AlertingOptions): Alerting {
  const { db, clock, queue } = deps;
  const log = deps.log.child({ area: 'alerting' });
  const reopenWithinMs = (options.reopenWithinSec ?? 300) * 1000;
  const changes = createAlertChanges({
    reopenWithinMs,
    settleMs: reopenWithinMs,
    reflexAnswersWithinMs: (options.reflexAnswersWithinSec ?? 60) * 1000,
    publicUrl: options.publicUrl?.replace(/\/+$/, ''),
  });

  const http = createHttpPost();
  const transport = options.smtpUrl ? createSmtpTransport(options.smtpUrl) : createOutboxTransport({ db, clock });
  const channels = {
    mail: createMailChannel(transport, { from: options.mailFrom }),
    pagerduty: createPagerdutyChannel(http),
    webhook: createWebhookChannel(http, { clock }),
  };
  const deliver = createDeliverer({ db, clock, log, sealer: deps.sealer, channels });
  const dispatch = createDispatch({ db, clock, log, queue }, deliver);
  const afterCommit = () => dispatch.nudge();

  const consumer = createEventConsumer(
    { db, clock, log, notifications: deps.notifications },
    { name: 'alerting', kinds: KINDS, handle: (event, trx) => takeEvent(trx, changes, event), afterCommit },
  );
  const escalationSweep = createEscalationSweep({ db, clock, log, changes, afterCommit });
  const ruleRunner = createRuleRunner({ ...deps, log });
  const parts: Service[] = [dispatch, consumer, escalationSweep];

  const alerter = {
    name: 'alerter',
    async start(signal: AbortSignal) {
      for (const part of parts) await part.start(signal);
    },
    async stop() {
      for (const part of parts.toReversed()) await part.stop();
      await Promise.all([channels.mail.close(), http.close()]);
    },
    drain: () => consumer.drain(),
  };

  return {
    name: 'alerting',
    api: createAlertingApi({ db, clock, sealer: deps.sealer, changes, afterCommit }),
    onSamples: (batch) => ruleRunner.onSamples(batch),
    ruleRunner,
    alerter,
    async start(signal) {
      await alerter.start(signal);
      await ruleRunner.start(signal);
    },
    async stop() {
      await ruleRunner.stop();
      await alerter.stop();
    },
  };
}

async function takeEvent(trx: Trx, changes: AlertChanges, event: StoredEvent<(typeof KINDS)[number]>): Promise<void> {
  switch (event.kind) {
    case 'reflex.allowed':
    case 'reflex.refused':
    case 'reflex.verifying':
    case 'reflex.verified':
    case 'reflex.failed':
      return takeReflex(trx, changes, event);
    case 'check.acknowledged':
    case 'check.acknowledgement_ended':
      return takeOwnership(trx, changes, event);
    case 'host.created':
    case 'host.retired':
    case 'config.changed':
      return takeSubjectChange(trx, changes, event);
    default:
      return takeCondition(trx, changes, event);
  }
}

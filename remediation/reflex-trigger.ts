// An alert opened: which reflexes answer it, what the guard says, and the run it
// becomes. Decision, attempt, run and events are one transaction under locks, so that
// two workers cannot both pass the guard.

import type { Clock } from '#kernel/clock.ts';
import type { NewEvent, ReflexDecision, StoredEvent } from '#kernel/domain/event.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { appendEvents } from '#store/event-log.ts';
import type { Trx } from '#store/postgres.ts';
import { readCheckName, readResolution } from './alert-log.ts';
import {
  actedAt,
  insertAttempt,
  isDecided,
  lockHost,
  saveAttempt,
  workOnHost,
  type NewAttempt,
} from './attempt-store.ts';
import { decideGuard, type GuardVerdict } from './guard.ts';
import { fillInputs } from './inputs.ts';
import type { Inventory } from './neighbours.ts';
import { matchesAlert } from './reflex-match.ts';
import { listReflexRows, lockReflex } from './reflex-store.ts';
import type { Reflex } from './reflex.ts';
import { readRunbook } from './runbook-store.ts';
import type { Runbook } from './runbook.ts';
import { DEFAULT_OPTIONS, submitRun } from './submit-run.ts';

type Trigger = StoredEvent<'alert.opened' | 'alert.reopened'>;
type TriggerHost = Awaited<ReturnType<Inventory['listHosts']>>['items'][number];

const HOUR_MS = 3_600_000;
// What the gateway may take to call a silent agent unreachable, and a margin.
const SETTLE_MS = 120_000;

export function createReflexTrigger(deps: { clock: Clock; inventory: Inventory }) {
  const { clock, inventory } = deps;

  async function hostOf(event: Trigger): Promise<TriggerHost | undefined> {
    if (event.hostId === undefined) return undefined;
    const { items } = await inventory.listHosts({ hostIds: [event.hostId], includeRetired: true, limit: 1 });
    return items[0];
  }

  async function matching(trx: Trx, event: Trigger, host: TriggerHost | undefined): Promise<Reflex[]> {
    if (event.alertId === undefined) return [];
    const reflexes = await listReflexRows(trx, {});
    const byName = reflexes.some((reflex) => reflex.match.checkName !== undefined);
    const alert = {
      ruleId: event.data.ruleId,
      checkId: event.checkId,
      checkName: byName && event.checkId !== undefined ? await readCheckName(trx, event.checkId) : undefined,
      hostId: event.hostId,
      groupIds: (host?.groups ?? []).map((group) => group.id),
    };
    return reflexes.filter((reflex) => matchesAlert(reflex.match, alert));
  }

  async function judge(trx: Trx, reflex: Reflex, event: Trigger, host: TriggerHost | undefined): Promise<GuardVerdict> {
    const nowMs = clock.nowMs();
    if (host) await lockHost(trx, host.id);
    const history = host
      ? await actedAt(trx, { reflexId: reflex.id, hostId: host.id, sinceMs: nowMs - HOUR_MS })
      : { actedAtMs: [], lastOnHostAtMs: undefined };
    return decideGuard(reflex.guard, {
      nowMs,
      armed: reflex.armed,
      host,
      alertResolved: event.alertId !== undefined && (await readResolution(trx, event.alertId)) !== undefined,
      busyWith: host && (await workOnHost(trx, host.id)),
      ...history,
    });
  }

  async function refuse(trx: Trx, reflex: Reflex, event: Trigger, reason: string): Promise<void> {
    const attempt = newAttempt(reflex, event, { status: 'refused', reason, atMs: clock.nowMs() });
    await insertAttempt(trx, attempt);
    const told = { ...decisionOf(reflex, attempt.id), reason };
    await appendEvents(trx, [{ kind: 'reflex.refused', atMs: attempt.atMs, ...subjectOf(event), data: told }]);
  }

  async function act(
    trx: Trx,
    fired: { reflex: Reflex; event: Trigger; host: TriggerHost; runbook: Runbook; inputs: Record<string, string> },
  ): Promise<string> {
    const { reflex, event, host, runbook, inputs } = fired;
    const nowMs = clock.nowMs();
    const runId = uuidv7(nowMs);
    const workSec = runbook.steps.reduce((sum, step) => sum + (step.timeoutSec ?? DEFAULT_OPTIONS.timeoutSec), 0);
    const deadlineMs = nowMs + (DEFAULT_OPTIONS.expiresSec + workSec + reflex.verify.withinSec) * 1000 + SETTLE_MS;
    const attempt = newAttempt(reflex, event, { status: 'running', runId, atMs: nowMs, deadlineMs });
    await insertAttempt(trx, attempt);
    const allowed: NewEvent<'reflex.allowed'> = {
      kind: 'reflex.allowed',
      atMs: nowMs,
      ...subjectOf(event),
      runId,
      data: { ...decisionOf(reflex, attempt.id), runId },
    };
    const [eventId = ''] = await appendEvents(trx, [allowed]);
    await saveAttempt(trx, attempt.id, { lastEventId: eventId });
    await submitRun(
      trx,
      {
        id: runId,
        title: runbook.name,
        source: 'reflex',
        actor: { label: `reflex:${reflex.name}`, source: 'system' },
        steps: runbook.steps,
        inputs,
        targets: { hostIds: [host.id], groupIds: [] },
        hosts: [{ id: host.id, name: host.name }],
        options: DEFAULT_OPTIONS,
        runbook: { id: runbook.id, version: runbook.version },
        reflexAttemptId: attempt.id,
        alertId: attempt.alertId,
        causeId: eventId,
      },
      nowMs,
    );
    return runId;
  }

  /** Returns the run to offer; undefined when it was refused, or decided before. */
  async function fire(
    trx: Trx,
    reflexId: string,
    event: Trigger,
    host: TriggerHost | undefined,
  ): Promise<string | undefined> {
    const reflex = await lockReflex(trx, reflexId);
    if (!reflex || (await isDecided(trx, reflexId, event.id))) return undefined;
    const verdict = await judge(trx, reflex, event, host);
    if (!verdict.allowed || !host) {
      await refuse(trx, reflex, event, verdict.allowed ? 'the host is not known' : verdict.reason);
      return undefined;
    }
    const runbook = await readRunbook(trx, reflex.runbookId);
    const filled = fillInputs(runbook.inputs, reflex.inputs);
    if (!filled.ok) {
      await refuse(trx, reflex, event, `the runbook does not take its inputs: ${filled.problems.join('; ')}`);
      return undefined;
    }
    return act(trx, { reflex, event, host, runbook, inputs: filled.values });
  }

  return {
    /** Idempotent by event. The returned runs are to be offered once `trx` is committed. */
    async onAlert(trx: Trx, event: Trigger): Promise<string[]> {
      const host = await hostOf(event);
      const runIds: string[] = [];
      for (const { id } of await matching(trx, event, host)) {
        const runId = await fire(trx, id, event, host);
        if (runId !== undefined) runIds.push(runId);
      }
      return runIds;
    },
  };
}

const subjectOf = (event: Trigger) => ({
  causeId: event.id,
  ...(event.alertId && { alertId: event.alertId }),
  ...(event.hostId && { hostId: event.hostId }),
  ...(event.checkId && { checkId: event.checkId }),
});

const decisionOf = (reflex: Reflex, attemptId: string): ReflexDecision => ({
  reflexId: reflex.id,
  reflexName: reflex.name,
  attemptId,
  runbookName: reflex.runbookName,
});

const newAttempt = (
  reflex: Reflex,
  event: Trigger,
  decided: Pick<NewAttempt, 'status' | 'reason' | 'runId' | 'atMs' | 'deadlineMs'>,
): NewAttempt => ({
  id: uuidv7(decided.atMs),
  reflexId: reflex.id,
  alertId: event.alertId ?? '',
  hostId: event.hostId,
  checkId: event.checkId,
  triggerEventId: event.id,
  ...decided,
});

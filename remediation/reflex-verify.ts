// After the run: the condition must clear within the deadline. A check is run again
// until it says OK. Verified means that alerting has closed the alert on that proof:
// nothing is called verified before it is in the log.

import type { Clock } from '#kernel/clock.ts';
import type { LoopEvidence, NewEvent, StoredEvent } from '#kernel/domain/event.ts';
import { appendEvents } from '#store/event-log.ts';
import { transaction, type Db, type Trx } from '#store/postgres.ts';
import { readResolution } from './alert-log.ts';
import { lockAttempt, lockDue, lockVerifying, saveAttempt, type OpenAttempt } from './attempt-store.ts';
import { readReflex } from './reflex-store.ts';
import type { Reflex } from './reflex.ts';
import { readFirstFailure } from './run-read.ts';
import type { Run } from './run.ts';

// A service that was just restarted may need a moment before its check can pass.
const RECHECK_EVERY_MS = 5000;
const SWEPT_AT_ONCE = 100;

type About = { attempt: OpenAttempt; reflex: Reflex };

export function createReflexVerify(deps: { db: Db; clock: Clock }) {
  const { db, clock } = deps;

  const base = ({ attempt, reflex }: About, causeId: string | undefined) => ({
    atMs: clock.nowMs(),
    alertId: attempt.alertId,
    runId: attempt.runId,
    ...(attempt.hostId && { hostId: attempt.hostId }),
    ...(attempt.checkId && { checkId: attempt.checkId }),
    ...(causeId && { causeId }),
    data: {
      reflexId: reflex.id,
      reflexName: reflex.name,
      attemptId: attempt.id,
      runbookName: reflex.runbookName,
      runId: attempt.runId,
    },
  });

  async function verified(trx: Trx, about: About, evidence: LoopEvidence, causeId: string): Promise<void> {
    const told = base(about, causeId);
    const event: NewEvent<'reflex.verified'> = { ...told, kind: 'reflex.verified', data: { ...told.data, evidence } };
    await end(trx, about.attempt, { status: 'verified', reason: evidence.summary }, event);
  }

  async function failed(trx: Trx, about: About, reason: string, causeId: string | undefined): Promise<void> {
    const told = base(about, causeId);
    const event: NewEvent<'reflex.failed'> = { ...told, kind: 'reflex.failed', data: { ...told.data, reason } };
    await end(trx, about.attempt, { status: 'failed', reason }, event);
  }

  async function end(
    trx: Trx,
    attempt: OpenAttempt,
    change: { status: 'verified' | 'failed'; reason: string },
    event: NewEvent,
  ): Promise<void> {
    const [lastEventId = ''] = await appendEvents(trx, [event]);
    await saveAttempt(trx, attempt.id, { ...change, finishedAtMs: event.atMs, nextRecheckAtMs: null, lastEventId });
  }

  const askForRecheck = ({ attempt, reflex }: About, causeId: string): NewEvent<'check.recheck_requested'> => ({
    ...base({ attempt, reflex }, causeId),
    kind: 'check.recheck_requested',
    data: { reason: `to verify ${reflex.runbookName}`, requestedBy: `reflex:${reflex.name}` },
  });

  async function beginVerifying(trx: Trx, about: About, causeId: string): Promise<void> {
    const { attempt, reflex } = about;
    const told = base(about, causeId);
    const [verifyingId = ''] = await appendEvents(trx, [
      {
        ...told,
        kind: 'reflex.verifying',
        data: { ...told.data, ...(attempt.checkId && { checkId: attempt.checkId }) },
      },
    ]);
    const deadlineMs = told.atMs + reflex.verify.withinSec * 1000;
    await saveAttempt(trx, attempt.id, { status: 'verifying', deadlineMs, lastEventId: verifyingId });
    if (attempt.checkId !== undefined) {
      await appendEvents(trx, [askForRecheck(about, verifyingId)]);
      return;
    }
    // The metric may have come back while the run was still at work.
    const resolution = await readResolution(trx, attempt.alertId);
    if (resolution && resolution.by === undefined) await verified(trx, about, resolution.evidence, resolution.eventId);
  }

  return {
    /** In the transaction that ends the run; `eventId` is its `run.finished`. */
    async onRunFinished(trx: Trx, run: Run, eventId: string): Promise<void> {
      if (run.reflexAttemptId === undefined) return;
      const attempt = await lockAttempt(trx, run.reflexAttemptId);
      if (attempt?.status !== 'running') return;
      const about = { attempt, reflex: await readReflex(trx, attempt.reflexId) };
      if (run.status === 'succeeded') await beginVerifying(trx, about, eventId);
      else await failed(trx, about, (await readFirstFailure(trx, run.id)) ?? `the run ${run.status}`, eventId);
    },

    async onRecheck(trx: Trx, event: StoredEvent<'check.rechecked'>): Promise<void> {
      if (event.checkId === undefined) return;
      for (const attempt of await lockVerifying(trx, { checkId: event.checkId })) {
        // Asked for before the run had ended: says nothing about what the run did.
        if (Number(event.data.causeEventId ?? event.id) <= Number(attempt.lastEventId ?? 0)) continue;
        const about = { attempt, reflex: await readReflex(trx, attempt.reflexId) };
        const output = event.data.output.split('\n', 1)[0] ?? '';
        const isOk = event.data.state === 'ok';
        // The check says so; the attempt is verified once alerting has closed the alert on it.
        if (isOk && (await readResolution(trx, attempt.alertId))) {
          await verified(trx, about, { summary: output || 'the check is OK', detail: 're-run of the check' }, event.id);
          continue;
        }
        await saveAttempt(trx, attempt.id, {
          reason: `the check is ${isOk ? 'OK, the alert is not closed yet' : `still ${event.data.state}`}: ${output}`,
          nextRecheckAtMs: clock.nowMs() + RECHECK_EVERY_MS,
        });
      }
    },

    async onResolved(trx: Trx, event: StoredEvent<'alert.resolved'>): Promise<void> {
      // Closed by a person: that proves nothing about the condition.
      if (event.alertId === undefined || event.data.by !== undefined) return;
      for (const attempt of await lockVerifying(trx, { alertId: event.alertId }))
        await verified(
          trx,
          { attempt, reflex: await readReflex(trx, attempt.reflexId) },
          event.data.evidence,
          event.id,
        );
    },

    /** Asks checks again where it is time, and ends what is past its deadline. */
    async sweep(): Promise<void> {
      await transaction(db, async (trx) => {
        for (const attempt of await lockDue(trx, 'deadline_ms', clock.nowMs(), SWEPT_AT_ONCE)) {
          const about = { attempt, reflex: await readReflex(trx, attempt.reflexId) };
          await failed(trx, about, deadlineReason(about), attempt.lastEventId);
        }
        for (const attempt of await lockDue(trx, 'next_recheck_at_ms', clock.nowMs(), SWEPT_AT_ONCE)) {
          const about = { attempt, reflex: await readReflex(trx, attempt.reflexId) };
          await saveAttempt(trx, attempt.id, { nextRecheckAtMs: null });
          await appendEvents(trx, [askForRecheck(about, attempt.lastEventId ?? '')]);
        }
      });
    },
  };
}

function deadlineReason({ attempt, reflex }: About): string {
  if (attempt.status === 'running') return 'the run did not end in its time';
  const within = `not verified within ${reflex.verify.withinSec} s`;
  return attempt.reason ? `${within}: ${attempt.reason}` : within;
}

// The commands and questions about runs that people and other parts have.

import type { Actor } from '#kernel/domain/actor.ts';
import type { Clock } from '#kernel/clock.ts';
import { badRequest, conflict, notFound } from '#kernel/errors.ts';
import { uuidv7 } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { appendEvents } from '#store/event-log.ts';
import { transaction, type Db } from '#store/postgres.ts';
import type { RunsApi } from './api.ts';
import { fillInputs, type InputValues } from './inputs.ts';
import type { Gateway, Inventory } from './neighbours.ts';
import type { RunAdvance } from './run-advance.ts';
import { runCanceling } from './run-events.ts';
import type { RunOffers } from './run-offers.ts';
import { listRuns, readRun, readTask } from './run-read.ts';
import { loadRun, loadTaskStates, requestCancel } from './run-store.ts';
import { isFinal, type NewRun, type RunDetail } from './run.ts';
import { readRunbook } from './runbook-store.ts';
import { checkSteps, stepTitle } from './steps/step-types.ts';
import { DEFAULT_OPTIONS, submitRun, type Submission } from './submit-run.ts';
import { resolveTargets } from './targets.ts';

interface RunsDeps {
  db: Db;
  clock: Clock;
  gateway: Gateway;
  inventory: Inventory;
  offers: RunOffers;
  runAdvance: RunAdvance;
}

type Frozen = Pick<Submission, 'title' | 'source' | 'steps' | 'inputs' | 'runbook'>;

export function createRuns(deps: RunsDeps): RunsApi {
  const { db, clock, gateway, offers } = deps;

  async function submit(submission: Omit<Submission, 'id'>): Promise<string> {
    const id = uuidv7(clock.nowMs());
    await transaction(db, (trx) => submitRun(trx, { ...submission, id }, clock.nowMs()));
    offers.offer(id, 'created');
    return id;
  }

  /** What the request names, fixed as it is at this moment. */
  async function freeze(run: NewRun): Promise<Frozen> {
    if ((run.runbookId === undefined) === (run.steps === undefined))
      throw badRequest('bad_run', 'steps, runbookId: give exactly one of them.');
    if (run.runbookId !== undefined) {
      const runbook = await readRunbook(db, run.runbookId);
      return {
        title: run.title ?? runbook.name,
        source: 'runbook',
        steps: runbook.steps,
        inputs: inputsOrThrow(runbook.inputs, run.inputs ?? {}),
        runbook: { id: runbook.id, version: runbook.version },
      };
    }
    const steps = run.steps ?? [];
    const [first] = steps;
    const problems = checkSteps(steps, []);
    if (!first || problems.length > 0)
      throw badRequest('bad_run', problems.join('; ') || 'steps: a run needs at least one.', { problems });
    return {
      title: run.title ?? stepTitle(first),
      source: 'adhoc',
      steps,
      inputs: inputsOrThrow([], run.inputs ?? {}),
    };
  }

  return {
    list: (filter) => listRuns(db, filter),

    async get(runId): Promise<RunDetail> {
      const detail = await readRun(db, runId);
      const sent = detail.tasks.filter((task) => task.status === 'sent');
      // Delivery is the gateway's to know; nobody needs it as an event of its own.
      const requests = await gateway.readRequests(sent.map((task) => task.id));
      const deliveredAtMs = new Map(requests.map((request) => [request.requestId, request.deliveredAtMs]));
      const tasks = detail.tasks.map((task) => {
        const atMs = task.status === 'sent' ? deliveredAtMs.get(task.id) : undefined;
        return atMs ? { ...task, status: 'delivered' as const, deliveredAtMs: atMs } : task;
      });
      return { ...detail, tasks };
    },

    async create(actor, run) {
      const frozen = await freeze(run);
      const hosts = await resolveTargets(deps.inventory, run.targets);
      return submit({
        ...frozen,
        actor,
        targets: run.targets,
        hosts,
        options: {
          concurrency: run.concurrency ?? DEFAULT_OPTIONS.concurrency,
          timeoutSec: run.timeoutSec ?? DEFAULT_OPTIONS.timeoutSec,
          expiresSec: run.expiresSec ?? DEFAULT_OPTIONS.expiresSec,
        },
      });
    },

    async cancel(actor, runId) {
      await transaction(db, async (trx) => {
        const loaded = await loadRun(trx, runId, 'locked');
        if (!loaded) throw notFound('run', runId);
        if (!(await requestCancel(trx, runId))) {
          if (loaded.run.cancelRequested) return;
          throw conflict('run_finished', `The run ${loaded.run.status.replaceAll('_', ' ')} already.`);
        }
        const atMs = clock.nowMs();
        await appendEvents(trx, [runCanceling(loaded.run, atMs, actor.label)]);
        await deps.runAdvance.applyCancel(trx, runId, actor.label);
        // Last, since the trail's lock is held to the end of the transaction.
        await appendAudit(trx, auditOf(actor, 'run.cancel', loaded.run, atMs));
      });
      offers.offer(runId, 'canceled');
    },

    async retry(actor, runId) {
      const loaded = await loadRun(db, runId, 'unlocked');
      if (!loaded) throw notFound('run', runId);
      const { run } = loaded;
      if (run.finishedAtMs === undefined) throw conflict('run_open', 'The run has not ended; cancel it first.');
      if (run.source === 'deploy' || run.source === 'rollback')
        throw conflict('not_repeatable', 'A release is deployed anew, so that the ledger tells it apart.');
      const states = await loadTaskStates(db, runId);
      const unfinished = states.filter((task) => isFinal(task.status) && task.status !== 'succeeded');
      const hosts = [
        ...new Map(unfinished.map((task) => [task.hostId, { id: task.hostId, name: task.hostName }])).values(),
      ];
      if (hosts.length === 0) throw conflict('nothing_to_retry', 'Every host of this run succeeded.');
      return submit({
        title: run.title,
        source: run.source === 'reflex' ? 'runbook' : run.source,
        actor,
        steps: run.steps,
        inputs: run.inputs,
        targets: { hostIds: hosts.map((host) => host.id), groupIds: [] },
        hosts,
        options: run.options,
        parent: { id: run.id, attempt: run.attempt },
        ...(run.alertId && { alertId: run.alertId }),
        ...(run.runbookId && run.runbookVersion && { runbook: { id: run.runbookId, version: run.runbookVersion } }),
      });
    },

    async output(runId, taskId, afterSeq, limit) {
      const task = await readTask(db, runId, taskId);
      const chunks = await gateway.readOutput(taskId, afterSeq, limit);
      return {
        // Programs print what they like: bytes that are no UTF-8 show as the replacement character.
        chunks: chunks.map(({ seq, stream, atMs, bytes }) => ({ seq, stream, atMs, text: bytes.toString('utf8') })),
        nextAfter: chunks.at(-1)?.seq ?? afterSeq,
        finished: isFinal(task.status) && chunks.length < limit,
        omittedBytes: task.omittedBytes,
      };
    },

    async applyDrift(actor, drift) {
      const targets = { hostIds: drift.hostIds, groupIds: [] };
      const hosts = await resolveTargets(deps.inventory, targets);
      return submit({
        title: 'Apply desired state',
        source: 'drift',
        actor,
        steps: [{ type: 'desired_state', ...(drift.desiredStateId && { desiredStateId: drift.desiredStateId }) }],
        inputs: {},
        targets,
        hosts,
        options: DEFAULT_OPTIONS,
      });
    },
  };
}

/** Throws `bad_inputs` with every problem found. */
export function inputsOrThrow(definitions: Parameters<typeof fillInputs>[0], given: InputValues): InputValues {
  const filled = fillInputs(definitions, given);
  if (!filled.ok) throw badRequest('bad_inputs', filled.problems.join('; '), { problems: filled.problems });
  return filled.values;
}

const auditOf = (actor: Actor, action: string, run: { id: string; title: string }, atMs: number) => ({
  atMs,
  actor: actor.label,
  action,
  object: `run:${run.id} ${run.title}`,
  result: 'done' as const,
  source: actor.source,
  details: {},
});

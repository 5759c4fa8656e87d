// What people do to checks: look again, take a problem, say something, bring a result, try a draft.

import type { ChecksApi } from '#checks/api.ts';
import type { Actor } from '#kernel/domain/actor.ts';
import { AppError, badRequest } from '#kernel/errors.ts';
import {
  CheckAcknowledge,
  CheckBulk,
  CheckBulkDone,
  CheckCommentCreate,
  CheckDraft,
  CheckRunAccepted,
  CheckTrial,
  PassiveResultSubmit,
} from '#web/contract/check-actions.ts';
import { Empty, IdParams } from '#web/contract/shared.ts';
import type { App } from '../app.ts';

const MOST_IN_BULK = 2000;
const AT_ONCE = 8;
const FAILURES_TOLD = 50;

export function checkActionRoutes(app: App, deps: { checks: ChecksApi }): void {
  const { checks } = deps;
  const operator = { access: 'operator' as const };
  const engineer = { access: 'engineer' as const };
  const tags = ['checks'];
  const params = IdParams;

  app.post(
    '/api/v1/checks/test',
    {
      config: engineer,
      schema: { tags, summary: 'Run a draft once, save nothing', body: CheckDraft, response: { 200: CheckTrial } },
    },
    async (request) => {
      const { executionMs, ...trial } = await checks.test(request.actor, request.body);
      return { ...trial, executionSec: executionMs / 1000 };
    },
  );

  app.post(
    '/api/v1/checks/bulk',
    {
      config: operator,
      schema: { tags, summary: 'One action on many checks', body: CheckBulk, response: { 200: CheckBulkDone } },
    },
    async (request) => {
      const { ids, q } = request.body;
      if ((ids === undefined) === (q === undefined)) throw badRequest('invalid_request', 'Give either ids or q.');
      const act = bulkAction(checks, request.actor, request.body);
      return forEach(ids ?? (await checks.idsOf({ search: q ?? '' }, MOST_IN_BULK)), act);
    },
  );

  app.post(
    '/api/v1/checks/:id/run',
    { config: operator, schema: { tags, summary: 'Check now', params, response: { 200: CheckRunAccepted } } },
    async (request) => ({ eventId: await checks.runNow(request.actor, request.params.id) }),
  );

  app.post(
    '/api/v1/checks/:id/results',
    {
      config: operator,
      schema: { tags, summary: 'A result from outside', params, body: PassiveResultSubmit, response: { 200: Empty } },
    },
    async (request) => {
      await checks.submitResult(request.actor, request.params.id, request.body);
      return {};
    },
  );

  app.post(
    '/api/v1/checks/:id/acknowledgement',
    {
      config: operator,
      schema: { tags, summary: 'Take a problem', params, body: CheckAcknowledge, response: { 200: Empty } },
    },
    async (request) => {
      await checks.acknowledge(request.actor, request.params.id, toAcknowledgement(request.body));
      return {};
    },
  );

  app.delete(
    '/api/v1/checks/:id/acknowledgement',
    { config: operator, schema: { tags, summary: 'Give a problem back', params, response: { 200: Empty } } },
    async (request) => {
      await checks.removeAcknowledgement(request.actor, request.params.id);
      return {};
    },
  );

  app.post(
    '/api/v1/checks/:id/comments',
    {
      config: operator,
      schema: { tags, summary: 'Say something', params, body: CheckCommentCreate, response: { 200: Empty } },
    },
    async (request) => {
      await checks.comment(request.actor, request.params.id, request.body.comment.trim());
      return {};
    },
  );
}

const toAcknowledgement = ({ comment, sticky = false, until }: CheckAcknowledge) => ({
  comment: comment.trim(),
  sticky,
  ...(until !== undefined && { untilMs: Date.parse(until) }),
});

function bulkAction(checks: ChecksApi, actor: Actor, bulk: CheckBulk): (id: string) => Promise<unknown> {
  const { action, comment, sticky, until } = bulk;
  if (action === 'run') return (id) => checks.runNow(actor, id);
  if (action === 'remove_acknowledgement') return (id) => checks.removeAcknowledgement(actor, id);
  if (comment === undefined) throw badRequest('invalid_request', `comment is needed to ${action}.`);
  if (action === 'comment') return (id) => checks.comment(actor, id, comment.trim());
  const given = toAcknowledgement({
    comment,
    ...(sticky !== undefined && { sticky }),
    ...(until !== undefined && { until }),
  });
  return (id) => checks.acknowledge(actor, id, given);
}

/** Goes on past refusals; a failure that is no refusal ends it, since the rest would fail as well. */
async function forEach(ids: readonly string[], act: (id: string) => Promise<unknown>): Promise<CheckBulkDone> {
  const answer: CheckBulkDone = { done: 0, failed: 0, failures: [] };
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    await Promise.all(
      ids.slice(at, at + AT_ONCE).map(async (id) => {
        try {
          await act(id);
          answer.done += 1;
        } catch (error) {
          if (!(error instanceof AppError) || error.status >= 500) throw error;
          answer.failed += 1;
          if (answer.failures.length < FAILURES_TOLD)
            answer.failures.push({ id, code: error.code, reason: error.message });
        }
      }),
    );
  }
  return answer;
}

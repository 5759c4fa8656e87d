// Rules made, changed and deleted, each with its audit entry and event; the alerts of
// a rule that no longer watches their subject are ended with it.

import type { Clock } from '#kernel/clock.ts';
import { SYSTEM, type Actor } from '#kernel/domain/actor.ts';
import { badRequest, conflict, notFound } from '#kernel/errors.ts';
import { isUuid, uuidv7 } from '#kernel/ids.ts';
import { appendAudit } from '#store/audit-trail.ts';
import { appendEvents } from '#store/event-log.ts';
import { isUniqueViolation, transaction, type Db, type Trx } from '#store/postgres.ts';
import { readSetting, writeSetting } from '#store/settings.ts';
import type { AlertChanges } from '../alert-change.ts';
import { lockLiveAlerts } from '../alert-store.ts';
import { personName, type AlertRecord } from '../alert.ts';
import { findHost } from '../host-lookup.ts';
import { DEFAULT_RULES } from './default-rules.ts';
import { matchesGlob, matchesScope } from './rule-scope.ts';
import { deleteRule, findRule, insertRule, updateRule } from './rule-store.ts';
import type { Rule, RuleDraft } from './rule.ts';

const DEFAULTS_MADE = 'alerting.default_rules_made';

export function createRuleCommands(deps: { db: Db; clock: Clock; changes: AlertChanges; afterCommit: () => void }) {
  const { db, clock, changes } = deps;

  async function record(
    trx: Trx,
    rule: Rule,
    change: 'created' | 'updated' | 'deleted',
    actor: Actor,
  ): Promise<string> {
    const atMs = clock.nowMs();
    const [eventId = ''] = await appendEvents(trx, [
      { kind: 'config.changed', atMs, data: { kind: 'rule', id: rule.id, name: rule.name, change, by: actor.label } },
    ]);
    await appendAudit(trx, {
      atMs,
      actor: actor.label,
      action: `rule.${change}`,
      object: `rule:${rule.id} ${rule.name}`,
      result: 'done',
      source: actor.source,
      details: { kind: rule.kind, version: rule.version, enabled: rule.enabled },
    });
    return eventId;
  }

  async function endAlerts(trx: Trx, alerts: AlertRecord[], what: string, actor: Actor): Promise<void> {
    const by = personName(actor.label);
    for (const alert of alerts) {
      const why = { evidence: { summary: `${what} by ${by}` }, by };
      await changes.end(trx, alert, { kind: 'resolve', atMs: clock.nowMs() }, why, undefined);
    }
  }

  const stored = async (trx: Trx, id: string): Promise<Rule> => {
    const rule = await findRule(trx, id);
    if (!rule) throw notFound('rule', id);
    return rule;
  };

  async function insert(trx: Trx, draft: RuleDraft, actor: Actor, origin: string | null): Promise<Rule> {
    const nowMs = clock.nowMs();
    const id = uuidv7(nowMs);
    await insertRule(trx, draft, { id, origin, nowMs });
    const rule = await stored(trx, id);
    await record(trx, rule, 'created', actor);
    return rule;
  }

  return {
    async create(draft: RuleDraft, actor: Actor): Promise<Rule> {
      checkDraft(draft);
      return transaction(db, (trx) => insert(trx, draft, actor, null)).catch(nameTaken(draft.name));
    },

    async update(id: string, draft: RuleDraft & { version: number }, actor: Actor): Promise<Rule> {
      checkDraft(draft);
      const rule = await transaction(db, async (trx) => {
        const before = await stored(trx, id);
        if (before.kind !== draft.kind)
          throw badRequest('rule_kind', `A rule stays what it is: ${before.kind}. Make a new rule for ${draft.kind}.`);
        const nowMs = clock.nowMs();
        if (!(await updateRule(trx, draft, { id, version: draft.version, nowMs })))
          throw conflict('stale_version', `Rule ${before.name} was changed meanwhile. Reload and try again.`);
        const after = await stored(trx, id);
        const unwatched: AlertRecord[] = [];
        for (const alert of await lockLiveAlerts(trx, { ruleId: id }))
          if (!(await watches(trx, after, alert))) unwatched.push(alert);
        await endAlerts(trx, unwatched, after.enabled ? 'rule changed' : 'rule disabled', actor);
        if (!after.enabled) await trx.deleteFrom('rule_condition').where('rule_id', '=', id).execute();
        await record(trx, after, 'updated', actor);
        return after;
      }).catch(nameTaken(draft.name));
      deps.afterCommit();
      return rule;
    },

    async delete(id: string, actor: Actor): Promise<void> {
      await transaction(db, async (trx) => {
        const rule = await stored(trx, id);
        await endAlerts(trx, await lockLiveAlerts(trx, { ruleId: id }), 'rule deleted', actor);
        await deleteRule(trx, id);
        await record(trx, rule, 'deleted', actor);
      });
      deps.afterCommit();
    },

    /** Makes the rules of day one, each once in the life of the installation: a deleted one stays deleted. */
    async ensureDefaultRules(): Promise<void> {
      await transaction(db, async (trx) => {
        const setting = await readSetting(trx, DEFAULTS_MADE);
        const made: unknown[] = Array.isArray(setting) ? setting : [];
        const missing = DEFAULT_RULES.filter((draft) => !made.includes(draft.name));
        if (missing.length === 0) return;
        const taken = await trx.selectFrom('rule').select('name').execute();
        for (const draft of missing) {
          if (!taken.some((rule) => rule.name === draft.name)) await insert(trx, draft, SYSTEM, 'default');
        }
        await writeSetting(trx, DEFAULTS_MADE, [...made, ...missing.map((draft) => draft.name)], clock.nowMs());
      }).catch((error: unknown) => {
        // Another process, starting at the same moment, made them.
        if (!isUniqueViolation(error)) throw error;
      });
    },
  };
}

/** What the schema cannot say. */
function checkDraft(draft: RuleDraft): void {
  const { hostIds = [], groupIds = [] } = draft.spec.scope;
  const stray = [...hostIds, ...groupIds, ...draft.contactIds].find((id) => !isUuid(id));
  if (stray !== undefined)
    throw badRequest('rule_reference', `${JSON.stringify(stray)} is not the id of a host, a group or a contact.`);
  if (draft.kind !== 'metric') return;
  const { operator, threshold, clearThreshold } = draft.spec;
  if (clearThreshold === undefined) return;
  const isTighter =
    operator === '>' || operator === '>='
      ? clearThreshold <= threshold
      : operator === '<' || operator === '<='
        ? clearThreshold >= threshold
        : false;
  if (!isTighter)
    throw badRequest(
      'rule_clear_threshold',
      `spec.clearThreshold: ${clearThreshold} lies on the wrong side of the threshold ${threshold} for "${operator}"; the condition would end while it is met. Leave it out or put it on the good side.`,
    );
}

/** Whether the rule as it is now would still speak of the alert's subject. */
async function watches(trx: Trx, rule: Rule, alert: AlertRecord): Promise<boolean> {
  if (!rule.enabled) return false;
  const { cluster = '', host = '', hostKey = '', metric, checkName = '', checkState = '' } = alert.labels;
  if (rule.kind === 'metric' && rule.spec.metric !== metric) return false;
  if (rule.kind === 'check') {
    if (rule.spec.check !== undefined && !matchesGlob(rule.spec.check, checkName)) return false;
    if (!rule.spec.states.some((state) => state === checkState)) return false;
  }
  const known = await findHost(trx, { hostId: alert.hostId ?? undefined, cluster, hostKey });
  return matchesScope(rule.spec.scope, { cluster, host, hostId: known?.id, groupIds: known?.groupIds ?? [] });
}

const nameTaken =
  (name: string) =>
  (error: unknown): never => {
    if (isUniqueViolation(error)) throw conflict('name_taken', `There is another rule named ${JSON.stringify(name)}.`);
    throw error;
  };

// The only door to alerting for the web: what can be asked, and what can be done.
// Whatever acts on behalf of somebody takes an Actor and writes the audit trail.

import type { Clock } from '#kernel/clock.ts';
import { notFound } from '#kernel/errors.ts';
import type { Db } from '#store/postgres.ts';
import type { Sealer } from '#store/sealed.ts';
import { createAlertCommands } from './alert-commands.ts';
import type { AlertChanges } from './alert-change.ts';
import { readEpisode } from './episode.ts';
import { listOutbox, type OutboxPlace } from './notify/channels/outbox.ts';
import { createContactCommands } from './notify/contact-commands.ts';
import { findContact, listContacts } from './notify/contact-store.ts';
import { listDeliveries } from './notify/delivery-store.ts';
import { countProblems, listAlerts, listProblems, readProblem, type AlertFilter } from './problems.ts';
import { createRuleCommands } from './rules/rule-commands.ts';
import { countLiveAlerts, findRule, listRules } from './rules/rule-store.ts';
import type { Rule } from './rules/rule.ts';

export { describeRule } from './rules/rule.ts';

export type AlertingApi = ReturnType<typeof createAlertingApi>;

interface AlertingApiDeps {
  db: Db;
  clock: Clock;
  sealer: Sealer;
  changes: AlertChanges;
  /** Wakes whoever sends, after a change that may have planned deliveries. */
  afterCommit: () => void;
}

export function createAlertingApi(deps: AlertingApiDeps) {
  const { db } = deps;
  const alerts = createAlertCommands(deps);
  const rules = createRuleCommands(deps);
  const contacts = createContactCommands(deps);

  const withLiveAlerts = async (found: Rule[]) => {
    const live = await countLiveAlerts(db);
    return found.map((rule) => ({ ...rule, liveAlerts: live.get(rule.id) ?? 0 }));
  };

  return {
    /** Alerts that are not resolved: by severity, unowned before owned, oldest first. */
    problems: (limit: number) => listProblems(db, limit),
    problemCounts: () => countProblems(db),
    /** Fails with `not_found`. */
    problem: (id: string) => readProblem(db, id),
    /** Alerts of any state, newest first. */
    alerts: (filter: AlertFilter) => listAlerts(db, filter),
    /** Fails with `not_found`. */
    episode: (id: string) => readEpisode(db, id),
    acknowledge: alerts.acknowledge,
    unacknowledge: alerts.unacknowledge,
    resolve: alerts.resolve,
    comment: alerts.comment,

    rules: async () => withLiveAlerts(await listRules(db)),
    async rule(id: string) {
      const rule = await findRule(db, id);
      const [found] = await withLiveAlerts(rule ? [rule] : []);
      if (!found) throw notFound('rule', id);
      return found;
    },
    createRule: rules.create,
    updateRule: rules.update,
    deleteRule: rules.delete,
    ensureDefaultRules: rules.ensureDefaultRules,

    contacts: () => listContacts(db),
    async contact(id: string) {
      const contact = await findContact(db, id);
      if (!contact) throw notFound('contact', id);
      return contact;
    },
    createContact: contacts.create,
    updateContact: contacts.update,
    deleteContact: contacts.delete,
    testContact: contacts.test,
    ensureDefaultContact: contacts.ensureDefaultContact,

    deliveries: (page: { alertId?: string; beforeSeq?: number; limit: number }) => listDeliveries(db, page),
    outbox: (page: { before?: OutboxPlace; limit: number }) => listOutbox(db, page),
  };
}

// Changes of one object at run time (CHANGE_… of Nagios): intervals, attempts, time periods,
// command and custom variables. They hold until the definition of the object is applied anew.

import { hasRole } from '#kernel/domain/actor.ts';
import { badRequest, conflict } from '#kernel/errors.ts';
import { appendEvents } from '#store/event-log.ts';
import { json } from '#store/json.ts';
import { transaction, type Trx } from '#store/postgres.ts';
import type { ExternalCommand } from '#wire/external-command.ts';
import type { CheckDetails } from '../check-details.ts';
import type { StoredCheckSettings } from '../check-settings.ts';
import type { ObjectNode } from '../engine/node.ts';
import { auditName, noteCommand, refuseCommand, type CommandContext } from './command-context.ts';
import { findObject } from './command-targets.ts';
import { findPluginSpec } from './plugin-spec.ts';
import { checkChanged } from './switch-commands.ts';

type Command<Kind extends ExternalCommand['kind']> = Extract<ExternalCommand, { kind: Kind }>;

/** `interval_length` of Nagios as everybody has it; the importer has turned other lengths into seconds. */
const UNIT_SEC = 60;
const LONGEST_INTERVAL_SEC = 366 * 86_400;

interface Columns {
  intervalSec: number;
  retryIntervalSec: number;
  maxAttempts: number;
  timeoutSec: number;
  settings: StoredCheckSettings;
  details: CheckDetails;
  kind: string;
  spec: unknown;
}

/** An interval of 0 ends the regular runs, as in Nagios. */
export function changeNumber(context: CommandContext, command: Command<'change_number'>): Promise<void> {
  const { target, setting, value } = command;
  const node = findObject(context.site, target);
  return change(context, node, { [setting]: value }, (row) => {
    if (setting === 'max_attempts') return { maxAttempts: Math.max(1, value) };
    if (setting === 'check_interval' && value === 0) return { settings: { ...row.settings, activeChecks: false } };
    const sec = Math.min(LONGEST_INTERVAL_SEC, Math.max(1, Math.round(value * UNIT_SEC)));
    // A run must not last longer than the time to the next one.
    const timeoutSec = Math.min(row.timeoutSec, sec);
    return setting === 'check_interval' ? { intervalSec: sec, timeoutSec } : { retryIntervalSec: sec, timeoutSec };
  });
}

/** Throws `unknown_period`, `unknown_command` (400) or `not_allowed` (403). */
export async function changeText(context: CommandContext, command: Command<'change_text'>): Promise<void> {
  const { target, setting } = command;
  const node = findObject(context.site, target);
  const value = command.value.trim();
  switch (setting) {
    case 'check_timeperiod':
      refuseUnknownPeriod(context, value);
      return change(context, node, { [setting]: value }, ({ settings }) => ({
        settings: { ...settings, checkPeriod: value },
      }));
    case 'notification_timeperiod':
      refuseUnknownPeriod(context, value);
      return change(context, node, { [setting]: value }, ({ settings }) => ({
        settings: { ...settings, notifications: { ...settings.notifications, period: value } },
      }));
    case 'event_handler':
      // Kept and shown, as that of a document is; reflexes do what event handlers did.
      return change(context, node, { [setting]: value }, ({ details }) => ({
        details: { ...details, eventHandler: value },
      }));
    case 'check_command': {
      await refuseTooSmallRole(context, node, setting);
      const spec = await findPluginSpec(context.db, value);
      // Arguments may be passwords, which have no place in the audit trail.
      return change(context, node, { [setting]: value.split('!', 1)[0] }, ({ details }) => ({
        ...{ kind: 'plugin', spec },
        details: { ...details, command: value },
      }));
    }
    default:
      return setting satisfies never;
  }
}

/** Of a contact: `no_such_switch` (409), because the contacts of Nagios are not told here. */
export async function changeVariable(context: CommandContext, command: Command<'change_variable'>): Promise<void> {
  const { target, value } = command;
  if (target.of === 'contact')
    return refuseCommand(context, 'no_such_switch', {
      ...{ action: 'contact.change', object: `contact:${target.contactName}`, details: {} },
      why: 'Contacts are changed in Plexus; their custom variables have no use here.',
    });
  const node = findObject(context.site, target);
  const name = command.variable.replace(/^_/, '').toUpperCase();
  if (!/^[A-Z0-9_-]{1,64}$/.test(name)) throw badRequest('wrong_variable', 'That is no name of a custom variable.');
  await refuseTooSmallRole(context, node, name);
  return change(context, node, { variable: name }, ({ details }) => ({
    details: { ...details, vars: { ...details.vars, [name]: value.replaceAll('\0', '').toWellFormed() } },
  }));
}

/** What is run on this machine is the business of engineers, as everywhere else in Plexus. */
async function refuseTooSmallRole(context: CommandContext, node: ObjectNode, setting: string): Promise<void> {
  if (hasRole(context.actor, 'engineer')) return;
  await refuseCommand(context, 'not_allowed', {
    ...{ action: 'check.update', object: auditName(node), details: { setting } },
    why: `${setting} changes what is run: that needs the role engineer, and ${context.actor.label} has ${context.actor.role}.`,
  });
}

function refuseUnknownPeriod({ site }: CommandContext, name: string): void {
  if (!site.periods.has(name))
    throw badRequest('unknown_period', `There is no time period ${JSON.stringify(name.slice(0, 200))}.`);
}

function change(
  context: CommandContext,
  node: ObjectNode,
  details: Record<string, unknown>,
  decide: (row: Columns) => Partial<Columns>,
): Promise<void> {
  const { db, clock, actor } = context;
  if (!node.definition)
    throw conflict('not_checked', `The host ${JSON.stringify(node.name)} has no check of its own to change.`);
  return transaction(db, async (trx) => {
    const row = await lock(trx, node.id);
    if (!row) return;
    const { settings, details: said, spec, ...rest } = decide(row);
    const nowMs = clock.nowMs();
    const changed = await trx
      .updateTable('check')
      .set({
        ...(rest.intervalSec !== undefined && { interval_sec: rest.intervalSec }),
        ...(rest.retryIntervalSec !== undefined && { retry_interval_sec: rest.retryIntervalSec }),
        ...(rest.maxAttempts !== undefined && { max_attempts: rest.maxAttempts }),
        ...(rest.timeoutSec !== undefined && { timeout_sec: rest.timeoutSec }),
        ...(rest.kind !== undefined && { kind: rest.kind, spec: json(spec) }),
        ...(settings && { settings: json(settings) }),
        ...(said && { details: json(said) }),
        ...{ version: row.version + 1, updated_at_ms: nowMs },
      })
      .where('id', '=', node.id)
      .returning(['id', 'name', 'host_id'])
      .executeTakeFirstOrThrow();
    await appendEvents(trx, [checkChanged(changed, actor.label, nowMs)]);
    await noteCommand(trx, context, { action: 'check.update', object: auditName(node), details });
  });
}

/** Undefined for a check that was deleted a moment ago. */
async function lock(trx: Trx, id: string): Promise<(Columns & { version: number }) | undefined> {
  const row = await trx.selectFrom('check').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  return (
    row && {
      intervalSec: row.interval_sec,
      retryIntervalSec: row.retry_interval_sec,
      maxAttempts: row.max_attempts,
      timeoutSec: row.timeout_sec,
      // Written by the API and by sets of objects only.
      settings: row.settings as StoredCheckSettings,
      details: row.details as CheckDetails,
      kind: row.kind,
      spec: row.spec,
      version: row.version,
    }
  );
}

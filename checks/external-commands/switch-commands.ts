// Switches of objects at run time: one update for all that are meant, heard by every checker.
// What documents say of a check comes back with the next apply that changes it.

import { sql, type RawBuilder } from 'kysely';
import type { NewEvent } from '#kernel/domain/event.ts';
import { conflict } from '#kernel/errors.ts';
import { appendEvents } from '#store/event-log.ts';
import { transaction, type Trx } from '#store/postgres.ts';
import type { ExternalCommand, ObjectSwitch, ProgramSwitch } from '#wire/external-command.ts';
import type { ObjectNode } from '../engine/node.ts';
import { auditName, noteCommand, refuseCommand, type CommandContext } from './command-context.ts';
import { findObjects, targetName } from './command-targets.ts';

type Command<Kind extends ExternalCommand['kind']> = Extract<ExternalCommand, { kind: Kind }>;

/** Where the switch stands in StoredCheckSettings; all of them are on unless somebody said otherwise. */
const PLACES = {
  active_checks: ['activeChecks'],
  passive_checks: ['passiveChecks'],
  notifications: ['notifications', 'isEnabled'],
  flap_detection: ['flap', 'isEnabled'],
} as const satisfies Partial<Record<ObjectSwitch, readonly string[]>>;

const isSwitchable = (what: ObjectSwitch): what is keyof typeof PLACES => what in PLACES;

/** Throws `no_such_switch` (409) for what is not run here, `not_checked` where nothing of the target has a check. */
export async function switchObjects(context: CommandContext, command: Command<'switch'>): Promise<void> {
  const { db, site } = context;
  const { what, isOn, target } = command;
  const nodes = (await findObjects(db, site, target)).filter(({ definition }) => definition);
  const [only] = nodes;
  const object = only && nodes.length === 1 ? auditName(only) : targetName(target);
  const action = `check.switch_${isOn ? 'on' : 'off'}`;
  if (!isSwitchable(what)) {
    const why = `Plexus does not run ${what.replaceAll('_', ' ')}; there is nothing to switch.`;
    return refuseCommand(context, 'no_such_switch', { action, object, details: { what }, why });
  }
  if (!only) throw conflict('not_checked', `Nothing of ${targetName(target)} has a check that could be switched.`);
  await transaction(db, async (trx) => {
    const changed = await updateSettings(trx, context, nodes, switched(PLACES[what], isOn));
    await noteCommand(trx, context, { action, object, details: { what, changed, of: nodes.length } });
  });
}

/** Always throws `no_such_switch` (409): a site is switched by its checks and routes, not as a whole. */
export const switchProgram = (context: CommandContext, { what, isOn }: Command<'switch_program'>): Promise<void> =>
  refuseCommand(context, 'no_such_switch', {
    ...{ action: `program.switch_${isOn ? 'on' : 'off'}`, object: 'program', details: { what } },
    why: `${WHOLE_SITE[what]} cannot be switched for the whole site; nothing was changed.`,
  });

const WHOLE_SITE: Record<ProgramSwitch, string> = {
  notifications: 'Notifications',
  event_handlers: 'Event handlers',
  flap_detection: 'Flap detection',
  performance_data: 'Performance data',
  executing_host_checks: 'Host checks',
  executing_service_checks: 'Service checks',
  passive_host_checks: 'Passive host checks',
  passive_service_checks: 'Passive service checks',
  obsessing_host_checks: 'Obsessing over hosts',
  obsessing_service_checks: 'Obsessing over services',
  freshness_host_checks: 'Freshness of hosts',
  freshness_service_checks: 'Freshness of services',
};

/** One statement of PostgreSQL takes 65,535 values. */
const EVENTS_AT_ONCE = 2000;

type SettingsSql = RawBuilder<unknown>;

/** On is the default, and only what differs from that is stored. */
function switched([first, second]: readonly [string, string?], isOn: boolean): SettingsSql {
  if (isOn) return sql`settings #- ${second === undefined ? [first] : [first, second]}::text[]`;
  if (second === undefined) return sql`settings || jsonb_build_object(${first}::text, false)`;
  return sql`settings || jsonb_build_object(${first}::text,
    coalesce(settings -> ${first}::text, '{}') || jsonb_build_object(${second}::text, false))`;
}

/** Each changed check is told of, so that every checker reads its host again. Returns how many changed. */
async function updateSettings(
  trx: Trx,
  { clock, actor }: CommandContext,
  nodes: readonly ObjectNode[],
  settings: SettingsSql,
): Promise<number> {
  const nowMs = clock.nowMs();
  const { rows } = await sql<{ id: string; name: string; host_id: string }>`
    update "check" set settings = ${settings}, version = version + 1, updated_at_ms = ${nowMs}
    where id = any(${nodes.map(({ id }) => id)}::uuid[]) and settings <> ${settings}
    returning id, name, host_id`.execute(trx);
  const events = rows.map((row) => checkChanged(row, actor.label, nowMs));
  for (let at = 0; at < events.length; at += EVENTS_AT_ONCE)
    await appendEvents(trx, events.slice(at, at + EVENTS_AT_ONCE));
  return rows.length;
}

export const checkChanged = (
  row: { id: string; name: string; host_id: string },
  by: string,
  atMs: number,
): NewEvent => ({
  ...{ kind: 'config.changed', atMs, hostId: row.host_id, checkId: row.id },
  data: { kind: 'check', id: row.id, name: row.name, change: 'updated', by },
});

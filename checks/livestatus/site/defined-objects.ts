// Groups, contacts and commands as the tables have them: who is in which host group, and what
// documents and imported configurations define besides checks. Remembered for some seconds.

import type { Clock } from '#kernel/clock.ts';
import type { Db } from '#store/postgres.ts';
import type { CommandRow, ContactGroupRow, ContactRow, HostGroupRow } from '../source.ts';
import type { ObjectBody } from '../../objects-store/object-body.ts';

const REMEMBERED_MS = 5000;
const MOST_OBJECTS = 50_000;
const MOST_MEMBERS = 500_000;

/** Directives of an object with those of its templates, by name. */
export type Directives = ReadonlyMap<string, string>;

export interface DefinedObjects {
  hostGroups: (Omit<HostGroupRow, 'hostNames'> & { hostIds: readonly string[] })[];
  contacts: ContactRow[];
  contactGroups: ContactGroupRow[];
  commands: CommandRow[];
  /** Of groups of services: alias, notes and links. */
  serviceGroups: ReadonlyMap<string, Directives>;
  groupsOfHost(hostId: string): readonly string[];
  membersOfContactGroup(name: string): readonly string[];
}

export function createDefinedObjects(deps: { db: Db; clock: Clock }): () => Promise<DefinedObjects> {
  const { db, clock } = deps;
  let last: { tick: number; loading: Promise<DefinedObjects> } | undefined;
  return () => {
    const tick = clock.monotonicMs();
    if (last && tick - last.tick < REMEMBERED_MS) return last.loading;
    const loading = load(db);
    last = { tick, loading };
    // A failure is told to whoever asked, and the next one asks the database again.
    loading.catch(() => (last = undefined));
    return loading;
  };
}

async function load(db: Db): Promise<DefinedObjects> {
  const [groups, members, objects] = await Promise.all([
    db.selectFrom('host_group').select(['id', 'name', 'description']).orderBy('name').execute(),
    db.selectFrom('host_group_member').select(['group_id', 'host_id']).limit(MOST_MEMBERS).execute(),
    db
      .selectFrom('monitoring_object')
      .select(['type', 'name', 'owner', 'body'])
      .where('type', 'in', ['contact', 'contactgroup', 'command', 'hostgroup', 'servicegroup'])
      .orderBy('name')
      .limit(MOST_OBJECTS)
      .execute(),
  ]);
  const membersOf = Map.groupBy(members, ({ group_id: id }) => id);
  const groupsOf = new Map<string, string[]>();
  for (const { id, name } of groups)
    for (const { host_id: hostId } of membersOf.get(id) ?? [])
      groupsOf.set(hostId, [...(groupsOf.get(hostId) ?? []), name]);
  // Written by objects-store only.
  const read = objects.map((row) => ({ ...row, body: row.body as unknown as ObjectBody }));
  const said = (type: string) => new Map(registered(read, type).map(({ name, values }) => [name, values]));
  const hostGroups = said('hostgroup');
  const contacts = said('contact');
  const contactGroups = contactGroupRows(said('contactgroup'), contacts);
  const membersByName = new Map(contactGroups.map(({ name, members: names }) => [name, names]));
  return {
    hostGroups: groups.map(({ id, name, description }) => ({
      ...groupWords(name, hostGroups.get(name), description),
      hostIds: (membersOf.get(id) ?? []).map(({ host_id: hostId }) => hostId),
    })),
    contacts: [...contacts].map(([name, values]) => contactRow(name, values)),
    contactGroups,
    commands: [...said('command')].map(([name, values]) => ({ name, line: values.get('command_line') ?? '' })),
    serviceGroups: said('servicegroup'),
    groupsOfHost: (hostId) => groupsOf.get(hostId) ?? [],
    membersOfContactGroup: (name) => membersByName.get(name) ?? [],
  };
}

export const groupWords = (name: string, values: Directives | undefined, description = '') => ({
  name,
  alias: values?.get('alias') ?? (description || name),
  notes: values?.get('notes') ?? '',
  notesUrl: values?.get('notes_url') ?? '',
  actionUrl: values?.get('action_url') ?? '',
});

interface ReadObject {
  type: string;
  name: string;
  owner: string;
  body: ObjectBody;
}

function registered(objects: readonly ReadObject[], type: string): { name: string; values: Directives }[] {
  const ofType = objects.filter((object) => object.type === type);
  const templates = new Map(
    ofType.flatMap((one) => (one.body.template === undefined ? [] : [[one.body.template, one]])),
  );
  return ofType
    .filter(({ body, name }) => body.isRegistered && name !== '')
    .map((object) => ({ name: object.name, values: withTemplates(object, templates) }));
}

/** The object's own word counts first, then that of each template in turn; a loop ends where it closes. */
function withTemplates(object: ReadObject, templates: ReadonlyMap<string, ReadObject>): Directives {
  const values = new Map<string, string>();
  const seen = new Set<ReadObject>();
  const add = (one: ReadObject): void => {
    if (seen.has(one)) return;
    seen.add(one);
    for (const [directive, text] of one.body.values)
      if (text !== null && !values.has(directive)) values.set(directive, text);
    for (const name of one.body.use) {
      const template = templates.get(name);
      if (template) add(template);
    }
  };
  add(object);
  return values;
}

const listOf = (text: string | undefined): string[] =>
  (text ?? '')
    .replace(/^\+/, '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'null');

const isOn = (values: Directives, directive: string): boolean => values.get(directive) !== '0';

const contactRow = (name: string, values: Directives): ContactRow => ({
  name,
  alias: values.get('alias') ?? name,
  email: values.get('email') ?? '',
  pager: values.get('pager') ?? '',
  hostNotificationPeriod: values.get('host_notification_period') ?? '',
  serviceNotificationPeriod: values.get('service_notification_period') ?? '',
  hostNotificationsEnabled: isOn(values, 'host_notifications_enabled'),
  serviceNotificationsEnabled: isOn(values, 'service_notifications_enabled'),
  canSubmitCommands: isOn(values, 'can_submit_commands'),
  variables: Object.fromEntries(
    [...values].flatMap(([directive, text]) => (directive.startsWith('_') ? [[directive.slice(1), text]] : [])),
  ),
});

/** Named by the group, or naming it. */
function contactGroupRows(groups: ReadonlyMap<string, Directives>, contacts: ReadonlyMap<string, Directives>) {
  return [...groups].map(([name, values]): ContactGroupRow => {
    const named = listOf(values.get('members'));
    const naming = [...contacts].flatMap(([contact, of]) =>
      listOf(of.get('contactgroups')).includes(name) ? [contact] : [],
    );
    return { name, alias: values.get('alias') ?? name, members: [...new Set([...named, ...naming])] };
  });
}

// The body of a `desired_state` request, decoded or refused with a reason. It is
// signed, but a server may be newer than this agent: what is not known is refused.

import type { CatalogItem, DesiredStateMode } from '#kernel/domain/desired-state.ts';
import type { Decoded } from '#kernel/errors.ts';

interface DesiredStateRequest {
  mode: DesiredStateMode;
  items: CatalogItem[];
}

const MOST_ITEMS = 1000;

type Fields = Record<string, unknown>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isArgument = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');
const isCommand = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every(isArgument);
const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;

export function decodeDesiredStateRequest(body: unknown): Decoded<DesiredStateRequest> {
  const refuse = (reason: string, at = 0): Decoded<DesiredStateRequest> => ({ ok: false, reason, at });
  if (!isRecord(body)) return refuse('the body is no object');
  const { mode, items } = body;
  if (mode !== 'report' && mode !== 'enforce') return refuse('mode must be "report" or "enforce"');
  if (!Array.isArray(items) || items.length > MOST_ITEMS)
    return refuse(`items must be a list of at most ${MOST_ITEMS}`);
  const decoded: CatalogItem[] = [];
  for (const [at, fields] of items.entries()) {
    const item = decodeItem(fields);
    if (typeof item === 'string') return refuse(`items[${at}]: ${item}`, at);
    decoded.push(item);
  }
  return { ok: true, value: { mode, items: decoded } };
}

/** The item, or the reason why it is none. */
function decodeItem(fields: unknown): CatalogItem | string {
  if (!isRecord(fields)) return 'no object';
  const { desiredStateId, version, name, kind } = fields;
  if (typeof desiredStateId !== 'string' || typeof name !== 'string') return 'desiredStateId and name must be text';
  if (typeof version !== 'number' || !Number.isSafeInteger(version)) return 'version must be a whole number';
  const identity = { desiredStateId, version, name };
  if (kind === 'file') return decodeFile(identity, fields);
  if (kind === 'service') return decodeService(identity, fields);
  return `kind ${JSON.stringify(kind)} is not known here: file, service`;
}

type Identity = Pick<CatalogItem, 'desiredStateId' | 'version' | 'name'>;

function decodeFile(identity: Identity, fields: Fields): CatalogItem | string {
  const { path, content, mode, owner, group } = fields;
  if (typeof path !== 'string' || !/^\/[^\0]+$/.test(path) || path.split('/').includes('..'))
    return 'path must be absolute and without ".."';
  if (typeof content !== 'string') return 'content must be text';
  if (typeof mode !== 'string' || !/^0?[0-7]{3}$/.test(mode)) return 'mode must be octal, such as "0644"';
  const item: CatalogItem = { ...identity, kind: 'file', path, content, mode };
  if (typeof owner === 'string') item.owner = owner;
  else if (!isAbsent(owner)) return 'owner must be a name';
  if (typeof group === 'string') item.group = group;
  else if (!isAbsent(group)) return 'group must be a name';
  return item;
}

function decodeService(identity: Identity, fields: Fields): CatalogItem | string {
  const { service, running } = fields;
  // It becomes an argument of systemctl: never an option.
  if (typeof service !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9:_.@-]*$/.test(service))
    return 'service must be a plain name';
  if (typeof running !== 'boolean') return 'running must be true or false';
  const item: CatalogItem = { ...identity, kind: 'service', service, running };
  for (const key of ['startCommand', 'stopCommand', 'statusCommand'] as const) {
    const command = fields[key];
    if (isCommand(command)) item[key] = command;
    else if (!isAbsent(command)) return `${key} must be a list of arguments`;
  }
  return item;
}

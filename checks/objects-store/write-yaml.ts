// An object → the YAML document that reads back to the same: for exports, and for people who
// change it. The other way is objects/yaml-objects.ts.

import { stringify } from 'yaml';
import { findDirective, type DirectiveDefinition } from '../objects/directive-table.ts';
import { readFlag } from '../objects/directive-value.ts';
import type { HostMatcher, ValueTest } from '../objects/host-matcher.ts';
import type { ObjectType } from '../objects/monitoring-object.ts';
import { commandCall } from '../objects/yaml-value.ts';
import { nameDirective, OBJECT_KINDS, specKeys } from '../objects/yaml-kinds.ts';
import { parseCheckCommand } from '../macros/parse-check-command.ts';
import type { ObjectBody, StoredObject } from './object-body.ts';

type Written = Pick<StoredObject, 'type' | 'body'>;

export const writeYaml = (objects: readonly Written[]): string =>
  objects
    .flatMap(splitTemplate)
    .map((object) => stringify(documentOf(object), { lineWidth: 0 }))
    .join('---\n');

/** Nagios lets a real object be a template as well; here those are two documents. */
function splitTemplate({ type, body }: Written): Written[] {
  const directive = nameDirective(type);
  if (body.template === undefined || !body.isRegistered || directive === undefined) return [{ type, body }];
  const own = body.values.filter(([name]) => name === directive);
  const rest = body.values.filter(([name]) => name !== directive);
  const { template, ...registered } = body;
  return [
    { type, body: { ...body, isRegistered: false, values: rest } },
    { type, body: { ...registered, use: [template], values: own } },
  ];
}

function documentOf({ type, body }: Written): Record<string, unknown> {
  const directive = nameDirective(type);
  const values = new Map(body.values);
  const name = body.isRegistered && directive !== undefined ? values.get(directive) : body.template;
  if (body.isRegistered && directive !== undefined) values.delete(directive);
  const spec = specOf(type, body, values);
  return {
    kind: kindName(type, !body.isRegistered),
    ...(name !== undefined && name !== null && { metadata: { name } }),
    ...(Object.keys(spec).length > 0 && { spec }),
  };
}

function kindName(type: ObjectType, isTemplate: boolean): string {
  const kinds = [...OBJECT_KINDS].filter(([, kind]) => kind.type === type);
  return (kinds.find(([, kind]) => kind.isTemplate === isTemplate) ?? kinds[0])?.[0] ?? type;
}

function specOf(type: ObjectType, body: ObjectBody, values: ReadonlyMap<string, string | null>) {
  const spec: Record<string, unknown> = {};
  if (body.use.length > 0) spec['use'] = body.use;
  if (body.applyTo) spec['applyTo'] = { where: conditionsOf(body.applyTo) };
  if (body.ownCheck) spec['check'] = { kind: body.ownCheck.kind, settings: body.ownCheck.settings };
  const keys = keysByDirective(type);
  const vars: Record<string, string> = {};
  const days: Record<string, string> = {};
  for (const [name, text] of values) {
    const definition = findDirective(type, name);
    const key = keys.get(name);
    if (name === 'check_command' && text !== null) Object.assign(spec, commandOf(text));
    else if (definition !== undefined && key !== undefined) spec[key] = valueOf(definition, text);
    else if (name.startsWith('_')) vars[name.slice(1)] = text ?? 'null';
    else days[name] = text ?? '';
  }
  if (Object.keys(vars).length > 0) spec['vars'] = vars;
  if (Object.keys(days).length > 0) spec['days'] = days;
  return spec;
}

/** The key that people would guess, where there is one; else the name of the directive. */
function keysByDirective(type: ObjectType): Map<string, string> {
  const keys = new Map<string, string>();
  for (const [key, name] of specKeys(type)) {
    const { aliases = [] } = findDirective(type, name) ?? {};
    const isDirective = [name, ...aliases].includes(key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
    if (!keys.has(name) || !isDirective) keys.set(name, key);
  }
  return keys;
}

function commandOf(text: string): Record<string, unknown> {
  const { command, args } = parseCheckCommand(text);
  if (args.length === 0 || commandCall(command, args) !== text) return { command: text };
  return { command, arguments: args };
}

function valueOf({ kind, refersTo }: DirectiveDefinition, text: string | null): unknown {
  if (text === null) return null;
  switch (kind) {
    case 'list':
    case 'options': {
      const parts = text.split(',');
      // Pairs of host and service stay as they were written.
      return parts.length === 1 || refersTo === 'service' ? text : parts.map((part) => part.trim());
    }
    case 'flag':
      return readFlag(text);
    case 'integer':
    case 'decimal':
    case 'seconds':
      return String(Number(text)) === text ? Number(text) : text;
    case 'interval':
    case 'text':
    case 'reference':
    case 'state':
    case 'command':
    case 'coordinates':
      return text;
    default:
      return kind satisfies never;
  }
}

/** `where` of a rule: all of them must hold. */
const conditionsOf = (matcher: HostMatcher): unknown[] =>
  'all' in matcher ? matcher.all.map(conditionOf) : [conditionOf(matcher)];

function conditionOf(matcher: HostMatcher): unknown {
  if ('all' in matcher) return { all: matcher.all.map(conditionOf) };
  if ('any' in matcher) return { any: matcher.any.map(conditionOf) };
  if ('not' in matcher) return { not: conditionOf(matcher.not) };
  if ('var' in matcher) return { var: matcher.var, ...testOf(matcher.test) };
  if ('fact' in matcher) return { fact: matcher.fact, ...testOf(matcher.test) };
  return matcher;
}

const testOf = ({ is, like }: ValueTest) => ({
  ...(is && { is: is.length === 1 ? is[0] : is }),
  ...(like !== undefined && { like }),
});

// A monitoring object as it is stored: what it says in one column, where it stands in
// another, so that a moved line is no change.

import { canonicalJson } from '#wire/canonical-json.ts';
import type { HostMatcher } from '../objects/host-matcher.ts';
import { OBJECT_TYPES, type MonitoringObject, type ObjectType, type OwnCheck } from '../objects/monitoring-object.ts';

export interface ObjectBody {
  template?: string;
  isRegistered: boolean;
  use: string[];
  /** In the order written: lists and days keep it. */
  values: [directive: string, text: string | null][];
  ownCheck?: OwnCheck;
  applyTo?: HostMatcher;
}

export interface ObjectSource {
  file: string;
  line: number;
  lines: Record<string, number>;
}

/** `name` is what people call it: its own name, of a template the template's; '' for what has none. */
export interface StoredObject {
  type: ObjectType;
  name: string;
  body: ObjectBody;
  source: ObjectSource;
}

export function toStoredObject(object: MonitoringObject): StoredObject {
  const { type, name, isRegistered, use, values, ownCheck, applyTo, file, line } = object;
  return {
    type,
    name: nameOfObject(object),
    body: {
      ...(name !== undefined && { template: name }),
      isRegistered,
      use,
      values: Array.from(values, ([directive, { text }]) => [directive, text]),
      ...(ownCheck && { ownCheck }),
      ...(applyTo && { applyTo }),
    },
    source: { file, line, lines: Object.fromEntries(Array.from(values, ([name, value]) => [name, value.line])) },
  };
}

/** `label` stands in for the file, see set-labels.ts. */
export function fromStoredObject({ type, body, source }: StoredObject, label: string): MonitoringObject {
  const { template, isRegistered, use, values, ownCheck, applyTo } = body;
  return {
    type,
    ...(template !== undefined && { name: template }),
    isRegistered,
    use,
    values: new Map(values.map(([name, text]) => [name, { text, line: source.lines[name] ?? source.line }])),
    ...(ownCheck && { ownCheck }),
    ...(applyTo && { applyTo }),
    file: label,
    line: source.line,
  };
}

/** Equal for objects that say the same, wherever they stand. */
export const bodyText = (body: ObjectBody): string => canonicalJson(body);

export const isObjectType = (type: string): type is ObjectType => OBJECT_TYPES.some((known) => known === type);

function nameOfObject({ type, name, isRegistered, values }: MonitoringObject): string {
  const text = (directive: string): string | undefined => values.get(directive)?.text ?? undefined;
  const own = text(type === 'service' ? 'service_description' : `${type}_name`);
  return (isRegistered ? (own ?? name) : (name ?? own)) ?? '';
}

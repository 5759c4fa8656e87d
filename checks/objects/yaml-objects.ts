// YAML documents (`kind: Service`, `metadata`, `spec`) → objects of the one model. All
// problems at once, each with its line, what was given and what is accepted.

import { nearestWord } from '#kernel/nearest-word.ts';
import type { ConfigSource } from '#wire/nagios-config.ts';
import { findDirective, hasCustomVariables } from './directive-table.ts';
import { readNames } from './directive-value.ts';
import type { MonitoringObject } from './monitoring-object.ts';
import type { ProblemList } from './object-problems.ts';
import { writeDirective } from './write-value.ts';
import { nameDirective, OBJECT_KINDS, specKeys } from './yaml-kinds.ts';
import { readApplyTo } from './yaml-matcher.ts';
import { readYaml, type YamlEntry, type YamlNode } from './yaml-node.ts';
import { commandCall, directiveText } from './yaml-value.ts';

/** Objects of a file in its order. Never throws. */
export function readYamlObjects({ file, text }: ConfigSource, problems: ProblemList): MonitoringObject[] {
  return readYaml(text).flatMap((document) => {
    if (document.is === 'fault') {
      for (const { line, message } of document.faults)
        problems.tell({ file, line }, 'object skipped', `Not YAML: ${message}.`);
      return [];
    }
    return readObject(file, document, problems) ?? [];
  });
}

function readObject(file: string, node: YamlNode, problems: ProblemList): MonitoringObject | undefined {
  const { line } = node;
  const skip = (message: string, at = line): undefined =>
    problems.tell({ file, line }, 'object skipped', message, at) as undefined;
  if (node.is !== 'map') return skip('A document is a map with kind, metadata and spec.');
  const parts = new Map(node.entries.map((entry) => [entry.key, entry]));
  const kindEntry = parts.get('kind');
  const kindName = plainText(kindEntry?.value) ?? '';
  const kind = OBJECT_KINDS.get(kindName);
  if (kind === undefined) {
    const near = nearestWord(kindName, OBJECT_KINDS.keys());
    const accepted = `accepted: ${[...OBJECT_KINDS.keys()].join(', ')}.${near ? ` Did you mean ${near}?` : ''}`;
    return skip(`kind: ${JSON.stringify(kindName)} is no kind of monitoring object; ${accepted}`, kindEntry?.line);
  }
  const metadata = parts.get('metadata')?.value;
  const nameEntry = metadata?.is === 'map' ? metadata.entries.find(({ key }) => key === 'name') : undefined;
  const name = plainText(nameEntry?.value);
  const directive = nameDirective(kind.type);
  if (name === undefined && (kind.isTemplate || directive !== undefined)) {
    return skip(`${kindName}: metadata.name is missing.`, metadata?.line);
  }
  const object: MonitoringObject = {
    type: kind.type,
    isRegistered: !kind.isTemplate,
    use: [],
    values: new Map(),
    file,
    line,
  };
  if (name !== undefined && (kind.isTemplate || directive === undefined)) object.name = name;
  else if (name !== undefined && directive !== undefined)
    object.values.set(directive, { text: name, line: nameEntry?.line ?? line });
  for (const entry of node.entries) {
    if (!TOP_LEVEL.includes(entry.key)) tellUnknown(object, entry, TOP_LEVEL, problems);
  }
  for (const entry of metadata?.is === 'map' ? metadata.entries : []) {
    if (entry.key !== 'name')
      tellUnknown(object, { ...entry, key: `metadata.${entry.key}` }, ['metadata.name'], problems);
  }
  const spec = parts.get('spec')?.value;
  if (spec?.is === 'map') readSpec(object, spec.entries, problems);
  else if (spec !== undefined && !(spec.is === 'plain' && spec.value === null)) {
    problems.tell(object, 'value left out', `${kindName} '${name ?? ''}': spec is a map.`, spec.line);
  }
  return object;
}

const TOP_LEVEL = ['apiVersion', 'kind', 'metadata', 'spec'];
const SPECIAL = ['use', 'vars', 'check', 'applyTo', 'arguments', 'days'];

function readSpec(object: MonitoringObject, entries: readonly YamlEntry[], problems: ProblemList): void {
  const keys = specKeys(object.type);
  const tell = (line: number, message: string) => problems.tell(object, 'value left out', message, line);
  for (const entry of entries) {
    const { key, line, value } = entry;
    const name = keys.get(key);
    const definition = name === undefined ? undefined : findDirective(object.type, name);
    if (definition !== undefined) {
      const text = directiveText(definition, value);
      if (typeof text === 'string') writeDirective(object, { name: definition.name, text, line }, problems);
      else tell(line, `spec.${key}: ${given(value)} was given; ${text.accepted} is accepted.`);
    } else if (SPECIAL.includes(key)) readSpecial(object, entry, tell, problems);
    else if (object.type === 'timeperiod') writeDay(object, entry, problems);
    else
      tellUnknown(
        object,
        { ...entry, key: `spec.${key}` },
        [...keys.keys(), ...SPECIAL].map((each) => `spec.${each}`),
        problems,
      );
  }
  const args = entries.find(({ key }) => key === 'arguments');
  if (args !== undefined) putArguments(object, args, tell);
}

type Tell = (line: number, message: string) => void;

function readSpecial(
  object: MonitoringObject,
  { key, line, value }: YamlEntry,
  tell: Tell,
  problems: ProblemList,
): void {
  const takes = (types: readonly string[]): boolean => {
    if (types.includes(object.type)) return true;
    tell(line, `spec.${key} is for ${types.join(' and ')} only.`);
    return false;
  };
  if (key === 'use') {
    object.use =
      value.is === 'list' ? value.items.map((item) => plainText(item) ?? '') : readNames(plainText(value) ?? '');
  } else if (key === 'applyTo') {
    const applyTo = takes(['service']) ? readApplyTo(value, tell) : undefined;
    if (applyTo !== undefined) object.applyTo = applyTo;
  } else if (key === 'check') {
    if (takes(['host', 'service'])) readCheck(object, value, tell);
  } else if (key === 'days') {
    if (takes(['timeperiod']))
      for (const day of value.is === 'map' ? value.entries : []) writeDay(object, day, problems);
  } else if (key === 'vars') {
    if (hasCustomVariables(object.type)) readVars(object, value, tell, problems);
    else tell(line, `spec.vars is for host, service and contact only.`);
  }
}

function readCheck(object: MonitoringObject, node: YamlNode, tell: Tell): void {
  const entries = node.is === 'map' ? node.entries : [];
  const kind = plainText(entries.find(({ key }) => key === 'kind')?.value);
  const unknown = entries.find(({ key }) => key !== 'kind' && key !== 'settings');
  if (kind === undefined)
    tell(node.line, 'spec.check: a kind of check is needed, such as {kind: tcp, settings: {port: 22}}.');
  else if (unknown !== undefined)
    tell(unknown.line, `spec.check.${unknown.key} is not known; kind and settings are accepted.`);
  else object.ownCheck = { kind, settings: entries.find(({ key }) => key === 'settings')?.value.toPlain() ?? {} };
}

function readVars(object: MonitoringObject, node: YamlNode, tell: Tell, problems: ProblemList): void {
  for (const { key, line, value } of node.is === 'map' ? node.entries : []) {
    if (!/^\w{1,64}$/.test(key))
      tell(line, `spec.vars: ${JSON.stringify(key)} is no name; letters, digits and _ are accepted.`);
    else if (value.is === 'plain')
      writeDirective(object, { name: `_${key}`, text: String(value.value), line }, problems);
    else tell(line, `spec.vars.${key}: a single value is accepted.`);
  }
}

function writeDay(object: MonitoringObject, { key, line, value }: YamlEntry, problems: ProblemList): void {
  const times =
    value.is === 'list' ? value.items.map((item) => plainText(item) ?? '').join(',') : (plainText(value) ?? '');
  writeDirective(object, { name: key, text: times, line }, problems);
}

/** The command with its arguments, which Nagios writes in one. */
function putArguments(object: MonitoringObject, { line, value }: YamlEntry, tell: Tell): void {
  const command = object.values.get('check_command');
  const args = value.is === 'list' ? value.items.map((item) => plainText(item)) : [];
  if (command === undefined || command.text === null)
    tell(line, 'spec.arguments are those of spec.command, which is missing.');
  else if (value.is !== 'list' || args.includes(undefined)) tell(line, 'spec.arguments: a list of texts is accepted.');
  else {
    const texts = args.filter((argument) => argument !== undefined);
    object.values.set('check_command', { text: commandCall(command.text, texts), line: command.line });
  }
}

function tellUnknown(
  object: MonitoringObject,
  { key, line }: YamlEntry,
  known: readonly string[],
  problems: ProblemList,
): void {
  const near = nearestWord(key, known);
  problems.tell(
    object,
    'value left out',
    `${key} is not known in a ${object.type}.${near ? ` Did you mean ${near}?` : ''}`,
    line,
  );
}

const plainText = (node: YamlNode | undefined): string | undefined =>
  node?.is === 'plain' && node.value !== null ? String(node.value) : undefined;

const given = (node: YamlNode): string => (node.is === 'plain' ? JSON.stringify(node.value) : `a ${node.is}`);

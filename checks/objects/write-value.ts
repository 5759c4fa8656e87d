// Puts one directive, already named, into an object: checks what kind of value it is, or
// says what is accepted. Both sources of objects, Nagios files and YAML, end here.

import { nearestWord } from '#kernel/nearest-word.ts';
import { directivesOf, findDirective, hasCustomVariables, type DirectiveDefinition } from './directive-table.ts';
import { hasTail, refuseValue } from './directive-value.ts';
import { describeObject, type MonitoringObject } from './monitoring-object.ts';
import type { ProblemList } from './object-problems.ts';
import { parsePeriodLine } from './period-line.ts';

export interface GivenDirective {
  /** As it was written. */
  name: string;
  text: string;
  line: number;
}

/** A directive of the table, a custom variable, or a day of a time period. */
export function writeDirective(object: MonitoringObject, given: GivenDirective, problems: ProblemList): void {
  const { name, text, line } = given;
  const definition = findDirective(object.type, name);
  if (definition !== undefined) writeValue(object, definition, given, problems);
  else if (name.startsWith('_') && hasCustomVariables(object.type)) {
    // An empty variable and one that says "null" look the same in the cache; the text is kept as it is.
    object.values.set(name.toUpperCase(), { text: text === '' ? 'null' : text, line });
  } else if (object.type === 'timeperiod') writePeriodDay(object, given, problems);
  else problems.tell(object, 'value left out', unknownDirective(object, name), line);
}

function writeValue(
  object: MonitoringObject,
  definition: DirectiveDefinition,
  { name, text, line }: GivenDirective,
  problems: ProblemList,
): void {
  const tell = (effect: 'value left out' | 'value changed', message: string) =>
    problems.tell(object, effect, `${describeObject(object)}: ${message}`, line);
  if (definition.obsolete !== undefined) {
    tell('value changed', `${name} has no effect: ${definition.obsolete}.`);
    return;
  }
  if (text === 'null') {
    object.values.set(definition.name, { text: null, line });
    return;
  }
  const accepted = refuseValue(definition, text);
  if (accepted !== undefined) {
    tell('value left out', `${name} ${quoted(text)} was given; ${accepted} is accepted.`);
    return;
  }
  if (hasTail(definition, text))
    tell('value changed', `${name} ${quoted(text)} is read as ${Number.parseFloat(text)}.`);
  // Nagios keeps the last of two, and says nothing.
  if (object.values.has(definition.name)) tell('value changed', `${name} is given twice; the last one counts.`);
  object.values.set(definition.name, { text, line });
}

function writePeriodDay(object: MonitoringObject, { name, text, line }: GivenDirective, problems: ProblemList): void {
  const parsed = parsePeriodLine(`${name} ${text}`);
  if (parsed.ok) object.values.set(parsed.day, { text: parsed.times.join(','), line });
  else
    problems.tell(
      object,
      'value left out',
      `${describeObject(object)}: ${quoted(`${name} ${text}`)}: ${parsed.message}.`,
      line,
    );
}

function unknownDirective(object: MonitoringObject, name: string): string {
  const known = directivesOf(object.type).flatMap((definition) => [definition.name, ...definition.aliases]);
  const near = nearestWord(name, known);
  const what = `${describeObject(object)}: ${quoted(name)} is no directive of a ${object.type}.`;
  return near === undefined ? what : `${what} Did you mean ${near}?`;
}

const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

// `use`: what each object says with its templates taken in, and for every value where it
// came from. Source: spec §7.2, [src].

import { findDirective } from './directive-table.ts';
import { describeObject, type EffectiveValue, type MonitoringObject, type Origin } from './monitoring-object.ts';
import type { ProblemList } from './object-problems.ts';

/** An object with all its values, its own and inherited ones. Lists have lost their `+`. */
export interface EffectiveObject {
  object: MonitoringObject;
  values: Map<string, EffectiveValue>;
}

/**
 * In the order given, templates included. A `use` that leads back to the object is not followed, and the loop is
 * named; one that names no template is left out.
 */
export function resolveTemplates(objects: readonly MonitoringObject[], problems: ProblemList): EffectiveObject[] {
  const templates = indexTemplates(objects, problems);
  const done = new Map<MonitoringObject, EffectiveObject>();

  const resolve = (object: MonitoringObject, path: readonly MonitoringObject[]): EffectiveObject => {
    const known = done.get(object);
    if (known !== undefined) return known;
    const values = ownValues(object);
    const deeper = [...path, object];
    for (const name of object.use) {
      const template = templates.get(templateKey(object.type, name));
      if (template === undefined) problems.tell(object, 'value left out', unknownTemplate(object, name));
      else if (deeper.includes(template))
        tellLoop([...deeper.slice(deeper.indexOf(template)), template], object, problems);
      else if (deeper.length > DEEPEST_USE) problems.tell(object, 'value left out', tooDeep(object));
      else inherit(values, resolve(template, deeper).values, object);
    }
    const effective = { object, values };
    done.set(object, effective);
    return effective;
  };
  return objects.map((object) => withoutPlus(resolve(object, [])));
}

function ownValues(object: MonitoringObject): Map<string, EffectiveValue> {
  const { file, name } = object;
  const values = new Map<string, EffectiveValue>();
  for (const [directive, { text, line }] of object.values) {
    const origin: Origin = name === undefined ? { file, line } : { file, line, template: name };
    values.set(directive, { text, origins: [origin] });
  }
  return values;
}

/** Chains of real sites are below ten; the bound keeps a hostile one off the stack. */
const DEEPEST_USE = 100;

const templateKey = (type: string, name: string): string => `${type} ${name}`;

function indexTemplates(objects: readonly MonitoringObject[], problems: ProblemList): Map<string, MonitoringObject> {
  const templates = new Map<string, MonitoringObject>();
  for (const object of objects) {
    if (object.name === undefined) continue;
    const key = templateKey(object.type, object.name);
    const first = templates.get(key);
    if (first === undefined) templates.set(key, object);
    else {
      const where = `${first.file}:${first.line}`;
      problems.tell(
        object,
        'value left out',
        `A ${object.type} template '${object.name}' stands in ${where} already; that one is used.`,
      );
    }
  }
  return templates;
}

/** The first template that has a value wins; a list that begins with `+` goes behind the template's. */
function inherit(
  values: Map<string, EffectiveValue>,
  from: ReadonlyMap<string, EffectiveValue>,
  to: MonitoringObject,
): void {
  for (const [name, inherited] of from) {
    const mine = values.get(name);
    if (mine === undefined) values.set(name, inherited);
    else if (mine.text?.startsWith('+') && inherited.text !== null && isList(to, name)) {
      values.set(name, {
        text: `${inherited.text},${mine.text.slice(1)}`,
        origins: [...inherited.origins, ...mine.origins],
      });
    }
  }
}

const isList = (object: MonitoringObject, name: string): boolean => findDirective(object.type, name)?.kind === 'list';

/**
 * The `+` that nothing stood before any more. An escalation keeps it for its contacts: there it asks for those of
 * the host or service.
 */
function withoutPlus({ object, values }: EffectiveObject): EffectiveObject {
  const isEscalation = object.type === 'hostescalation' || object.type === 'serviceescalation';
  let cleaned: Map<string, EffectiveValue> | undefined;
  for (const [name, { text, origins }] of values) {
    if (!text?.startsWith('+') || !isList(object, name)) continue;
    if (isEscalation && (name === 'contacts' || name === 'contact_groups')) continue;
    // A copy: objects that use this one as a template still need its `+`.
    cleaned ??= new Map(values);
    cleaned.set(name, { text: text.slice(1), origins });
  }
  return { object, values: cleaned ?? values };
}

function tellLoop(loop: readonly MonitoringObject[], object: MonitoringObject, problems: ProblemList): void {
  const names = loop.map((each) => each.name ?? describeObject(each)).join(' → ');
  problems.tell(object, 'value left out', `Templates use each other in a loop: ${names}. This "use" is not followed.`);
}

const unknownTemplate = (object: MonitoringObject, name: string): string =>
  `${describeObject(object)} uses '${name}', which is no ${object.type} template. It is left out.`;

const tooDeep = (object: MonitoringObject): string =>
  `${describeObject(object)} uses templates more than ${DEEPEST_USE} deep; what lies below is left out.`;

/** Where the value came from, in words: `template linux (objects/base.cfg:12)`. */
export const describeOrigin = ({ template, impliedBy, file, line }: Origin): string => {
  const where = `${file}:${line}`;
  const what = template === undefined ? where : `template ${template} (${where})`;
  return impliedBy === undefined ? what : `${what}, by way of its ${impliedBy}`;
};

// Which objects name one: as a template, a command, a group, a host. Pure.

import { findDirective } from '../objects/directive-table.ts';
import { readNames } from '../objects/directive-value.ts';
import { parseCheckCommand } from '../macros/parse-check-command.ts';
import { isObjectType } from './object-body.ts';
import type { ObjectRow } from './object-queries.ts';

const MOST_USES = 200;

export function findUses(used: ObjectRow, all: readonly ObjectRow[]): { shown: ObjectRow[]; count: number } {
  const found = all.filter((object) => object.id !== used.id && uses(object, used));
  return { shown: found.slice(0, MOST_USES), count: found.length };
}

function uses({ type, body }: ObjectRow, { type: usedType, name, body: usedBody }: ObjectRow): boolean {
  const { template } = usedBody;
  if (type === usedType && template !== undefined && body.use.includes(template)) return true;
  if (!usedBody.isRegistered || name === '' || !isObjectType(type)) return false;
  return body.values.some(([directive, text]) => {
    const definition = text === null ? undefined : findDirective(type, directive);
    if (definition === undefined || text === null) return false;
    if (definition.kind === 'command') return usedType === 'command' && parseCheckCommand(text).command === name;
    // Its own name is no use of another object.
    if (definition.refersTo !== usedType) return false;
    return readNames(text.replace(/^\+/, '')).some((each) => each.replace(/^!/, '') === name);
  });
}

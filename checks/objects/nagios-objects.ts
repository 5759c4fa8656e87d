// Blocks of Nagios files → objects of the one model. Extinfo blocks, which Nagios gave up
// long ago, are not read.

import type { RawObject } from '#wire/nagios-config-objects.ts';
import { OBJECT_TYPES, type MonitoringObject } from './monitoring-object.ts';
import { readFlag, readNames } from './directive-value.ts';
import type { ProblemList } from './object-problems.ts';
import { writeDirective } from './write-value.ts';

/** In the order of the files. Never throws. */
export function readNagiosObjects(raw: readonly RawObject[], problems: ProblemList): MonitoringObject[] {
  return raw.map((block) => readBlock(block, problems)).filter((object) => object !== undefined);
}

function readBlock(raw: RawObject, problems: ProblemList): MonitoringObject | undefined {
  const { file, line } = raw;
  const type = OBJECT_TYPES.find((known) => known === raw.type);
  if (type === undefined) {
    const message = `${raw.type} is not read: its directives (notes, icon_image …) belong into the ${raw.type.replace('extinfo', '')} itself.`;
    problems.tell({ file, line }, 'object skipped', message);
    return undefined;
  }
  const object: MonitoringObject = { type, isRegistered: true, use: [], values: new Map(), file, line };
  for (const { name, value, line: at } of raw.directives) {
    if (name === 'use') object.use = readNames(value);
    else if (name === 'name') object.name = value;
    else if (name === 'register') object.isRegistered = readFlag(value);
    else writeDirective(object, { name, text: value, line: at }, problems);
  }
  return object;
}

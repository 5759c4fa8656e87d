// Blocks of Nagios files → objects of the one model. Extinfo blocks, which Nagios gave up
// long ago, are not read.

import type { RawObject } from '#wire/nagios-config-objects.ts';
import { OBJECT_TYPES, type MonitoringObject, type ObjectType } from './monitoring-object.ts';
import { findDirective } from './directive-table.ts';
import { readDecimal, readFlag, readIntervalSec, readNames } from './directive-value.ts';
import type { ProblemList } from './object-problems.ts';
import type { SiteSettings } from './site-settings.ts';
import { writeDirective } from './write-value.ts';

/**
 * In the order of the files. Intervals are multiplied out and get their unit (`300s`), so that objects of sites with
 * different `interval_length` can stand beside each other. Never throws.
 */
export function readNagiosObjects(
  raw: readonly RawObject[],
  { intervalLengthSec }: Pick<SiteSettings, 'intervalLengthSec'>,
  problems: ProblemList,
): MonitoringObject[] {
  return raw.map((block) => readBlock(block, intervalLengthSec, problems)).filter((object) => object !== undefined);
}

function readBlock(raw: RawObject, intervalLengthSec: number, problems: ProblemList): MonitoringObject | undefined {
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
    else writeDirective(object, { name, text: withUnit(type, name, value, intervalLengthSec), line: at }, problems);
  }
  return object;
}

function withUnit(type: ObjectType, name: string, value: string, intervalLengthSec: number): string {
  if (findDirective(type, name)?.kind !== 'interval' || readDecimal(value) === undefined) return value;
  return `${readIntervalSec(value, intervalLengthSec)}s`;
}

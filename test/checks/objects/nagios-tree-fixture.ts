// Reads a Nagios tree of the fixtures, and what the real Nagios made of it.

import { readFileSync } from 'node:fs';
import { importNagios } from '#checks/objects/import-nagios.ts';
import { createNagiosFilesOnDisk } from '#checks/objects/nagios-files-on-disk.ts';
import { parseNagiosObjects } from '#wire/nagios-config-objects.ts';
import { readNagiosTree } from '#wire/nagios-config-tree.ts';

/** Where the trees say that they are; the files themselves write `@D@`. */
export const TREE = '/etc/nagios4';

export function resolveTree(folder: string, mainFile = `${TREE}/nagios.cfg`, mainText?: string) {
  const disk = createNagiosFilesOnDisk({ from: TREE, to: folder });
  const tree = readNagiosTree(mainFile, {
    ...disk,
    read(file) {
      const found = file === mainFile && mainText !== undefined ? { text: mainText } : disk.read(file);
      return 'text' in found ? { text: found.text.replaceAll('@D@', TREE) } : found;
    },
  });
  return { tree, ...importNagios(tree) };
}

/** Comparable objects, sorted; a directive that repeats keeps all its values. */
export interface PlainObject {
  type: string;
  attrs: Record<string, string | string[]>;
}

export function readCacheFile(file: string): PlainObject[] {
  const { entries } = parseNagiosObjects({ file, text: readFileSync(file, 'utf8').replaceAll(';', '\\;') });
  return entries.flatMap((entry) => {
    if (entry.kind !== 'object') return [];
    const attrs: PlainObject['attrs'] = {};
    for (const { name, value } of entry.object.directives) {
      const [key, text] = entry.object.type === 'timeperiod' ? splitPeriodLine(name, value) : [name, value];
      const before = attrs[key];
      attrs[key] = before === undefined ? text : [before, text].flat();
    }
    return [{ type: entry.object.type, attrs }];
  });
}

/** The days of a time period hold blanks; the cache parts them from the times with a tab. */
function splitPeriodLine(name: string, value: string): [string, string] {
  const [days = '', times] = value.split('\t');
  return times === undefined ? [name, value] : [`${name} ${days}`, times];
}

export const sortObjects = (objects: PlainObject[]): string[] =>
  objects.map(({ type, attrs }) => `${type} ${JSON.stringify(Object.entries(attrs).sort())}`).sort();

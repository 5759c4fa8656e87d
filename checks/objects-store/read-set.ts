// The files of a set → its objects with their settings, and all that is to be said of the
// files: what could not be read, what of Nagios does less here.

import { badRequest } from '#kernel/errors.ts';
import type { ConfigProblem } from '#wire/nagios-config.ts';
import { readNagiosTree, type NagiosFiles } from '#wire/nagios-config-tree.ts';
import type { MonitoringObject } from '../objects/monitoring-object.ts';
import { directiveNotes, settingNotes, type FeatureNote } from '../objects/nagios-features.ts';
import { readNagiosObjects } from '../objects/nagios-objects.ts';
import { createProblemList, type ObjectProblem } from '../objects/object-problems.ts';
import { OWN_SITE_SETTINGS, readSiteSettings, type SiteSettings } from '../objects/site-settings.ts';
import { readYamlObjects } from '../objects/yaml-objects.ts';
import { binaryReason, createSentFiles, refuseSentFiles, type SentFile } from './uploaded-files.ts';

/** Where the documents of a set come from. */
export type SetFiles =
  | { kind: 'yaml'; files: readonly SentFile[] }
  | { kind: 'nagios'; mainFile: string; files: readonly SentFile[]; folders?: readonly string[] }
  /** Read on this machine. */
  | { kind: 'nagios'; mainFile: string; from: NagiosFiles };

export interface ReadSet {
  kind: 'yaml' | 'nagios';
  objects: MonitoringObject[];
  settings: SiteSettings;
  /** `USER1` → value; may hold passwords. */
  resources: ReadonlyMap<string, string>;
  /** Object files that were read. */
  files: string[];
  fileProblems: ConfigProblem[];
  objectProblems: ObjectProblem[];
  features: FeatureNote[];
  settingNotes: FeatureNote[];
}

/** Never throws for what the files say; for their number, size and names see refuseSentFiles. */
export function readSet(given: SetFiles): ReadSet {
  if ('files' in given) refuseSentFiles(given.files);
  return given.kind === 'yaml' ? readYamlSet(given.files) : readNagiosSet(given);
}

function readYamlSet(files: readonly SentFile[]): ReadSet {
  const problems = createProblemList();
  const fileProblems: ConfigProblem[] = [];
  const objects = files.flatMap(({ name, text }) => {
    const reason = binaryReason(text);
    if (reason === undefined) return readYamlObjects({ file: name, text }, problems);
    fileProblems.push({ file: name, line: 1, severity: 'error', message: `This file was not read: ${reason}.` });
    return [];
  });
  return {
    kind: 'yaml',
    objects,
    settings: OWN_SITE_SETTINGS,
    resources: new Map(),
    files: files.map(({ name }) => name),
    fileProblems,
    objectProblems: problems.found,
    features: [],
    settingNotes: [],
  };
}

function readNagiosSet(given: Extract<SetFiles, { kind: 'nagios' }>): ReadSet {
  const tree = readNagiosTree(given.mainFile, 'from' in given ? given.from : createSentFiles(given.files, given));
  const settings = readSiteSettings(tree.settings);
  const problems = createProblemList();
  const objects = readNagiosObjects(tree.objects, settings, problems);
  return {
    kind: 'nagios',
    objects,
    settings,
    resources: tree.resources,
    files: tree.files,
    fileProblems: tree.problems,
    objectProblems: problems.found,
    features: directiveNotes(objects),
    settingNotes: settingNotes(tree.settings),
  };
}

/** The main file among those that were sent: the one that names others, nearest to the top. Throws `no_main_file` (400). */
export function findMainFile(files: readonly SentFile[]): string {
  const found = files
    .filter(({ name, text }) => name.endsWith('.cfg') && /^\s*cfg_(?:file|dir)\s*=/m.test(text))
    .toSorted((a, b) => a.name.split('/').length - b.name.split('/').length || (a.name < b.name ? -1 : 1));
  const [first] = found;
  if (first === undefined)
    throw badRequest(
      'no_main_file',
      'None of the files names others with cfg_file or cfg_dir; send the main file (nagios.cfg) too.',
    );
  return first.name;
}

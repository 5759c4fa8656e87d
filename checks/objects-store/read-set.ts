// The files of a set → its objects with their settings, and all that is to be said of the
// files: what could not be read, what of Nagios does less here.

import type { ConfigProblem } from '#wire/nagios-config.ts';
import { readNagiosTree, type NagiosTree } from '#wire/nagios-config-tree.ts';
import { createNagiosFilesOnDisk } from '../objects/nagios-files-on-disk.ts';
import { directiveNotes, settingNotes, type FeatureNote } from '../objects/nagios-features.ts';
import { readNagiosObjects } from '../objects/nagios-objects.ts';
import { createProblemList, type ObjectProblem } from '../objects/object-problems.ts';
import { OWN_SITE_SETTINGS, readSiteSettings, type SiteSettings } from '../objects/site-settings.ts';
import { readYamlObjects } from '../objects/yaml-objects.ts';
import { toStoredObject, type StoredObject } from './object-body.ts';
import { binaryReason, createSentFiles, refuseSentFiles, type SentFile } from './uploaded-files.ts';

/** Where the documents of a set come from. */
export type SetFiles =
  | { kind: 'yaml'; files: readonly SentFile[] }
  | SentTree
  /** Read on this machine. */
  | { kind: 'nagios'; mainFile: string; isHere: true };

interface SentTree {
  kind: 'nagios';
  /** Without it it is found among the files; files that name no others are taken all. */
  mainFile?: string;
  files: readonly SentFile[];
  folders?: readonly string[];
}

export interface ReadSet {
  kind: 'yaml' | 'nagios';
  objects: StoredObject[];
  settings: SiteSettings;
  /** `USER1` → value; may hold passwords. */
  resources: ReadonlyMap<string, string>;
  /** Of a Nagios configuration; the first file of others. */
  mainFile: string;
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
    objects: objects.map(toStoredObject),
    settings: OWN_SITE_SETTINGS,
    resources: new Map(),
    mainFile: files[0]?.name ?? '',
    fileProblems,
    objectProblems: problems.found,
    features: [],
    settingNotes: [],
  };
}

function readSentTree({ files, folders, mainFile }: SentTree): NagiosTree {
  const main = mainFile ?? findMainFile(files);
  const all = main === undefined ? [...files, nameAll(files)] : files;
  const options = { mainFile: main ?? ALL_FILES, ...(folders && { folders }) };
  return readNagiosTree(options.mainFile, createSentFiles(all, options));
}

/** A main file without a folder leaves `./` before all others. */
const asSent = <Placed extends { file: string }>(placed: Placed): Placed => ({
  ...placed,
  file: placed.file.replace(/^\.\//, ''),
});

function readNagiosSet(given: Extract<SetFiles, { kind: 'nagios' }>): ReadSet {
  const tree = 'isHere' in given ? readNagiosTree(given.mainFile, createNagiosFilesOnDisk()) : readSentTree(given);
  const settings = readSiteSettings(tree.settings);
  const problems = createProblemList();
  const objects = readNagiosObjects(tree.objects, settings, problems);
  return {
    kind: 'nagios',
    objects: objects.map(asSent).map(toStoredObject),
    settings,
    resources: tree.resources,
    mainFile: tree.mainFile,
    fileProblems: tree.problems.map(asSent),
    objectProblems: problems.found.map(asSent),
    features: directiveNotes(objects),
    settingNotes: settingNotes(tree.settings),
  };
}

/** The main file among those that were sent: the one that names others, nearest to the top. */
function findMainFile(files: readonly SentFile[]): string | undefined {
  return files
    .filter(({ name, text }) => name.endsWith('.cfg') && /^\s*cfg_(?:file|dir)\s*=/m.test(text))
    .toSorted((a, b) => a.name.split('/').length - b.name.split('/').length || (a.name < b.name ? -1 : 1))[0]?.name;
}

/** Object files alone, as somebody tries out: a main file that names all of them. */
const ALL_FILES = 'all files';
const nameAll = (files: readonly SentFile[]): SentFile => ({
  name: ALL_FILES,
  text: files.map(({ name }) => `cfg_file=${name}`).join('\n'),
});

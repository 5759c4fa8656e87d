// `plexus apply`, `diff`, `export` and `import nagios`: documents of this machine are sent to
// the server, which resolves them; what it says is printed.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '#kernel/errors.ts';
import { createNagiosFilesOnDisk } from '#checks/objects/nagios-files-on-disk.ts';
import { readNagiosTree, type NagiosFiles } from '#wire/nagios-config-tree.ts';
import { object, text } from '#wire/json-shape.ts';
import { readSettings } from '../settings.ts';
import { createApiClient } from './api-client.ts';
import { changeLines, isDifferent, problemLines, reportLines, setOutcome } from './set-outcome.ts';

/** Large sets take the server some seconds. */
const TIMEOUT_MS = 180_000;
const DIFFERENT = 2;
const FAILED = 1;

export interface ApplyOptions {
  file: string[];
  set: string;
  cluster?: string;
  dryRun?: true;
  prune?: true;
  output: string;
}

interface Sent {
  name: string;
  text: string;
}

const client = () => createApiClient(readSettings());
const print = (lines: readonly string[]): void =>
  void process.stdout.write(lines.map((line) => `${printable(line)}\n`).join(''));

/** Says what changed; exit code 1 when the set is refused. */
export async function applyFiles(options: ApplyOptions): Promise<void> {
  const outcome = await sendDocuments(options, options.dryRun === true);
  if (options.output === 'json') print([JSON.stringify(outcome, undefined, 2)]);
  else print([...problemLines(outcome), ...changeLines(outcome), summary(outcome.outcome, isDifferent(outcome))]);
  if (outcome.isRefusable) process.exitCode = FAILED;
}

/** Exit code 0 when nothing would change, 2 when something would, 1 when the set would be refused. */
export async function diffFiles(options: ApplyOptions): Promise<void> {
  const outcome = await sendDocuments(options, true);
  if (options.output === 'json') print([JSON.stringify(outcome, undefined, 2)]);
  else print([...problemLines(outcome), ...changeLines(outcome)]);
  if (outcome.isRefusable) process.exitCode = FAILED;
  else if (isDifferent(outcome)) process.exitCode = DIFFERENT;
}

export async function exportSet(name: string): Promise<void> {
  const { yaml } = await client().get(`/object-sets/${encodeURIComponent(name)}/export`, object({ yaml: text(1e9) }));
  process.stdout.write(yaml);
}

export interface ImportOptions {
  dryRun?: true;
  acceptRest?: true;
  set?: string;
  cluster?: string;
  output: string;
}

/** Exit code 1 when there are errors, also when the rest was taken. */
export async function importNagios(file: string, options: ImportOptions): Promise<void> {
  refuseOutput(options.output);
  const mainFile = path.resolve(file);
  const { files, folders } = collectTree(mainFile);
  const { dryRun, acceptRest, set = `nagios:${mainFile}`, cluster } = options;
  const body = { kind: 'nagios', mainFile, files, folders, cluster, acceptRest };
  const outcome = await send(set, body, dryRun === true);
  if (options.output === 'json') print([JSON.stringify(outcome, undefined, 2)]);
  else print([...reportLines(outcome), summary(outcome.outcome, isDifferent(outcome))]);
  if (outcome.isRefusable) process.exitCode = FAILED;
}

async function sendDocuments(options: ApplyOptions, isPreview: boolean) {
  refuseOutput(options.output);
  const { file, set, cluster, prune } = options;
  return send(set, { kind: 'yaml', files: documentsOf(file), cluster, keepsOthers: prune !== true }, isPreview);
}

const send = (set: string, body: object, isPreview: boolean) => {
  const where = `/object-sets/${encodeURIComponent(set)}`;
  return isPreview
    ? client().send('POST', `${where}/preview`, body, setOutcome, { timeoutMs: TIMEOUT_MS })
    : client().send('PUT', where, body, setOutcome, { timeoutMs: TIMEOUT_MS, alsoStatus: 422 });
};

function refuseOutput(output: string): void {
  if (output !== 'text' && output !== 'json')
    throw new AppError('bad_arguments', `-o: "${output}" is not accepted; accepted: text, json`);
}

const summary = (outcome: 'applied' | 'preview' | 'refused', isChanged: boolean): string =>
  ({
    applied: isChanged ? 'Applied.' : 'Nothing to change.',
    preview: isChanged ? 'Nothing was written: this is a dry run.' : 'Nothing would change.',
    refused: 'Refused: nothing was written. Errors stand in the way.',
  })[outcome];

/** YAML files as given, and all below folders, by name. */
function documentsOf(given: readonly string[]): Sent[] {
  const files = given.flatMap((each) =>
    orRefuse(each, () =>
      statSync(each).isDirectory() ? yamlBelow(each, each) : [{ file: each, name: path.basename(each) }],
    ),
  );
  if (files.length === 0) throw new AppError('bad_arguments', `-f: no .yaml or .yml file in ${given.join(', ')}`);
  return files.map(({ file, name }) => ({ name, text: orRefuse(file, () => readFileSync(file, 'utf8')) }));
}

function yamlBelow(folder: string, from: string): { file: string; name: string }[] {
  return readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.name.startsWith('.')) return [];
      if (entry.isDirectory()) return yamlBelow(file, from);
      return /\.ya?ml$/.test(entry.name) ? [{ file, name: path.relative(from, file) }] : [];
    });
}

function orRefuse<Value>(file: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('bad_arguments', `-f: ${file} cannot be read: ${reason}`);
  }
}

/** Every file that reading the configuration opens, and the folders it looks into. */
function collectTree(mainFile: string): { files: Sent[]; folders: string[] } {
  const disk = createNagiosFilesOnDisk();
  const files = new Map<string, string>();
  const folders = new Set<string>();
  const recorded: NagiosFiles = {
    read(file) {
      const found = disk.read(file);
      if ('text' in found) files.set(file, found.text);
      return found;
    },
    list(folder) {
      const found = disk.list(folder);
      if ('names' in found) folders.add(folder);
      return found;
    },
  };
  readNagiosTree(mainFile, recorded);
  if (!files.has(mainFile)) throw new AppError('import_failed', `${mainFile} cannot be read.`);
  return { files: Array.from(files, ([name, content]) => ({ name, text: content })), folders: [...folders] };
}

/** Names in documents may be anything; they must not steer a terminal. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const printable = (line: string): string => line.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '?');

// Puts an uploaded archive into service in the Capistrano layout, or goes back to an
// earlier release. Readers of `current` never see it missing, a release counts as
// good only when its restart went well, and a cut anywhere leaves what was there.

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { listOf, matching, object, oneOf, text, wholeNumber, type ValueOf } from '#wire/json-shape.ts';
import { syncDirectory } from '../durable-file.ts';
import { outcomeOf, withBody, type Action, type ActionContext, type Outcome } from './action.ts';
import { cleanUp } from './release-cleanup.ts';
import {
  currentRelease,
  isThere,
  layoutOf,
  readNote,
  writeNote,
  type Layout,
  type ReleaseNote,
} from './release-layout.ts';
import { linkShared } from './release-links.ts';

const inside = matching(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$)).{1,1000}$/, 'a path below the release, without ".."');

const shape = object(
  {
    action: oneOf('deploy', 'rollback'),
    app: text(128),
    version: text(256),
    releaseTs: matching(/^\d{14}$/, 'YYYYMMDDHHMMSS'),
    deployTo: matching(
      /^\/(?!(?:.*\/)?\.\.(?:\/|$)).+[^/]$/,
      'a full path without ".." and without a slash at its end',
    ),
  },
  {
    keep: wholeNumber(1, 1000),
    /** Also for a roll-back: a host that lacks the release fetches it again. */
    artifact: object({ sha256: matching(/^[0-9a-f]{64}$/, 'a SHA-256 in hex'), sizeBytes: wholeNumber() }),
    linkedFiles: listOf(inside, 200),
    linkedDirs: listOf(inside, 200),
    /** Run in `current` after the switch. */
    restartCommand: listOf(text(64 * 1024), 500),
  },
);
type ReleaseRequest = ValueOf<typeof shape>;

const DEFAULT_KEEP = 5;

/** A step that cannot go on ends the request with this outcome; what is in service stays. */
class Halt extends Error {
  readonly outcome: Outcome;
  constructor(outcome: Outcome) {
    super(outcome.reason);
    this.outcome = outcome;
  }
}

export const releaseAction: Action = {
  name: 'release',
  run: (body, context, signal) =>
    withBody(shape, body, async (request) => {
      try {
        return await putInService(request, context, signal);
      } catch (error) {
        if (error instanceof Halt) return error.outcome;
        throw error;
      }
    }),
};

async function putInService(request: ReleaseRequest, context: ActionContext, signal: AbortSignal): Promise<Outcome> {
  const layout = layoutOf(request.deployTo);
  const { say } = context;
  const previous = currentRelease(layout);
  const release = path.join(layout.releases, request.releaseTs);
  if (!isPrepared(request, release)) await prepare(request, { context, layout, release, signal });
  // Last moment at which a cancel leaves everything as it was.
  if (signal.aborted) halt('Canceled before the switch.');
  switchTo(layout, request.releaseTs);
  say(`current -> releases/${request.releaseTs} (was ${previous ?? 'nothing'})`);
  noteRevision(request, context, layout);
  const result = {
    app: request.app,
    version: request.version,
    releaseTs: request.releaseTs,
    previous: previous ?? null,
  };
  const restarted = await restart(request, context, layout);
  const good = restarted.status === 'succeeded';
  const note = readNote(release);
  if (note) writeNote(release, { ...note, state: good ? 'good' : 'failed' });
  if (!good) return { ...restarted, result };
  const cleaned = cleanUp(layout, { keep: request.keep ?? DEFAULT_KEEP, previous, nowMs: context.clock.nowMs() });
  for (const name of cleaned.removed) say(`removed releases/${name}`);
  for (const name of cleaned.foreign) say(`left alone: releases/${name} is not a release`);
  return { ...restarted, result: { ...result, removed: cleaned.removed } };
}

/** The very bytes are unpacked here already: after a roll-back's target, or a repeated run. */
function isPrepared(request: ReleaseRequest, release: string): boolean {
  const note = readNote(release);
  if (note === undefined) return false;
  if (!request.artifact || note.sha256 === request.artifact.sha256) return true;
  return halt(`releases/${request.releaseTs} holds other content (SHA-256 ${note.sha256}).`);
}

interface Preparation {
  context: ActionContext;
  layout: Layout;
  release: string;
  signal: AbortSignal;
}

/** Nothing here touches what is in service. */
async function prepare(request: ReleaseRequest, { context, layout, release, signal }: Preparation): Promise<void> {
  const { artifact, linkedDirs = [], linkedFiles = [] } = request;
  if (!artifact) return halt(`releases/${request.releaseTs} is not on this host and no artifact was named.`);
  if (isThere(release)) return halt(`releases/${request.releaseTs} exists but is not a whole release.`);
  for (const directory of [layout.releases, layout.shared]) mkdirSync(directory, { recursive: true });
  const missing = linkedFiles.filter((file) => !existsSync(path.join(layout.shared, file)));
  if (missing.length > 0) halt(`These linked files are not in ${layout.shared}: ${missing.join(', ')}.`);
  const archive = path.join(context.directory, 'artifact');
  const partial = `${release}.partial`;
  try {
    await context.fetchArtifact({ ...artifact, file: archive }, signal);
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    await unpack(context, archive, partial);
    linkShared(layout, partial, { linkedDirs, linkedFiles });
    const { releaseTs: ts, version } = request;
    const note: ReleaseNote = { ts, version, sha256: artifact.sha256, requestId: context.requestId, state: 'prepared' };
    writeNote(partial, note);
    renameSync(partial, release);
    syncDirectory(layout.releases);
  } finally {
    rmSync(partial, { recursive: true, force: true });
    rmSync(archive, { force: true });
  }
}

async function unpack(context: ActionContext, archive: string, into: string): Promise<void> {
  const compress = isGzip(archive) ? ['-z'] : [];
  // As root, tar would otherwise keep owners and set-user-ID bits that the archive names.
  const end = await context.run('unpack', {
    argv: ['tar', '-x', ...compress, '--no-same-owner', '--no-same-permissions', '-f', archive, '-C', into],
  });
  const outcome = outcomeOf(end);
  if (outcome.status !== 'succeeded')
    throw new Halt({ ...outcome, reason: `The archive could not be unpacked. ${outcome.reason ?? ''}` });
}

function isGzip(file: string): boolean {
  const head = Buffer.alloc(2);
  const fd = openSync(file, 'r');
  try {
    readSync(fd, head, 0, 2, 0);
  } finally {
    closeSync(fd);
  }
  return head[0] === 0x1f && head[1] === 0x8b;
}

/** rename(2) replaces the link in one step: there is no instant without `current`. */
function switchTo(layout: Layout, releaseTs: string): void {
  const next = path.join(layout.root, '.current.new');
  rmSync(next, { force: true });
  symlinkSync(path.join('releases', releaseTs), next);
  renameSync(next, layout.current);
  syncDirectory(layout.root);
}

function noteRevision(request: ReleaseRequest, context: ActionContext, layout: Layout): void {
  const { action, app, version, releaseTs } = request;
  const at = new Date(context.clock.nowMs()).toISOString();
  appendFileSync(
    layout.log,
    `${at} ${action} ${app} ${version} as release ${releaseTs} by request ${context.requestId}\n`,
  );
}

async function restart(request: ReleaseRequest, context: ActionContext, layout: Layout): Promise<Outcome> {
  const [program, ...args] = request.restartCommand ?? [];
  if (program === undefined) return { status: 'succeeded' };
  const outcome = outcomeOf(await context.run('restart', { argv: [program, ...args], cwd: layout.current }));
  if (outcome.status === 'succeeded') return outcome;
  return { ...outcome, reason: `Switched, but the restart failed: ${outcome.reason ?? outcome.status}` };
}

function halt(reason: string): never {
  throw new Halt({ status: 'failed', reason });
}

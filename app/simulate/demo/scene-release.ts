// Two releases of the shop, uploaded and deployed one after the other, so that there
// is one to go back to.

import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { Artifact, RunStarted } from '#web/contract/remediation.ts';
import { waitForRun, type SceneDeps } from './scene-hosts.ts';

const APP = 'shop';
const VERSIONS = ['1.4.1', '1.4.2'];

export async function makeReleases(deps: SceneDeps, groupId: string): Promise<void> {
  for (const version of VERSIONS) {
    const query = new URLSearchParams({ name: APP, version });
    const artifact = await deps.api.upload(`/artifacts?${query}`, await archiveOf(version), Artifact);
    const { runId } = await deps.api.post(
      '/releases/deploy',
      {
        ...{ app: APP, artifactId: artifact.id, deployTo: '/srv/shop', keep: 5, linkedDirs: ['log'] },
        targets: { hostIds: [], groupIds: [groupId] },
      },
      RunStarted,
    );
    await waitForRun(deps, runId);
  }
}

/** A tar.gz with what a small site is made of. */
async function archiveOf(version: string): Promise<Uint8Array> {
  const archive = pack();
  const packed = buffer(archive.pipe(createGzip()));
  archive.entry({ name: 'VERSION' }, `${version}\n`);
  archive.entry({ name: 'public/index.html' }, `<!doctype html><title>Shop</title><h1>Shop ${version}</h1>\n`);
  archive.entry({ name: 'config/shop.ini' }, 'workers = 8\nkeepalive = on\n');
  archive.finalize();
  await once(archive, 'end');
  return packed;
}

import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chooseRollback, nextReleaseTs } from '#remediation/release/rollback-target.ts';
import type { Release, ReleaseState } from '#remediation/api.ts';
import { anna, openHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await openHarness(['web-1', 'web-2']);
  await harness.remediation.start(new AbortController().signal);
});
afterEach(async () => {
  await harness.remediation.stop();
  await harness.close();
});

async function* pieces(...parts: Uint8Array[]) {
  for (const part of parts) yield await Promise.resolve(part);
}
const archive = (text: string) => gzipSync(Buffer.from(text));
const api = () => harness.remediation.api;
const upload = (version: string, text = version) =>
  api().artifacts.upload(anna, { name: 'shop', version, content: pieces(archive(text)) });
const ledger = async () =>
  (await api().releases.list({ app: 'shop', limit: 10 })).items.map(
    (release) => `${release.version} ${release.state}${release.current ? ' current' : ''}`,
  );
async function deploy(version: string, outcome: 'succeeded' | 'failed' = 'succeeded'): Promise<void> {
  harness.clock.advance(1000);
  const { id } = await upload(version);
  const targets = { hostIds: harness.hosts.map((host) => host.id), groupIds: [] };
  await answerAll(
    await api().releases.deploy(anna, { app: 'shop', artifactId: id, deployTo: '/srv/shop', targets }),
    outcome,
  );
}
async function answerAll(runId: string, outcome: 'succeeded' | 'failed'): Promise<void> {
  const mine = () => harness.gateway.sent.filter((request) => request.runId === runId);
  await harness.until('both hosts are asked', () => Promise.resolve(mine().length === 2));
  for (const request of mine()) await harness.gateway.finish(request.requestId, { status: outcome });
  await harness.until('the run ends', async () => (await api().runs.get(runId)).run.finishedAtMs !== undefined);
}

test('an archive comes back as it was sent, however it was cut', async () => {
  const content = Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(2_500_000, 7)]);
  const cut = [content.subarray(0, 1), content.subarray(1, 1_700_000), content.subarray(1_700_000)];
  const artifact = await api().artifacts.upload(anna, { name: 'shop', version: '1', content: pieces(...cut) });
  expect(await api().artifacts.sizeOf(artifact.sha256)).toBe(content.length);
  const read: Uint8Array[] = [];
  for (let offset = 0; ;) {
    const piece = await api().artifacts.readChunk(artifact.sha256, offset);
    if (!piece) break;
    read.push(piece);
    offset += piece.length;
  }
  expect(Buffer.concat(read).equals(content)).toBe(true);
  expect(await api().artifacts.sizeOf('0'.repeat(64))).toBeUndefined();
});

test('what is no archive is refused and leaves nothing behind', async () => {
  const content = pieces(Buffer.from('<html>'));
  await expect(api().artifacts.upload(anna, { name: 'shop', version: '1', content })).rejects.toMatchObject({
    code: 'not_an_archive',
  });
  expect(await harness.database.db.selectFrom('artifact').select('id').execute()).toEqual([]);
});

test('the same upload again is the same artifact; other content needs a new version', async () => {
  const first = await upload('1');
  expect((await upload('1')).id).toBe(first.id);
  await expect(upload('1', 'changed')).rejects.toMatchObject({ code: 'version_taken' });
});

test('deploy, deploy, roll back: the ledger says what is current', async () => {
  await deploy('1');
  await deploy('2');
  expect(await ledger()).toEqual(['2 good current', '1 good']);
  const bodies = harness.gateway.sent.slice(0, 2).map((request) => request.body['releaseTs']);
  expect(bodies).toEqual(['20260105090001', '20260105090001']);

  await answerAll(await api().releases.rollback(anna, 'shop'), 'succeeded');
  expect(await ledger()).toEqual(['2 rolled_back', '1 good current']);
  expect(harness.gateway.sent.at(-1)?.body).toMatchObject({
    action: 'rollback',
    version: '1',
    releaseTs: '20260105090001',
  });
  const told = await harness.events('release.switched');
  expect(told.map((event) => event.data)).toMatchObject([
    { version: '1', action: 'deploy' },
    { version: '2', action: 'deploy' },
    { version: '1', action: 'rollback' },
  ]);
  await expect(api().releases.rollback(anna, 'shop')).rejects.toMatchObject({ code: 'nothing_to_roll_back_to' });
});

test('a failed deploy leaves the current one current, and a roll-back goes there', async () => {
  await deploy('1');
  await deploy('2', 'failed');
  expect(await ledger()).toEqual(['2 failed', '1 good current']);
  await answerAll(await api().releases.rollback(anna, 'shop'), 'failed');
  expect(await ledger()).toEqual(['2 failed', '1 good current']);
  await answerAll(await api().releases.rollback(anna, 'shop'), 'succeeded');
  expect(await ledger()).toEqual(['2 rolled_back', '1 good current']);
});

test('one deploy of an app at a time', async () => {
  const { id } = await upload('1');
  const targets = { hostIds: [harness.hosts[0]?.id ?? ''], groupIds: [] };
  const asked = { app: 'shop', artifactId: id, deployTo: '/srv/shop', targets };
  await api().releases.deploy(anna, asked);
  await expect(api().releases.deploy(anna, asked)).rejects.toMatchObject({ code: 'deploy_in_progress', status: 409 });
  await expect(api().releases.deploy(anna, { ...asked, app: 'x', deployTo: '/srv/../etc' })).rejects.toMatchObject({
    code: 'bad_release',
  });
});

const release = (releaseTs: string, state: ReleaseState, current = false): Release => ({
  id: releaseTs,
  app: 'shop',
  version: releaseTs,
  releaseTs,
  artifactId: 'a',
  deployTo: '/srv/shop',
  runId: undefined,
  hostIds: [],
  options: { keep: 5, linkedDirs: [], linkedFiles: [] },
  state,
  current,
  createdBy: 'user:anna',
  createdAtMs: 0,
  finishedAtMs: 0,
});
const choices: [string, Release[], string | undefined][] = [
  ['nothing was ever good', [release('3', 'failed')], undefined],
  ['there is only one', [release('3', 'good', true)], undefined],
  ['the good one before', [release('3', 'good', true), release('2', 'good')], '3 → 2'],
  ['failed ones are passed over', [release('3', 'good', true), release('2', 'failed'), release('1', 'good')], '3 → 1'],
  [
    'one that was left before is passed over',
    [release('3', 'good', true), release('2', 'rolled_back'), release('1', 'good')],
    '3 → 1',
  ],
  ['a failed newer one is left for the current', [release('3', 'failed'), release('2', 'good', true)], '3 → 2'],
  ['going further back', [release('3', 'rolled_back'), release('2', 'good', true), release('1', 'good')], '2 → 1'],
];
for (const [what, releases, expected] of choices)
  test(`roll back: ${what}`, () => {
    const chosen = chooseRollback(releases);
    expect(chosen && `${chosen.from.id} → ${chosen.to.id}`).toBe(expected);
  });

test('release time stamps only ever grow', () => {
  const nowMs = Date.UTC(2026, 0, 5, 9, 0, 59, 400);
  expect(nextReleaseTs(nowMs, undefined)).toBe('20260105090059');
  expect(nextReleaseTs(nowMs, '20260105090059')).toBe('20260105090100');
  expect(nextReleaseTs(nowMs, '20270101000000')).toBe('20270101000001');
});

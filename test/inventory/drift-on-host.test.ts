// From a definition on the server to a file on the host and back: the server's catalog
// through the agent's own decoder, comparison and repair.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyDesiredState } from '#agent/desired-state/apply-desired-state.ts';
import { decodeDesiredStateRequest } from '#agent/desired-state/decode-catalog.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { systemClock } from '#kernel/clock.ts';
import { openInventory, type Harness } from './harness.ts';

let h: Harness;
let folder: string;
beforeEach(async () => {
  h = await openInventory();
  folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-drift-'));
});
afterEach(async () => {
  await h.close();
  rmSync(folder, { recursive: true });
});

/** What the agent's `desired_state` action does with a body. */
async function act(body: Record<string, unknown>) {
  const decoded = decodeDesiredStateRequest(JSON.parse(JSON.stringify(body)));
  if (!decoded.ok) throw new Error(decoded.reason);
  const { items, mode } = decoded.value;
  const results = await applyDesiredState(items, mode, {
    clock: systemClock(),
    backupDir: path.join(folder, 'backup'),
    signal: new AbortController().signal,
  });
  return { result: { items: results } };
}

test('somebody edits a managed file: found with its diff, put right by a run, cleared', async () => {
  const file = path.join(folder, 'app.conf');
  const { hostId } = await h.join('web-1');
  const groupId = await h.api.createGroup(SYSTEM, {
    name: 'web',
    hostIds: [hostId],
    variables: { port: 80, log: 'info' },
  });
  await h.api.updateHost(SYSTEM, hostId, { version: 1, variables: { port: 8080 } });
  await h.api.createDesiredState(SYSTEM, {
    name: 'app.conf',
    spec: {
      kind: 'file',
      path: file,
      template: 'name {{ host.name }}\nport {{ vars.port }}\nlog {{ vars.log }}\n',
      mode: '0600',
    },
    target: { hostIds: [], groupIds: [groupId] },
    enabled: true,
  });
  await h.inventory.drain();
  writeFileSync(file, 'name web-1\nport 9999\nlog info\n', { mode: 0o600 });

  const request = [...h.requests.values()].at(-1) ?? expect.unreachable();
  await h.answer(request, await act(request.body));
  const [drift] = await h.api.listDrift({ hostId, limit: 10 });
  expect(drift).toMatchObject({ status: 'drifted', summary: `${file}: the content differs` });
  expect(drift?.diff).toContain(' name web-1\n-port 9999\n+port 8080\n log info\n');
  expect(readFileSync(file, 'utf8')).toContain('9999');

  // What a run of remediation sends: the same catalog, to be enforced.
  const { items } = await h.api.catalogFor(hostId, [drift?.desiredStateId ?? '']);
  h.clock.advance(1000);
  await h.answer({ ...request, requestId: 'task-of-a-run' }, await act({ mode: 'enforce', items }));
  expect(readFileSync(file, 'utf8')).toBe('name web-1\nport 8080\nlog info\n');
  expect(await h.api.listDrift({ hostId, limit: 10 })).toMatchObject([{ status: 'in_sync' }]);
  expect((await h.eventKinds()).filter((kind) => kind.startsWith('drift.'))).toEqual(['drift.found', 'drift.cleared']);
});

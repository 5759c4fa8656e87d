// Results over HTTP: JSON with a verdict each, NRDP as curl posts it, and whom they are refused to.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '#kernel/domain/actor.ts';
import { silentLogger } from '#kernel/log.ts';
import { createOutside, type Outside } from '#checks/passive/outside.ts';
import { createIdentity } from '#web/server/identity/identity.ts';
import { resultRoutes } from '#web/server/routes/results.ts';
import { createWebServer, type WebServer } from '#web/server/server.ts';
import { describeWithPeer } from '#test/support/peer.ts';
import { openNagiosSite, type NagiosSite } from './nagios-site.ts';

const consoleDir = mkdtempSync(path.join(os.tmpdir(), 'plexus-console-'));
let site: NagiosSite;
let outside: Outside;
let web: WebServer;
let operator: string;
let viewer: string;

beforeAll(async () => {
  site = await openNagiosSite();
  const { db, clock } = site;
  outside = createOutside({ db, clock, log: silentLogger }, {});
  await outside.start(site.engine);
  const identity = createIdentity({ db, clock });
  operator = (await identity.createToken({ name: 'sender', role: 'operator' }, SYSTEM)).token;
  viewer = (await identity.createToken({ name: 'viewer', role: 'viewer' }, SYSTEM)).token;
  web = await createWebServer(
    { clock, log: silentLogger, identity },
    { host: '127.0.0.1', port: 0, version: '0', consoleDir, consoleState: () => 'building' },
    (app) => resultRoutes(app, { outside: outside.api, identity }),
  );
  await web.start(new AbortController().signal);
}, 60_000);
afterAll(async () => {
  await web.stop();
  await outside.stop();
  await site.close();
  rmSync(consoleDir, { recursive: true, force: true });
});

const post = async (results: unknown, token = operator) => {
  const headers = { authorization: `Bearer ${token}` };
  const response = await web.app.inject({ method: 'POST', url: '/api/v1/results', headers, payload: { results } });
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() };
};
const nrdp = (form: Record<string, string>) =>
  web.app.inject({
    ...{ method: 'POST', url: '/nrdp/', payload: new URLSearchParams(form).toString() },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

test.each([
  [{ service: 'http', state: 'warning' }, 'taken'],
  [{ service: 'http', code: 2 }, 'taken'],
  [{ service: 'http', code: 99 }, 'taken'],
  [{ service: 'http', state: 'up' }, 'wrong_code'],
  [{ state: 'ok' }, 'wrong_code'],
  [{ state: 'up' }, 'taken'],
  [{ code: 3 }, 'wrong_code'],
  [{ service: 'nothing', code: 0 }, 'unknown_service'],
] as const)('%j of web-2 is answered %s', async (result, verdict) => {
  const { status, body } = await post([{ host: 'web-2', output: 'said by a test', ...result }]);
  expect([status, body]).toEqual([200, { taken: Number(verdict === 'taken'), verdicts: [verdict] }]);
});

test('a thousand are taken in one request, one more is refused, and so is one without a state', async () => {
  const result = { host: 'db-1', service: 'postgres', code: 0, output: 'OK' };
  expect(await post(Array.from({ length: 1000 }, () => result))).toMatchObject({ body: { taken: 1000 } });
  expect((await post(Array.from({ length: 1001 }, () => result))).status).toBe(400);
  expect((await post([result, { host: 'db-1', output: 'x' }])).body).toMatchObject({
    detail: 'results[1]: give either state or code.',
  });
});

test('an instant of the sender counts, but none that is to come', async () => {
  const at = new Date(site.clock.nowMs() + 3_600_000).toISOString();
  await post([{ host: 'db-1', service: 'postgres', code: 1, output: 'slow', at }]);
  await site.untilKnown('written', async () => (await site.state('db-1/postgres')).output === 'slow');
  expect((await site.state('db-1/postgres')).last_check_at_ms).toBeLessThanOrEqual(site.clock.nowMs());
});

test('who may only look may not send, by neither way', async () => {
  expect((await post([{ host: 'web-1', code: 0, output: '' }], viewer)).status).toBe(403);
  const answer = await nrdp({ token: viewer, cmd: 'hello' });
  expect(answer.body).toContain('BAD TOKEN');
  expect(outside.counters()?.nrdp).toEqual({ bad_token: 1 });
});

test('an order by NRDP is in the audit trail under the name of its token', async () => {
  const taken = await nrdp({ token: operator, cmd: 'submitcmd', command: 'ADD_HOST_COMMENT;web-1;1;anna;by NRDP' });
  expect(taken.body).toContain('<status>0</status>');
  expect((await site.audit()).at(-1)).toMatchObject({ actor: 'token:sender', source: '127.0.0.1' });
  const refused = await nrdp({
    token: operator,
    cmd: 'submitcmd',
    command: 'CHANGE_HOST_CHECK_COMMAND;web-1;check-it',
  });
  expect(refused.body).toContain('needs the role engineer');
});

test.each([
  ['JSON', 'application/json', '{}'],
  ['several parts', 'multipart/form-data; boundary=x', '--x--'],
])('a body of %s is no form', async (_, type, payload) => {
  const answer = await web.app.inject({ method: 'POST', url: '/nrdp/', payload, headers: { 'content-type': type } });
  expect(answer.statusCode).toBe(415);
});

test('a post of more than 4 MB is refused', async () => {
  const answer = await nrdp({ token: operator, cmd: 'submitcheck', xml: 'x'.repeat((4 << 20) + 1) });
  expect(answer.statusCode).toBe(413);
});

describeWithPeer('curl', 'curl', () => {
  test('posts as the NRDP client does', async () => {
    const xml =
      '<?xml version="1.0"?><checkresults><checkresult type="service"><hostname>web-1</hostname>' +
      '<servicename>ssh</servicename><state>1</state><output>WARNING - by curl</output></checkresult></checkresults>';
    const form = ['-d', `token=${operator}`, '-d', 'cmd=submitcheck', '--data-urlencode', `XMLDATA=${xml}`];
    const { stdout } = await promisify(execFile)('curl', ['-s', ...form, `http://127.0.0.1:${web.port()}/nrdp/`]);
    expect(stdout).toContain('<message>OK</message>');
    await site.untilKnown('written', async () => (await site.state('web-1/ssh')).output === 'WARNING - by curl');
    expect((await site.state('web-1/ssh')).via).toBe('nrdp');
  });
});

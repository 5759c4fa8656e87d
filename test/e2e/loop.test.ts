// The whole loop with real parts: a real HTTP service, a real SMTP relay, a real
// server and a real agent process.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunDetail, TaskOutput } from '#web/contract/remediation.ts';
import { expectWholeStory, localHostId, loopClosed, prepareLoop, storyOf, type Loop } from './loop-story.ts';
import { startMailRelay, type MailRelay } from './mail-relay.ts';
import { eventually, startTestServer, type TestServer } from './server.ts';
import { startWebService, type WebService } from './web-service.ts';

let relay: MailRelay;
let service: WebService;
let server: TestServer;
let loop: Loop;

beforeAll(async () => {
  relay = await startMailRelay();
  service = await startWebService();
  server = await startTestServer({ PLEXUS_SMTP_URL: relay.url });
  loop = await prepareLoop(server, service);
}, 120_000);
afterAll(async () => {
  await server.dispose();
  service.dispose();
  await relay.close();
});

test('a service that dies is noticed, told, healed by a signed script, proven well, and told again', async () => {
  service.die();
  const alert = await loopClosed(server, relay, loop);
  expect(await service.isUp()).toBe(true);
  expect(service.starts()).toBe(1);
  expect(alert).toMatchObject({ state: 'resolved', reflexStatus: 'healed' });
  expect(alert.healedByRunId, 'closed with the run as evidence').not.toBeNull();
  expect(`${alert.resolvedEvidence?.summary} ${alert.resolvedEvidence?.detail}`).toMatch(/200/);
  expectWholeStory(await storyOf(server, loop), loop);
}, 120_000);

test('one mail tells of the problem and one of its end, in one thread', () => {
  expect(relay.mails).toHaveLength(2);
  const [problem, recovery] = relay.mails;
  expect(problem?.subject).toContain('shop');
  expect(problem?.to?.[0]?.address).toBe('oncall@example.org');
  expect(recovery?.messageId).not.toBe(problem?.messageId);
  expect(recovery?.references ?? recovery?.inReplyTo).toContain(problem?.messageId);
  expect(recovery?.text).toMatch(/Start the shop|heal the shop/);
});

test('a Python script runs on the host as it was written, with its input as data', async () => {
  const hostId = await localHostId(server);
  const script = "import os, sys\nprint('hello', sys.argv[1], 6 * 7)\nprint('to stderr', file=sys.stderr)\nsys.exit(3)";
  const run = await server.send<RunDetail>('POST', '/runs', {
    steps: [{ type: 'script', interpreter: 'python3', script, args: ['a b;$(x)'], okCodes: [0, 3] }],
    targets: { hostIds: [hostId] },
  });
  const ended = await eventually('the run has ended', async () => {
    const seen = await server.get<RunDetail>(`/runs/${run.id}`);
    return seen.finishedAt === null ? undefined : seen;
  });
  expect([ended.status, ended.tasks[0]?.exitCode]).toEqual(['succeeded', 3]);
  const output = await server.get<TaskOutput>(`/runs/${run.id}/tasks/${ended.tasks[0]?.id}/output`);
  const said = (stream: string) => output.chunks.filter((chunk) => chunk.stream === stream).map((chunk) => chunk.text);
  expect(said('stdout').join('')).toBe('hello a b;$(x) 42\n');
  expect(said('stderr').join('')).toBe('to stderr\n');
});

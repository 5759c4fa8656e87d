// Checks that the host's own agent does: a real gateway, a real agent process, real
// plugins of this machine, and a policy of the host that says no.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';
import { createAskAgent, type AskAgent } from '#checks/agent/agent-requests.ts';
import { createAgentPluginKind } from '#checks/kinds/agent-plugin.ts';
import { createAgentProcessKind } from '#checks/kinds/agent-process.ts';
import type { CheckKind } from '#checks/kinds/check-kind.ts';
import { describeWithPeer, peerPath } from '#test/support/peer.ts';
import { createHarness, type AgentProcess, type Harness } from '../../gateway/harness.ts';
import { runKind, type KindRun } from '../kinds/run-kind.ts';

let harness: Harness;
let agent: AgentProcess & { agentId: string };
let hostId: string;
let askAgent: AskAgent;

beforeAll(async () => {
  harness = await createHarness();
  agent = await harness.connectedAgent();
  hostId = (await harness.gateway.api.getAgent(agent.agentId)).hostId ?? '';
  const { db, notifications } = harness.database;
  askAgent = createAskAgent({
    db,
    clock: systemClock(),
    log: silentLogger,
    notifications,
    gateway: harness.gateway.api,
  });
});
afterAll(() => harness.close());

/** The kind with the host of the real agent, whatever host the run is about. */
const onTheHost = (make: (ask: AskAgent) => CheckKind): CheckKind =>
  make((question, signal) => askAgent({ ...question, hostId }, signal));
const plugin = (spec: Record<string, unknown>, run?: KindRun) => runKind(onTheHost(createAgentPluginKind), spec, run);
const processes = (spec: Record<string, unknown>) => runKind(onTheHost(createAgentProcessKind), spec);
const sh = (script: string) => ({ command: ['/bin/sh', '-c', script] });

describeWithPeer(['check_dummy', 'check_procs'], 'plugins of Debian', () => {
  const dummy = peerPath('check_dummy') ?? '';
  const cases: [string, Record<string, unknown>, string, string][] = [
    ['well', { command: [dummy, '0', 'all is well'] }, 'ok', 'OK: all is well'],
    ['a warning', { command: [dummy, '1', 'soon'] }, 'warning', 'WARNING: soon'],
    ['broken', { command: [dummy, '2', 'broken; or so'] }, 'critical', 'CRITICAL: broken: or so'],
    ['a line of Nagios', { commandLine: `${dummy} $ARG1$ '$HOSTNAME$ says so'`, arguments: ['3'] }, 'unknown', 'UNKNOWN: web-1 says so'],
    ['macros in words', { command: [dummy, '0', '$HOSTADDRESS$; $(reboot)'] }, 'ok', 'OK: 127.0.0.1: $(reboot)'],
  ]; // prettier-ignore
  test.each(cases)('%s', async (_, spec, state, output) => {
    expect(await plugin(spec)).toMatchObject({ state, output });
  });

  test('perfdata and long text come along', async () => {
    expect(await plugin({ command: [peerPath('check_procs') ?? '', '-c', '1:'] })).toMatchObject({
      state: 'ok',
      output: expect.stringContaining('PROCS OK'),
      perfdata: expect.stringContaining('procs='),
    });
  });
});

const ends: [string, Record<string, unknown>, string, RegExp][] = [
  ['a program that is not there', { command: ['/no/such/plugin'] }, 'unknown', /could not be started: \/no\/such\/plugin is not on this host/],
  ['the same, where that is critical', { command: ['/no/such/plugin'], failureState: 'critical' }, 'critical', /is not on this host/],
  ['an exit code of its own', sh('echo hm; exit 77'), 'unknown', /^\(Exit code 77 is out of bounds\) hm$/],
  ['killed by a signal', sh('echo hm; kill -9 $$'), 'unknown', /^\(Plugin was killed by SIGKILL\) hm$/],
  ['nothing said', sh('echo oops >&2; exit 2'), 'critical', /^\(No output on stdout\) stderr: oops$/],
  ['NUL and bytes that are no text', sh(String.raw`printf 'a\000b\377c'`), 'ok', /^ab\uFFFDc$/],
  ['megabytes', sh('yes | head -c 3000000'), 'ok', /^y$/],
  ['a child that holds the output', sh('sleep 30 & echo done'), 'ok', /^done$/],
]; // prettier-ignore
test.each(ends)('%s', async (_, spec, state, output) => {
  expect(await plugin(spec)).toMatchObject({ state, output: expect.stringMatching(output) });
});

test('a plugin that hangs is stopped on the host, with what it started', async () => {
  const spec = sh('echo $$; sleep 60; echo never');
  expect(await plugin(spec, { timeoutMs: 1500 })).toMatchObject({
    state: 'unknown',
    output: expect.stringMatching(/^\(Check timed out after 1.5 seconds\) \d+$/),
  });
  expect(await processes({ args: 'sleep 60; echo never', crit: '0:0' })).toMatchObject({ state: 'ok' });
});

test('checks leave no events, and no rows once they are forgotten', async () => {
  await plugin(sh('true'));
  const { db } = harness.database;
  expect(harness.events().filter(({ kind }) => kind.startsWith('request.'))).toEqual([]);
  const rows = await db.selectFrom('agent_request').select(['id', 'status', 'quiet']).execute();
  expect(rows.every(({ status, quiet }) => quiet && status === 'finished')).toBe(true);
  await harness.gateway.api.forgetRequests(rows.map(({ id }) => id));
  expect(await db.selectFrom('agent_request').select('id').execute()).toEqual([]);
});

test('eighty checks at once are all answered, each with its own', async () => {
  const answers = await Promise.all(
    Array.from({ length: 80 }, (_, at) => plugin(sh(`echo ${at}`), { timeoutMs: 15_000 })),
  );
  expect(answers.map((answer) => (typeof answer === 'string' ? answer : answer.output))).toEqual(
    Array.from({ length: 80 }, (_, at) => String(at)),
  );
});

const counts: [string, Record<string, unknown>, string, RegExp][] = [
  ['this agent runs', { args: '--no-send', crit: '1:' }, 'ok', /^PROCS OK - [1-9]\d* process(es)? with "--no-send" \(critical below 1\)$/],
  ['nothing of that name', { name: 'no-such-program', crit: '1:' }, 'critical', /^PROCS CRITICAL - 0 processes named no-such-program/],
  ['nobody runs anything', { user: 'no-such-user', crit: '0:0' }, 'ok', /^PROCS OK - 0 processes of no-such-user/],
]; // prettier-ignore
test.each(counts)('processes: %s', async (_, spec, state, output) => {
  expect(await processes(spec)).toMatchObject({ state, output: expect.stringMatching(output) });
});

const refused: [string, Record<string, unknown>, string][] = [
  ['nothing to run', {}, ''],
  ['two commands', { command: ['a'], commandLine: 'a' }, '/commandLine'],
  ['arguments of words', { command: ['a'], arguments: ['b'] }, '/arguments'],
  ['an open quote', { commandLine: "a 'b" }, '/commandLine'],
];
test.each(refused)('%s is refused when the check is saved', (_, spec, where) => {
  expect(onTheHost(createAgentPluginKind).prepare(spec)).toMatchObject({ ok: false, problems: [{ path: where }] });
});

test('an agent that does not answer is waited for no longer than the check may take, and what it says later counts for nothing', async () => {
  agent.child.kill('SIGSTOP');
  try {
    expect(await plugin(sh('echo late'), { timeoutMs: 700 })).toMatchObject({
      state: 'unknown',
      output: '(Check timed out after 0.7 seconds: no answer of the agent)',
    });
  } finally {
    agent.child.kill('SIGCONT');
  }
  expect(await plugin(sh('echo now'))).toMatchObject({ state: 'ok', output: 'now' });
});

test("the host's policy decides, and an agent that is away is said to be at once", async () => {
  writeFileSync(
    path.join(agent.stateDir, 'policy.json'),
    JSON.stringify({ rules: [{ effect: 'allow', actions: ['count_processes'] }] }),
  );
  expect(await plugin(sh('echo no'))).toMatchObject({
    state: 'unknown',
    output: expect.stringContaining('policy.json'),
  });
  expect(await processes({ args: '--no-send', crit: '1:' })).toMatchObject({ state: 'ok' });

  await agent.kill('SIGKILL');
  await harness.event('agent.disconnected');
  const startTick = systemClock().monotonicMs();
  expect(await plugin(sh('echo no'))).toMatchObject({
    state: 'unknown',
    output: expect.stringMatching(/^UNKNOWN - the agent is not connected since 20\d\d-/),
  });
  expect(systemClock().monotonicMs() - startTick).toBeLessThan(1000);
});

// How fast the loop closes on a real server: a packet seen in the API, a breach turned
// into mail, an alert turned into a script on the agent. Run: node bench/loop.ts    (about 40 s)

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { localHostId } from '#test/e2e/loop-story.ts';
import { startMailRelay, type MailRelay } from '#test/e2e/mail-relay.ts';
import { eventually, type TestServer } from '#test/e2e/server.ts';
import type { AlertList, Rule } from '#web/contract/alerting.ts';
import type { HostDetail, HostList } from '#web/contract/inventory.ts';
import type { HostMetrics, MetricsResult } from '#web/contract/metrics.ts';
import type { Reflex, Runbook } from '#web/contract/remediation.ts';
import { settled, withServer } from './bench-server.ts';
import { printLoad, printSpread } from './figures.ts';
import { openMetricSource, type MetricSource } from './metric-source.ts';

const MAIL_ROUNDS = 60;
const SCRIPT_ROUNDS = 40;
const SEEN_ROUNDS = 60;
const STORED_ROUNDS = 10;
const LIMIT = 10;
const clock = systemClock();

interface Stage {
  server: TestServer;
  source: MetricSource;
  relay: MailRelay;
}

interface BenchHost {
  id: string;
  /** IP:NAME, as its packets carry it. */
  sender: string;
  name: string;
}

/** Asks until the answer is there, with little time between: the asking is part of the figure. */
async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined> | Answer | undefined,
): Promise<Answer> {
  for (const startMs = clock.monotonicMs(); clock.monotonicMs() - startMs < 10_000; await clock.sleep(2)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`did not happen within 10 s: ${what}`);
}

// Rounds start at ever other distances, so that none is always just before or after some timer.
const pause = (round: number) => clock.sleep((round * 37) % 100);

const ruleFor = (server: TestServer, metric: string, host: string) =>
  server.send<Rule>('POST', '/rules', {
    name: `${metric} too high`,
    severity: 'page',
    notify: 'at_once',
    contactIds: [],
    enabled: true,
    kind: 'metric',
    spec: { metric, operator: '>', threshold: LIMIT, forSec: 0, clearForSec: 0, scope: { host } },
  });

/** Spoofed hosts bench-0 … that send a heartbeat and a value within its limit; resolves when inventory has them. */
async function makeHosts({ server, source }: Stage, count: number): Promise<BenchHost[]> {
  const senders = Array.from({ length: count }, (_, at) => ({
    sender: `10.9.0.${at + 1}:bench-${at}`,
    name: `bench-${at}`,
  }));
  for (const { sender } of senders) {
    await source.beat(sender);
    await source.announce(sender, 'bench_load');
    await source.send(sender, 'bench_load', 1);
  }
  const known = await eventually('the hosts of the bench are known', async () => {
    const { items } = await server.get<HostList>('/hosts?search=bench-&limit=200');
    return items.length === count ? items : undefined;
  });
  return senders.map((each) => ({ ...each, id: known.find(({ name }) => name === each.name)?.id ?? '' }));
}

async function packetToApi({ server, source }: Stage, host: BenchHost): Promise<void> {
  const live = (value: number) => async () => {
    const { metrics } = await server.get<HostMetrics>(`/hosts/${host.id}/metrics`);
    return metrics.some(({ name, number }) => name === 'bench_load' && number === value) || undefined;
  };
  const stored = (value: number) => async () => {
    const toMs = clock.nowMs() + 1000;
    const series = [{ cluster: 'default', host: host.name, metric: 'bench_load' }];
    const query = { from: toMs - 60_000, to: toMs, stepSec: 1, series, agg: 'max' };
    const result = await server.send<MetricsResult>('POST', '/metrics/query', query);
    return result.series[0]?.points.some(([, max]) => Math.abs(max - value) < 1e-4) || undefined;
  };
  const times = async (rounds: number, first: number, see: (value: number) => () => Promise<true | undefined>) => {
    const took: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      await pause(round);
      const value = first + round / 128;
      const sentMs = clock.monotonicMs();
      await source.send(host.sender, 'bench_load', value);
      await until('a value is seen', see(value));
      took.push(clock.monotonicMs() - sentMs);
    }
    return took;
  };
  printSpread('packet → live value in the API', await times(SEEN_ROUNDS, 1, live), 'ms', { p99: '< 1 s' });
  printSpread('packet → history query', await times(STORED_ROUNDS, 3, stored), 'ms', { p99: '< 1 s' });
}

async function breachToMail({ server, source, relay }: Stage, first: BenchHost, hosts: BenchHost[]): Promise<void> {
  await ruleFor(server, 'bench_load', 'bench-*');
  const mailOn = (name: string) => relay.mails.find(({ subject }) => subject?.endsWith(` ${name}`));
  await eventually('the rule is in force', async () => {
    await source.send(first.sender, 'bench_load', 50);
    return mailOn(first.name);
  });
  const took: number[] = [];
  for (const [round, { sender, name }] of hosts.entries()) {
    await pause(round);
    const sentMs = clock.monotonicMs();
    await source.send(sender, 'bench_load', 50);
    const { acceptedAtMs } = await until(`a mail tells of ${name}`, () => mailOn(name));
    took.push(acceptedAtMs - sentMs);
  }
  printSpread('metric past its limit → mail accepted', took, 'ms', { median: '< 300 ms', p99: '< 1 s' });
}

/** The name under which the host's own agent sends, so that the alert is one of a host with an agent. */
async function senderOf(server: TestServer, hostId: string): Promise<string> {
  const { ip, name } = await server.get<HostDetail>(`/hosts/${hostId}`);
  return `${ip ?? '127.0.0.1'}:${name}`;
}

async function alertToScript({ server, source }: Stage, folder: string): Promise<void> {
  const hostId = await localHostId(server);
  const sender = await senderOf(server, hostId);
  const stamps = path.join(folder, 'stamps');
  writeFileSync(stamps, '');
  const runbook = await server.send<Runbook>('POST', '/runbooks', {
    name: 'Tell the time',
    steps: [{ type: 'script', interpreter: 'sh', script: `date +%s%N >> ${stamps}`, timeoutSec: 10 }],
  });
  const reflex = await server.send<Reflex>('POST', '/reflexes', {
    name: 'tell the time',
    match: { hostIds: [hostId] },
    runbookId: runbook.id,
    guard: { cooldownSec: 0, maxPerHour: 1000, onePerHost: true },
    verify: { withinSec: 30 },
  });
  const rules: { id: string; metric: string }[] = [];
  for (let round = 0; round <= SCRIPT_ROUNDS; round++) {
    const metric = `bench_act_${round}`;
    await source.announce(sender, metric);
    await source.send(sender, metric, 1);
    rules.push({ metric, id: (await ruleFor(server, metric, '*')).id });
  }
  const fromPacket: number[] = [];
  const fromAlert: number[] = [];
  for (const [round, { id, metric }] of rules.entries()) {
    await pause(round);
    const sentAtMs = clock.nowMs();
    await source.send(sender, metric, 50);
    const startedAtMs = await until('the script started', () => {
      const stamp = readFileSync(stamps, 'utf8').split('\n')[round];
      return stamp ? Number(stamp) / 1e6 : undefined;
    });
    const { items } = await server.get<AlertList>(`/alerts?ruleId=${id}`);
    fromPacket.push(startedAtMs - sentAtMs);
    fromAlert.push(startedAtMs - Date.parse(items[0]?.openedAt ?? ''));
    await source.send(sender, metric, 1);
    await until('the reflex is done', async () => {
      const { lastAttempt } = await server.get<Reflex>(`/reflexes/${reflex.id}`);
      return lastAttempt?.alertId === items[0]?.id && lastAttempt?.status === 'verified' ? true : undefined;
    });
  }
  printSpread('alert opened → script started on the agent', fromAlert.slice(1), 'ms', { p99: '< 500 ms' });
  printSpread('metric past its limit → script started', fromPacket.slice(1), 'ms');
}

const relay = await startMailRelay();
const folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-bench-'));
try {
  await withServer({ PLEXUS_SMTP_URL: relay.url }, async (server) => {
    await settled(server);
    const source = await openMetricSource(server.udpPort);
    const stage = { server, source, relay };
    const [first, ...hosts] = await makeHosts(stage, MAIL_ROUNDS + 1);
    if (!first) throw new Error('no host');
    await packetToApi(stage, first);
    await breachToMail(stage, first, hosts);
    await alertToScript(stage, folder);
    printLoad();
    source.close();
  });
} finally {
  await relay.close();
  rmSync(folder, { recursive: true });
}

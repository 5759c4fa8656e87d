// From a passive CRITICAL at the API to the notification handed over to its channel, on a real
// server, beside Nagios and Icinga: what people who push results wait for. Run: node bench/passive.ts    (about 60 s)

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '#kernel/clock.ts';
import { localHostId } from '#test/e2e/loop-story.ts';
import type { TestServer } from '#test/e2e/server.ts';
import type { Contact, RuleList } from '#web/contract/alerting.ts';
import type { CheckDetail } from '#web/contract/checks.ts';
import { settled, withServer } from './bench-server.ts';
import { percentile, printFigure, printLoad } from './figures.ts';
import { PASSIVE_PEERS, tookPeer } from './passive-peers.ts';

const ROUNDS = 100;
const WARM_UP = 10;
const clock = systemClock();

/** A receiver of webhooks that notes when each check was told of. */
async function openReceiver(): Promise<{ url: string; told: Map<string, number>; server: Server }> {
  const told = new Map<string, number>();
  const server = createServer((request, response) => {
    const receivedTick = clock.monotonicMs();
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const name = /passive-\d+/.exec(body)?.[0];
      if (name !== undefined && !told.has(name)) told.set(name, receivedTick);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, told, server };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const startTick = clock.monotonicMs(); !holds(); await clock.sleep(0.5))
    if (clock.monotonicMs() - startTick > 10_000) throw new Error(`did not happen within 10 s: ${what}`);
}

async function measure(server: TestServer): Promise<number[]> {
  const receiver = await openReceiver();
  try {
    const hostId = await localHostId(server);
    const contact = await server.send<Contact>('POST', '/contacts', {
      name: 'bench',
      channel: 'webhook',
      url: receiver.url,
      fallbackId: null,
      isDefault: false,
      enabled: true,
    });
    // The rules of day one would tell of the same checks a second time.
    const { items } = await server.get<RuleList>('/rules');
    for (const { id, kind } of items) if (kind === 'check') await server.send('DELETE', `/rules/${id}`);
    await server.send('POST', '/rules', {
      name: 'pushed',
      severity: 'page',
      notify: 'at_once',
      contactIds: [contact.id],
      enabled: true,
      kind: 'check',
      spec: { check: 'passive-*', states: ['critical'], scope: {} },
    });
    const checks: CheckDetail[] = [];
    for (let round = 0; round < ROUNDS + WARM_UP; round++)
      checks.push(
        await server.send<CheckDetail>('POST', '/checks', {
          name: `passive-${round}`,
          hostId,
          kind: 'passive',
          spec: {},
          maxAttempts: 1,
        }),
      );
    await clock.sleep(3000);
    const took: number[] = [];
    for (const [round, { id, name }] of checks.entries()) {
      await clock.sleep((round * 37) % 100);
      const sentTick = clock.monotonicMs();
      await server.send('POST', `/checks/${id}/results`, { state: 'critical', output: 'pushed by the bench' });
      await until(`${name} is told of`, () => receiver.told.has(name));
      took.push((receiver.told.get(name) ?? 0) - sentTick);
    }
    return took.slice(WARM_UP);
  } finally {
    receiver.server.close();
  }
}

const FIGURES = [
  ['median', 50, '≤ 5 ms'],
  ['p95', 95, '≤ 20 ms, aim 5'],
] as const;

// The peers first and alone: a server that is up would take from them.
const theirs: { name: string; took: number[] }[] = [];
for (const peer of PASSIVE_PEERS) {
  const took = await tookPeer(peer, ROUNDS + WARM_UP);
  if (took) theirs.push({ name: peer.name, took: took.slice(WARM_UP) });
}

await withServer({ PLEXUS_LOCAL_AGENT: 'on' }, async (server) => {
  await settled(server);
  const took = await measure(server);
  for (const [text, percent, target] of FIGURES) {
    const peers = theirs.map(({ name, took: ofPeer }) => ({ name, value: percentile(ofPeer, percent) }));
    for (const peer of peers.length > 0 ? peers : [undefined])
      printFigure(`passive CRITICAL → handed over, ${text}`, percentile(took, percent), 'ms', target, peer);
  }
  printLoad();
});

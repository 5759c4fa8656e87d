import { describe, expect, onTestFinished, test } from 'vitest';
import { createTrust, type LookUpAddresses } from '#collector/grid/trust.ts';
import { silentLogger } from '#kernel/log.ts';
import { FakeClock } from '#test/support/fake-clock.ts';
import { waitFor } from './harness.ts';

async function trust(hosts: string[], { all = false, lookUp }: { all?: boolean; lookUp?: LookUpAddresses } = {}) {
  const clock = new FakeClock();
  const trusted = createTrust(
    { clock, log: silentLogger, lookUp: lookUp ?? (() => Promise.reject(new Error('no such name'))) },
    { hosts, all },
  );
  await trusted.start();
  onTestFinished(() => trusted.stop());
  return { clock, allows: (address: string) => trusted.allows(address) };
}

describe('the gmetad ports answer', () => {
  const cases: [what: string, hosts: string[], address: string, answered: boolean][] = [
    ['this machine', [], '127.0.0.1', true],
    ['this machine over IPv6', [], '::1', true],
    ['this machine on a dual-stack socket', [], '::ffff:127.0.0.1', true],
    ['nobody else', [], '10.0.0.1', false],
    ['a trusted address', ['10.0.0.1'], '10.0.0.1', true],
    ['a trusted network', ['10.0.0.0/8'], '10.200.0.1', true],
    ['a trusted IPv6 network', ['fd00::/8'], 'fd12::1', true],
    ['not its neighbour', ['10.0.0.1'], '10.0.0.2', false],
  ];
  test.each(cases)('%s', async (_what, hosts, address, answered) => {
    expect((await trust(hosts)).allows(address)).toBe(answered);
  });

  test('everybody when all are trusted', async () => {
    expect((await trust([], { all: true })).allows('192.0.2.1')).toBe(true);
  });

  test('all addresses of a trusted name', async () => {
    const { allows } = await trust(['web.example'], { lookUp: () => Promise.resolve(['192.0.2.1', '2001:db8::1']) });
    expect([allows('192.0.2.1'), allows('2001:db8::1'), allows('192.0.2.2')]).toEqual([true, true, false]);
  });
});

describe('a trusted name', () => {
  test('is followed when its address changes', async () => {
    let address = '192.0.2.1';
    const { clock, allows } = await trust(['web.example'], { lookUp: () => Promise.resolve([address]) });
    address = '192.0.2.2';
    clock.advance(60_000);
    await waitFor('the new address', () => allows('192.0.2.2'));
    expect(allows('192.0.2.1')).toBe(false);
  });

  test('keeps its addresses while the name server is away', async () => {
    let asked = 0;
    const lookUp = () => (asked++ === 0 ? Promise.resolve(['192.0.2.1']) : Promise.reject(new Error('timeout')));
    const { clock, allows } = await trust(['web.example'], { lookUp });
    clock.advance(60_000);
    await waitFor('the second try', () => asked === 2);
    await Promise.resolve();
    expect(allows('192.0.2.1')).toBe(true);
  });

  test('that has no address yet stops nothing', async () => {
    const { allows } = await trust(['nowhere.example', '10.0.0.1']);
    expect(allows('10.0.0.1')).toBe(true);
  });
});

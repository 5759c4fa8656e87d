import { expect, test } from 'vitest';
import { FakeClock } from '#test/support/fake-clock.ts';
import { startCollector } from './harness.ts';
import { uint } from './packets.ts';

/** A collector whose name server answers when the test says so. */
async function withNameServer() {
  const clock = new FakeClock();
  const asked: string[] = [];
  const answers = Promise.withResolvers<string | undefined>();
  const lookUpName = (address: string) => {
    asked.push(address);
    return answers.promise;
  };
  const running = await startCollector({ clock, resolveNames: true, deps: { lookUpName } });
  const answer = async (name: string | undefined) => {
    answers.resolve(name);
    await answers.promise;
    // The collector's own continuation runs in the next turn.
    await new Promise(setImmediate);
  };
  return { ...running, clock, asked, answer };
}

const who = (running: { events: { kind: string; data: object }[] }) =>
  running.events.map(({ kind, data }) => [kind, 'name' in data && data.name]);

test('history begins under the name that the address has, and nothing is lost on the way', async () => {
  const running = await withNameServer();
  await running.send(uint('m', 1), uint('m', 2));
  running.clock.advance(50);
  expect(running.samples).toEqual([]);
  expect(running.collector.api.hosts()).toMatchObject([{ name: '127.0.0.1', metricCount: 1 }]);
  await running.answer('web-1.example');
  await running.send(uint('m', 3));
  running.clock.advance(50);
  expect(running.samples.map(({ host, hostKey, value }) => [host, hostKey, value])).toEqual([
    ['web-1.example', '127.0.0.1', 1],
    ['web-1.example', '127.0.0.1', 2],
    ['web-1.example', '127.0.0.1', 3],
  ]);
  expect(who(running)).toEqual([['host.seen', 'web-1.example']]);
  expect(running.asked).toEqual(['127.0.0.1']);
});

test('an address without a name is its own name', async () => {
  const running = await withNameServer();
  await running.send(uint('m', 1));
  await running.answer(undefined);
  running.clock.advance(50);
  expect(running.samples).toMatchObject([{ host: '127.0.0.1', value: 1 }]);
});

test('a dead name server delays a new host by three seconds, and a late answer changes nothing', async () => {
  const running = await withNameServer();
  await running.send(uint('m', 1));
  running.clock.advance(2999);
  expect(who(running)).toEqual([]);
  running.clock.advance(51);
  expect(who(running)).toEqual([['host.seen', '127.0.0.1']]);
  expect(running.samples).toHaveLength(1);
  await running.answer('too-late.example');
  expect(running.collector.api.hosts()).toMatchObject([{ name: '127.0.0.1' }]);
});

test('a stop hands over what was held', async () => {
  const running = await withNameServer();
  await running.send(uint('m', 1));
  await running.collector.stop();
  expect(running.samples).toMatchObject([{ host: '127.0.0.1', value: 1 }]);
});

test('spoofed hosts are never looked up', async () => {
  const running = await withNameServer();
  await running.send(uint('m', 1, { spoof: '10.0.0.1:web-1' }));
  expect(running.asked).toEqual([]);
  expect(who(running)).toEqual([['host.seen', 'web-1']]);
});

import { expect, test } from 'vitest';
import { createNamesakes, type Named } from '#collector/namesakes.ts';

const host = (name: string, agentId?: string, cluster = 'c'): Named => ({ cluster, name, agentId });

test('hosts are found by agent or by name, in their own cluster', () => {
  const namesakes = createNamesakes();
  const [a, b, other] = [host('Web-1', 'x'), host('db-1', 'y'), host('web-1', 'x', 'other')];
  for (const each of [a, b, other]) namesakes.add(each);
  expect(namesakes.of(host('WEB-1'))).toEqual([a]);
  expect(namesakes.of(host('renamed', 'x'))).toEqual([a]);
  expect(namesakes.of(host('web-1', 'y'))).toEqual([a, b]);
  namesakes.remove(a);
  expect(namesakes.of(a)).toEqual([]);
});

test('a name that somebody makes up thousands of times costs no more than a few', () => {
  const namesakes = createNamesakes();
  const hosts = Array.from({ length: 5000 }, () => host('ghost'));
  for (const each of hosts) namesakes.add(each);
  expect(namesakes.of(host('ghost')).length).toBeLessThan(20);
  expect(namesakes.of(host('ghost'))).toContain(hosts.at(-1));
});

// gmetad's recorded answers put to us: the same dumps polled, the same queries asked on the
// interactive port, the same tree out. An answer is judged when for each of its clusters there is a well-formed dump that
// was taken within seconds of the poll. Equal must be: every element, every attribute, the
// order of attributes, the order of EXTRA_DATA. Elements of one parent may come in any
// order, since gmetad's is that of its hash tables. As the dump and the poll are not of the
// same second, these may differ:
// - LOCALTIME and TN, by the seconds between them, and REPORTED by the rounding of both;
// - a value (with its TN, and REPORTED) where both tell different instants of its arrival;
// - a sum with a value in it that arrived after the poll.
// Different on purpose: a start time in the future, bits of a gmond's memory, is 0; a sum of no host is left out; EXTRA_DATA of METRICS, which in gmetad
// varies from poll to poll, must only be that of a member.

import { describe, expect, test } from 'vitest';
import { FakeClock } from '#test/support/fake-clock.ts';
import { isOwnCopy, readFixture, readFixtureBytes } from '#test/support/fixtures.ts';
import { allNamed, attribute, childrenNamed, numberAttribute, readTree, textOf, type Element } from './ganglia-tree.ts';
import { askLine } from './ganglia-peers.ts';
import { startCollector, waitFor } from './harness.ts';
import { answering, sourceOf } from './polling-sources.ts';

interface Entry {
  file: string;
  wellFormed: boolean;
  query?: string;
  federated?: boolean;
}

interface Case {
  file: string;
  query: string;
  grid: Element;
  /** One for each cluster of the gmetad that answered, and the files that they are from. */
  clusters: Element[];
  files: string[];
}

/** An interval of gmetad: a dump further away from the poll may hold anything. */
const SAME_POLL_SEC = 15;
/** Both sides round to whole seconds, and so does gmond's LOCALTIME. */
const ROUNDING_SEC = 2;

const manifest: { gmondXml: Entry[]; gmetadXml: Entry[] } = JSON.parse(readFixture('ganglia', 'manifest.json'));
const read = ({ file }: Entry): Element => readTree(textOf(readFixtureBytes('ganglia', file)));
const name = (element: Element): string => attribute(element, 'NAME');
const localtime = (element: Element): number => numberAttribute(element, 'LOCALTIME');

const dumped = manifest.gmondXml
  .filter(({ wellFormed }) => wellFormed)
  .flatMap((entry) => childrenNamed(read(entry), 'CLUSTER').map((cluster) => ({ ...entry, cluster })));
// Answers to HTTP requests are in no list; of our own captures we know what was asked.
const OVER_HTTP: Entry[] = [
  { file: 'gmetad-8652-http.txt', query: 'GET /alpha/sensor-1 HTTP/1.0', wellFormed: isOwnCopy },
  { file: 'gmetad-8652-http-missing.txt', query: 'GET /alpha/nosuch HTTP/1.1', wellFormed: isOwnCopy },
  { file: 'gmetad-8652-http-wildcard.txt', query: 'GET /*/*/queue HTTP/1.0', wellFormed: isOwnCopy },
];
const answers = [...manifest.gmetadXml, ...OVER_HTTP]
  .filter(({ wellFormed, federated }) => wellFormed && !federated)
  .flatMap((entry) => childrenNamed(read(entry), 'GRID').map((grid) => ({ ...entry, grid })));

/** The dump that stands for what gmetad had polled; better one from after the poll than one from before. */
function dumpOf(clusterName: string, polledSec: number): (typeof dumped)[number] | undefined {
  const lateSec = ({ cluster }: (typeof dumped)[number]) => localtime(cluster) - polledSec;
  const distance = (dump: (typeof dumped)[number]) =>
    lateSec(dump) >= 0 ? lateSec(dump) : SAME_POLL_SEC - lateSec(dump);
  return dumped
    .filter((dump) => name(dump.cluster) === clusterName && Math.abs(lateSec(dump)) < SAME_POLL_SEC)
    .sort((a, b) => distance(a) - distance(b))[0];
}

function caseOf({ file, query, grid }: (typeof answers)[number]): Case[] {
  const shown = childrenNamed(grid, 'CLUSTER');
  const sameGrid = answers.filter(
    (other) => name(other.grid) === name(grid) && localtime(other.grid) === localtime(grid),
  );
  const polls = new Map(
    [...sameGrid.flatMap((other) => childrenNamed(other.grid, 'CLUSTER')), ...shown].map((c) => [
      name(c),
      localtime(c),
    ]),
  );
  const dumps = [...polls].map(([clusterName, polledSec]) => dumpOf(clusterName, polledSec));
  const found = dumps.filter((dump) => dump !== undefined);
  if (found.length < dumps.length) return [];
  const asked = query ?? (childrenNamed(grid, 'HOSTS').length > 0 ? '/?filter=summary' : '/');
  return [
    { file, query: asked, grid, clusters: found.map(({ cluster }) => cluster), files: found.map((dump) => dump.file) },
  ];
}

const cases = answers.flatMap(caseOf);

async function ask({ query, grid, clusters, files }: Case): Promise<Element> {
  const dumpedSec = Math.max(...clusters.map(localtime));
  const clock = new FakeClock(dumpedSec * 1000);
  const sources = await Promise.all(files.map((file) => answering(() => readFixtureBytes('ganglia', file))));
  const { collector } = await startCollector({
    clock,
    listen: [],
    polling: { sources: sources.map(({ port }) => ({ ...sourceOf(port), name: `port ${port}` })) },
    grid: { name: name(grid), authority: attribute(grid, 'AUTHORITY'), queries: { port: 0, required: true } },
  });
  const { api } = collector;
  await waitFor('every source to be polled', () => api.sources().every(({ polls }) => polls.ok > 0));
  const askedSec = Math.max(localtime(grid), dumpedSec);
  clock.advance((askedSec - dumpedSec) * 1000);
  return readTree(await askLine(api.gridPorts()[0]?.port ?? 0, query));
}

/** Elements by where they stand; `EXTRA_DATA` is told with the element that holds it. */
function flatten(element: Element, at = '', into = new Map<string, Element>()): Map<string, Element> {
  for (const child of element.children) {
    if (child.name === 'EXTRA_DATA' || (child.name === 'METRICS' && attribute(child, 'NUM') === '0')) continue;
    const path = `${at}/${child.name} ${name(child)}`;
    expect(into.has(path), `${path} stands twice`).toBe(false);
    into.set(path, child);
    flatten(child, path, into);
  }
  return into;
}

const pairs = (element: Element): [string, string][] =>
  allNamed(element, 'EXTRA_ELEMENT').map((pair) => [name(pair), attribute(pair, 'VAL')]);

const without = (element: Element, ...names: string[]) => element.attributes.filter(([key]) => !names.includes(key));

describe('the same as gmetad', () => {
  test('there are answers to compare with', () => {
    expect(cases.length).toBeGreaterThan(isOwnCopy ? 17 : 0);
  });

  test.each(cases)('$file: $query', async (one) => {
    const root = await ask(one);
    const ours = flatten(root);
    const theirs = flatten({ name: 'GANGLIA_XML', attributes: [], children: [one.grid] });
    expect(root.attributes.map(([key]) => key)).toEqual(['VERSION', 'SOURCE']);
    expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());

    const askedSec = localtime(childrenNamed(root, 'GRID')[0] ?? one.grid);
    for (const [path, expected] of theirs) {
      const got = ours.get(path) ?? expected;
      const keys = (element: Element) => element.attributes.map(([key]) => key);
      expect(keys(got), path).toEqual(keys(expected));
      const moving = ['LOCALTIME', 'TN'];
      if (expected.name === 'HOST' || expected.name === 'METRIC') {
        const arrivedSec = [arrival(got, askedSec), arrival(expected, localtime(one.grid))];
        if (Math.max(...arrivedSec) > settledSec(one, path)) moving.push('VAL', 'REPORTED');
      }
      if (expected.name === 'HOST') {
        const apartSec = Math.abs(numberAttribute(got, 'REPORTED') - numberAttribute(expected, 'REPORTED'));
        if (apartSec <= ROUNDING_SEC) moving.push('REPORTED');
        const isLater = numberAttribute(expected, 'GMOND_STARTED') > localtime(one.grid);
        if (isLater && attribute(got, 'GMOND_STARTED') === '0') moving.push('GMOND_STARTED');
      }
      if (expected.name === 'METRIC') expect(pairs(got), path).toEqual(pairs(expected));
      if (expected.name === 'METRICS') {
        if (isRenewed(one, path, name(expected))) moving.push('SUM');
        expect(membersPairs(one, name(expected)), path).toContainEqual(pairs(got));
      }
      expect(without(got, ...moving), path).toEqual(without(expected, ...moving));
    }
  });
});

const arrival = (element: Element, atSec: number): number => atSec - numberAttribute(element, 'TN');

/** What arrived until then is the same in the dump and in what gmetad had polled. */
function settledSec({ grid, clusters }: Case, path: string): number {
  const isHere = (cluster: Element) => path.startsWith(`/GRID ${name(grid)}/CLUSTER ${name(cluster)}/`);
  const both = [...clusters, ...childrenNamed(grid, 'CLUSTER')].filter(isHere);
  return Math.min(...both.map(localtime)) - ROUNDING_SEC;
}

/** Is there a value in this sum of which the dump says that it is younger than what is settled? */
function isRenewed(one: Case, path: string, metric: string): boolean {
  const base = `/GRID ${name(one.grid)}`;
  const summed = one.clusters.filter(
    (cluster) => !path.startsWith(`${base}/CLUSTER `) || path.startsWith(`${base}/CLUSTER ${name(cluster)}/`),
  );
  return summed.some((cluster) => {
    const settled = settledSec(one, `${base}/CLUSTER ${name(cluster)}/`);
    const members = allNamed(cluster, 'METRIC').filter((member) => name(member) === metric);
    return members.some((member) => arrival(member, localtime(cluster)) > settled);
  });
}

const membersPairs = ({ clusters }: Case, metric: string) =>
  clusters
    .flatMap((cluster) => allNamed(cluster, 'METRIC'))
    .filter((member) => name(member) === metric)
    .map((member) => pairs(member).filter(([key]) => key !== 'SPOOF_HOST'));

// Which hosts a rule would catch now, and why not the others: what an engineer asks before
// saving "for every host where …".

import { badRequest } from '#kernel/errors.ts';
import type { RuleHost } from '#inventory/api.ts';
import { describeMatcher, explainMatch, type HostMatcher } from '../objects/host-matcher.ts';
import { createProblemList } from '../objects/object-problems.ts';
import { readYamlObjects } from '../objects/yaml-objects.ts';
import type { RuleTest } from '../objects-api.ts';
import type { ResolvedSets } from './resolve-sets.ts';

const MOST_HOSTS = 500;

/** The rule of the one service in `yaml`. Throws `bad_rule` (400) with every problem. */
export function readRule(yaml: string): HostMatcher {
  const problems = createProblemList();
  const objects = readYamlObjects({ file: 'rule', text: yaml }, problems);
  const [rule] = objects.flatMap(({ applyTo }) => applyTo ?? []);
  if (rule !== undefined && problems.found.every(({ severity }) => severity !== 'error')) return rule;
  const told = problems.found.map(({ line, message }) => `Line ${line}: ${message}`);
  throw badRequest('bad_rule', told.join(' ') || 'A service with spec.applyTo is needed to test its rule.');
}

/** Hosts as rules see them: those of objects with their groups and variables, and those of the inventory. */
export function testRule(rule: HostMatcher, { resolved, hosts }: ResolvedSets, search = ''): RuleTest {
  const groupsOf = new Map<string, string[]>();
  for (const { name, members } of resolved.hostGroups)
    for (const member of members) groupsOf.set(member, [...(groupsOf.get(member) ?? []), name]);
  const defined = resolved.hosts.map(({ name, values }) => {
    const known = hosts.matched.find((host) => host.name === name);
    const vars = Array.from(values, ([key, { text }]): [string, string] => [key, text ?? '']);
    return {
      name,
      ...(known?.cluster !== undefined && { cluster: known.cluster }),
      groups: [...new Set([...(groupsOf.get(name) ?? []), ...(known?.groups ?? [])])],
      vars: {
        ...known?.vars,
        ...Object.fromEntries(vars.filter(([key]) => key.startsWith('_')).map(([key, text]) => [key.slice(1), text])),
      },
      facts: known?.facts ?? {},
    };
  });
  const names = new Set(defined.map(({ name }) => name));
  const all = [...defined, ...hosts.matched.filter(({ name }) => !names.has(name))];
  const idOf = (name: string): RuleHost['id'] | null => hosts.hostNamed(name)?.id ?? null;
  const judged = all.map((host) => ({
    hostName: host.name,
    hostId: idOf(host.name),
    ...explainMatch(rule, host),
  }));
  return {
    rule: describeMatcher(rule),
    matching: judged.filter(({ matches }) => matches).length,
    hosts: judged
      .filter(({ hostName }) => hostName.toLowerCase().includes(search.toLowerCase()))
      .toSorted((a, b) => Number(b.matches) - Number(a.matches) || (a.hostName < b.hostName ? -1 : 1))
      .slice(0, MOST_HOSTS),
  };
}

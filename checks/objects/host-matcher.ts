// "For every host where …": declarative conditions over the name, groups, cluster, custom
// variables and facts of a host, and the reason why they hold or not. Source: spec §7.5.

/** What is known of a host, from objects and inventory. Variables by upper-case name without `_`. */
export interface MatchedHost {
  name: string;
  cluster?: string;
  groups: readonly string[];
  vars: Readonly<Record<string, string>>;
  facts: Readonly<Record<string, unknown>>;
}

/** `is`: one of these texts exactly. `like`: a glob with `*` and `?`. Neither: it is there. */
export interface ValueTest {
  is?: readonly string[];
  like?: string;
}

export type HostMatcher =
  | { all: readonly HostMatcher[] }
  | { any: readonly HostMatcher[] }
  | { not: HostMatcher }
  | { name: string }
  | { group: string }
  | { cluster: string }
  | { var: string; test: ValueTest }
  | { fact: string; test: ValueTest };

export const matchesHost = (matcher: HostMatcher, host: MatchedHost): boolean => judge(matcher, host).matches;

/** `because`: one sentence, the first condition that failed; of a match, what held. */
export function explainMatch(matcher: HostMatcher, host: MatchedHost): { matches: boolean; because: string } {
  const { matches, because } = judge(matcher, host);
  return { matches, because: because() };
}

/** Words are made only for somebody who reads them: a rule is put to thousands of hosts. */
interface Verdict {
  matches: boolean;
  because: () => string;
}

function judge(matcher: HostMatcher, host: MatchedHost): Verdict {
  if ('all' in matcher) {
    const failed = firstVerdict(matcher.all, host, false);
    const words = () => `every condition holds: ${matcher.all.map(describeMatcher).join(', ')}`;
    return failed ?? { matches: true, because: words };
  }
  if ('any' in matcher) {
    const held = firstVerdict(matcher.any, host, true);
    const words = () => `none of these holds: ${matcher.any.map(describeMatcher).join(', ')}`;
    return held ?? { matches: false, because: words };
  }
  if ('not' in matcher) {
    const { matches, because } = judge(matcher.not, host);
    return { matches: !matches, because: () => `${matches ? '' : 'not '}excluded: ${because()}` };
  }
  if ('name' in matcher) {
    const matches = globMatches(matcher.name, host.name);
    return { matches, because: () => `the name ${host.name} is ${matches ? '' : 'not '}like ${matcher.name}` };
  }
  if ('group' in matcher) {
    const matches = host.groups.some((group) => globMatches(matcher.group, group));
    const words = () => `it is ${matches ? '' : 'not '}in group ${matcher.group} ${inWords(host.groups)}`;
    return { matches, because: words };
  }
  if ('cluster' in matcher) {
    const matches = host.cluster !== undefined && globMatches(matcher.cluster, host.cluster);
    const words = () => `its cluster is ${host.cluster ?? 'not known'}; asked for: ${matcher.cluster}`;
    return { matches, because: words };
  }
  if ('var' in matcher)
    return judgeValue(`variable ${matcher.var}`, host.vars[matcher.var.toUpperCase()], matcher.test);
  return judgeValue(`fact ${matcher.fact}`, factOf(host.facts, matcher.fact), matcher.test);
}

/** The first of them that is `matches`. */
function firstVerdict(matchers: readonly HostMatcher[], host: MatchedHost, matches: boolean): Verdict | undefined {
  for (const matcher of matchers) {
    const verdict = judge(matcher, host);
    if (verdict.matches === matches) return verdict;
  }
  return undefined;
}

function judgeValue(what: string, value: string | undefined, test: ValueTest): Verdict {
  const isThere = value !== undefined;
  const matches =
    isThere &&
    (test.is === undefined || test.is.includes(value)) &&
    (test.like === undefined || globMatches(test.like, value));
  const found = () => (isThere ? JSON.stringify(value) : 'not there');
  return { matches, because: () => `its ${what} is ${found()}; asked for: ${inTest(test)}` };
}

/** `os.family` is looked up as a whole, then step by step. Only plain values can be matched. */
function factOf(facts: Readonly<Record<string, unknown>>, name: string): string | undefined {
  let value: unknown = Object.hasOwn(facts, name) ? facts[name] : undefined;
  if (value === undefined) {
    value = facts;
    for (const step of name.split('.')) {
      value = isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined;
    }
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const inTest = ({ is, like }: ValueTest): string =>
  [is && is.map((text) => JSON.stringify(text)).join(' or '), like && `like ${like}`].filter(Boolean).join(', ') ||
  'any value';

const inWords = (groups: readonly string[]): string =>
  groups.length === 0 ? '(it is in none)' : `(it is in: ${groups.slice(0, 10).join(', ')})`;

/** A condition in words, as the rule's page shows it. */
export function describeMatcher(matcher: HostMatcher): string {
  if ('all' in matcher) return `all of (${matcher.all.map(describeMatcher).join(', ')})`;
  if ('any' in matcher) return `any of (${matcher.any.map(describeMatcher).join(', ')})`;
  if ('not' in matcher) return `not ${describeMatcher(matcher.not)}`;
  if ('name' in matcher) return `name like ${matcher.name}`;
  if ('group' in matcher) return `in group ${matcher.group}`;
  if ('cluster' in matcher) return `in cluster ${matcher.cluster}`;
  if ('var' in matcher) return `variable ${matcher.var} ${inTest(matcher.test)}`;
  return `fact ${matcher.fact} ${inTest(matcher.test)}`;
}

/** `*` any text, `?` one character; in one pass, going back only to the last `*`. */
function globMatches(glob: string, text: string): boolean {
  let [g, t] = [0, 0];
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (glob[g] === '*') {
      star = g++;
      resume = t;
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === text[t])) {
      g++;
      t++;
    } else if (star >= 0) {
      g = star + 1;
      t = ++resume;
    } else return false;
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
}

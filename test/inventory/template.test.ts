import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeReportChange } from '#inventory/report.ts';
import { nestDotted, renderTemplate } from '#inventory/template.ts';
import { byPriority, checkVariables, mergeVariables } from '#inventory/variables.ts';

const values = {
  host: { name: 'web-1' },
  vars: { port: 8080, tls: true, 'log-level': 'info', tags: ['a'], db: { host: 'db-1' }, nothing: null },
  facts: nestDotted({ 'os.name': 'Debian', 'address.eth0': '10.0.0.1' }),
};

const rendered: [what: string, template: string, text: string][] = [
  ['text without braces stays as it is', 'a { b } $c\n', 'a { b } $c\n'],
  ['values of each kind', '{{ vars.port }} {{vars.tls}} {{ vars.db.host }}', '8080 true db-1'],
  ['facts by their dotted names', '{{ facts.os.name }} {{ facts.address.eth0 }}', 'Debian 10.0.0.1'],
  ['a name with a dash', '{{ vars.log-level }}', 'info'],
  ['a backslash keeps the braces', '\\{{ vars.port }}', '{{ vars.port }}'],
  ['what a value holds is not rendered again', '{{ vars.db.host }}{', 'db-1{'],
];
for (const [what, template, text] of rendered)
  test(what, () => expect(renderTemplate(template, values)).toEqual({ ok: true, text }));

const refused: [what: string, template: string, reason: RegExp][] = [
  ['an unknown name, with what there is', '{{ vars.prot }}', /"vars\.prot" is not known; vars has: port, tls/],
  ['an unknown top', '{{ x }}', /at the top has: host, vars, facts/],
  ['a list', '{{ vars.tags }}', /no single value/],
  ['a map', '{{ vars.db }}', /no single value/],
  ['null', '{{ vars.nothing }}', /is null/],
  ['an opening without its closing', 'a {{ vars.port', /has no "}}"/],
  ['an expression', '{{ 1 + 1 }}', /is no path/],
  ['a call', "{{ vars.constructor.constructor('return process.pid')() }}", /is no path/],
  ['what objects inherit', '{{ vars.constructor.name }}', /not known/],
  ['the prototype', '{{ vars.__proto__.polluted }}', /not known/],
  ['the length of a text', '{{ host.name.length }}', /not known/],
];
for (const [what, template, reason] of refused)
  test(`refused: ${what}`, () => {
    const outcome = renderTemplate(template, values);
    expect(outcome.ok ? outcome.text : outcome.problems.map((problem) => problem.reason).join()).toMatch(reason);
    expect(outcome.ok).toBe(false);
  });

test('every problem is told with its line', () => {
  const outcome = renderTemplate('{{ a }}\nfine\n{{ b }} {{ c }}', {});
  expect(outcome.ok ? [] : outcome.problems.map(({ line }) => line)).toEqual([1, 3, 3]);
});

describe('properties', () => {
  test('any text renders or is refused; it never throws, and values never become templates', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (template, value) => {
        const outcome = renderTemplate(`${template}\n{{ vars.x }}`, { vars: { x: value } });
        return outcome.ok ? outcome.text.endsWith(`\n${value}`) : outcome.problems.length > 0;
      }),
    );
  });

  test('a known path gives its value wherever it stands', () => {
    const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/).filter((text) => text !== '__proto__');
    const plain = fc.string().map((text) => text.replaceAll(/[{}\\]/g, ''));
    fc.assert(
      fc.property(plain, name, name, fc.integer(), plain, (before, a, b, value, after) => {
        const outcome = renderTemplate(`${before}{{ ${a}.${b} }}${after}`, { [a]: { [b]: value } });
        expect(outcome).toEqual({ ok: true, text: `${before}${value}${after}` });
      }),
    );
  });

  test('merging is the same however layers are bracketed, and the last layer’s scalars stand', () => {
    const layer = fc.dictionary(
      fc.constantFrom('a', 'b'),
      fc.oneof(fc.integer(), fc.dictionary(fc.constantFrom('x', 'y'), fc.integer())),
    );
    fc.assert(
      fc.property(layer, layer, layer, (one, two, three) => {
        expect(mergeVariables([mergeVariables([one, two]), three])).toEqual(mergeVariables([one, two, three]));
        for (const [key, value] of Object.entries(three))
          if (typeof value === 'number') expect(mergeVariables([one, two, three])[key]).toBe(value);
      }),
    );
  });
});

test('maps merge, lists and scalars replace; the host wins over its groups, the higher priority over the lower', () => {
  const layers = byPriority([
    { name: 'web', priority: 10, variables: { port: 80, db: { host: 'web-db' }, tags: ['web'] } },
    { name: 'all', priority: 0, variables: { port: 1, db: { host: 'db', port: 5432 }, tags: ['all', 'x'] } },
  ]).map((group) => group.variables);
  expect(mergeVariables([...layers, { port: 8080 }])).toEqual({
    port: 8080,
    db: { host: 'web-db', port: 5432 },
    tags: ['web'],
  });
});

test('variables that would reach into JavaScript, or no path could name, are refused with their place', () => {
  expect(() => checkVariables(JSON.parse('{"a":{"__proto__":1}}') as Record<string, unknown>)).toThrow(/variables\.a/);
  expect(() => checkVariables({ 'a.b': 1 })).toThrow(/no name for a variable/);
  let deep: Record<string, unknown> = {};
  for (let i = 0; i < 30; i++) deep = { deep };
  expect(() => checkVariables(deep)).toThrow(/nested deeper/);
});

describe('what a report changes', () => {
  const report = (kernel: string, ...packages: [string, string][]) => ({
    facts: { 'kernel.release': kernel },
    packages: packages.map(([name, version]) => ({ name, version })),
  });
  const cases: [string, ReturnType<typeof report>, ReturnType<typeof report>, string | undefined][] = [
    ['nothing', report('1', ['a', '1']), report('1', ['a', '1']), undefined],
    ['a kernel', report('6.1', ['a', '1']), report('6.2', ['a', '1']), 'kernel 6.1 → 6.2'],
    [
      'packages in, out and upgraded',
      report('1', ['a', '1'], ['b', '1']),
      report('1', ['a', '2'], ['c', '1']),
      '1 package installed: c; 1 package removed: b; 1 package changed: a',
    ],
    ['packages that could not be read are no removal', report('1', ['a', '1']), report('1'), undefined],
  ];
  for (const [what, before, after, words] of cases)
    test(what, () => expect(describeReportChange(before, after)).toBe(words));
});

import fc from 'fast-check';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFactSources } from '#agent/facts-sources.ts';
import { decodeFacts, decodePrintedFacts, type FactFormat } from '#agent/facts-values.ts';
import { systemClock } from '#kernel/clock.ts';
import { silentLogger } from '#kernel/log.ts';

describe('what a source says', () => {
  const taken: [string, FactFormat, string, Record<string, unknown>][] = [
    [
      'nested YAML',
      'yaml',
      '---\n# where\nrack:\n  row: 4 # fourth\n  name: "b 12"\nrole: web\n',
      { 'rack.row': 4, 'rack.name': 'b 12', role: 'web' },
    ],
    ['lists of YAML', 'yaml', 'a: [x, 2]\nb:\n- y\n- z\nc:\n  - 1\n', { a: 'x,2', b: 'y,z', c: '1' }],
    [
      'scalars of YAML',
      'yaml',
      "a: true\nb: 007\nc: yes\nd: ~\ne: 1.5\nf: 'it''s'\ng: 90071992547409931\nh: http://x/#y\n",
      { a: true, b: '007', c: 'yes', e: 1.5, f: "it's", g: '90071992547409931', h: 'http://x/#y' },
    ],
    ['no YAML at all', 'yaml', '# nothing\n', {}],
    ['nested JSON', 'json', '{"dc":{"name":"x","zones":["a","b"],"gone":null}}', { 'dc.name': 'x', 'dc.zones': 'a,b' }],
    ['lines', 'lines', '# c\r\n a.b = 4 = 5\r\n\r\nempty=\r\n', { 'a.b': '4 = 5', empty: '' }],
  ];
  for (const [what, format, text, facts] of taken)
    test(`${what} is taken`, () => expect(decodeFacts(format, text)).toEqual({ ok: true, value: facts }));

  const refused: [string, FactFormat, string, RegExp][] = [
    ['an anchor', 'yaml', 'a: 1\nb: &x 2', /^line 2: .*&x/],
    ['an alias', 'yaml', 'a: *x', /^line 1/],
    ['a tag', 'yaml', 'a: !!str 1', /^line 1/],
    ['block text', 'yaml', 'a: |\n  text', /^line 1/],
    ['a flow mapping', 'yaml', 'a: {b: 1}', /^line 1/],
    ['two documents', 'yaml', 'a: 1\n---\nb: 2', /^line 2: only one document/],
    ['tabs', 'yaml', 'a:\n\tb: 1', /^line 2: .*tab/],
    ['the same name twice', 'yaml', 'a: 1\na: 2', /^line 2: .*second time/],
    ['indentation under a value', 'yaml', 'a: 1\n  b: 2', /^line 2: .*indentation/],
    ['an open quote', 'yaml', 'a: "x', /^line 1: .*quoted/],
    ['a mapping in a value', 'yaml', 'a: b: c', /^line 1: .*quote it/],
    ['a list of mappings', 'yaml', 'a:\n- b: 1', /^line 2/],
    ['a list whose join is ambiguous', 'json', '{"a":["b,c","d"]}', /comma/],
    ['a JSON list', 'json', '[1]', /not a JSON object/],
    ['broken JSON', 'json', '{', /not JSON/],
    ['a name that Object has', 'json', '{"__proto__":{"a":1}}', /no name/],
    ['two ways to one name', 'json', '{"a.b":1,"a":{"b":2}}', /second time/],
    ['a NUL', 'json', '{"a":"x\\u0000"}', /control character/],
    ['half of a character', 'json', '{"a":"\\ud800"}', /half of one/],
    ['the names that are the agent’s', 'lines', 'facts.from.x=hostname', /kept for the agent/],
    ['a line without =', 'lines', 'a=1\nb', /^line 2: is not name=value/],
    ['a name with a blank', 'lines', 'a b=1', /^line 1: .*no name/],
    ['a value without end', 'lines', `a=${'x'.repeat(4001)}`, /longer than 4000/],
    ['too many', 'lines', Array.from({ length: 201 }, (_, i) => `a${i}=1`).join('\n'), /more than 200/],
  ];
  for (const [what, format, text, reason] of refused)
    test(`${what} is refused with a reason`, () =>
      expect(decodeFacts(format, text)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) as string }));

  test('no text whatever makes it throw, and mutated YAML neither', () => {
    const pieces = fc.constantFrom(...'ab:-"\'[]{},#&*!|>% \t\n\\0=', '---', '...', ': ', '- ', '\n  ');
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 60 }).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom<FactFormat>('yaml', 'json', 'lines'), (text, format) => {
        const decoded = decodeFacts(format, text);
        if (!decoded.ok) expect(decoded.reason).not.toBe('');
        decodePrintedFacts(text);
      }),
    );
  });

  test('flat YAML of any quoted text is read back as it was', () => {
    const facts = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[ -~]{0,30}$/));
    fc.assert(
      fc.property(facts, (given) => {
        const text = Object.entries(given).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);
        expect(decodeFacts('yaml', text.join(''))).toEqual({ ok: true, value: { ...given } });
      }),
    );
  });
});

describe('a facts directory', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'plexus-facts-'));
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const put = (name: string, text: string | Buffer, mode = 0o644) => {
    writeFileSync(path.join(folder, name), text);
    chmodSync(path.join(folder, name), mode);
  };
  const sources = () => createFactSources({ clock: systemClock(), log: silentLogger }, { folder });
  const read = (builtIn = {}) => sources().read(builtIn, new AbortController().signal);

  test('data and programs give their facts, each named with its file', async () => {
    put('rack.yaml', 'rack:\n  row: 4\n');
    put('x.sh', '#!/bin/sh\necho tier=gold\n', 0o755);
    put('j', '#!/bin/sh\necho \'{"pci": {"cards": 2}}\'\n', 0o755);
    expect(await read()).toEqual({
      ...{ 'rack.row': 4, tier: 'gold', 'pci.cards': 2 },
      ...{ 'facts.from.rack.yaml': 'rack.row', 'facts.from.x.sh': 'tier', 'facts.from.j': 'pci.cards' },
    });
  });

  test('a built-in fact stands, then the first file, and the loser is told', async () => {
    put('a.txt', 'hostname=evil\nrole=web\n');
    put('b.txt', 'role=db\n');
    const facts = await read({ hostname: 'web-1' });
    expect(facts).toMatchObject({ role: 'web', 'facts.from.a.txt': 'role' });
    expect(facts).not.toHaveProperty('hostname');
    expect(facts['facts.problem.a.txt']).toMatch(/hostname is not taken: it is built in/);
    expect(facts['facts.problem.b.txt']).toMatch(/role is not taken: it is of a.txt/);
  });

  test('a broken source costs itself only', async () => {
    put('good.txt', 'role=web\n');
    put('bad.yaml', 'a: 1\nb: *x\n');
    put('fails.sh', '#!/bin/sh\necho a=1; exit 3\n', 0o755);
    put('slow.sh', '#!/bin/sh\n# plexus: timeout=1\nsleep 60\n', 0o755);
    put('floods.sh', '#!/bin/sh\nhead -c 100000 /dev/zero\n', 0o755);
    put('forgot.sh', '#!/bin/sh\necho a=1\n');
    put('open.txt', 'a=1\n', 0o666);
    put('latin.txt', Buffer.from([0x61, 0x3d, 0xe4]));
    put('long.json', `{"a":"${'x'.repeat(70_000)}"}`);
    mkdirSync(path.join(folder, 'dir.json'));
    const facts = await read();
    expect(facts['role']).toBe('web');
    const problems: [string, RegExp][] = [
      ['bad.yaml', /^line 2/],
      ['fails.sh', /exit code 3/],
      ['slow.sh', /longer than 1 s/],
      ['floods.sh', /65536 bytes or more/],
      ['forgot.sh', /chmod \+x/],
      ['open.txt', /chmod go-w/],
      ['latin.txt', /not UTF-8/],
      ['long.json', /longer than 65536 bytes/],
      ['dir.json', /is no file/],
    ];
    for (const [file, reason] of problems) expect(facts[`facts.problem.${file}`], file).toMatch(reason);
    expect(facts).not.toHaveProperty('a');
  });

  test('nothing is read from a folder that others may write to', async () => {
    put('a.txt', 'role=web\n');
    chmodSync(folder, 0o777);
    expect(await read()).toEqual({ 'facts.problem.folder': expect.stringMatching(/written/) as string });
  });

  test('a folder that is not there gives nothing, and its stamp changes with what is put into it', async () => {
    rmSync(folder, { recursive: true });
    expect(await read()).toEqual({});
    const before = await sources().stamp();
    mkdirSync(folder);
    put('a.txt', 'role=web\n');
    expect(await sources().stamp()).not.toBe(before);
  });

  test('an agent that stops waits for no program', async () => {
    put('slow.sh', '#!/bin/sh\nexec sleep 60\n', 0o755);
    const stopping = new AbortController();
    const reading = sources().read({}, stopping.signal);
    stopping.abort();
    await expect(reading).resolves.not.toHaveProperty('slow');
  });
});

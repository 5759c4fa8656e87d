// The command line of gmetric, read as getopt_long does: short, long, combined and
// shortened options, in any order. The messages are gmetric's own, scripts match them.
// Source: spec/ganglia.md §7, put to gmetric 3.7.2.

const OPTIONS = [
  { name: 'help', letter: 'h', kind: 'flag' },
  { name: 'version', letter: 'V', kind: 'flag' },
  { name: 'conf', letter: 'c', kind: 'text' },
  { name: 'name', letter: 'n', kind: 'text' },
  { name: 'value', letter: 'v', kind: 'text' },
  { name: 'type', letter: 't', kind: 'text' },
  { name: 'units', letter: 'u', kind: 'text' },
  { name: 'slope', letter: 's', kind: 'text' },
  { name: 'tmax', letter: 'x', kind: 'integer' },
  { name: 'dmax', letter: 'd', kind: 'integer' },
  { name: 'group', letter: 'g', kind: 'text' },
  { name: 'cluster', letter: 'C', kind: 'text' },
  { name: 'desc', letter: 'D', kind: 'text' },
  { name: 'title', letter: 'T', kind: 'text' },
  { name: 'spoof', letter: 'S', kind: 'text' },
  { name: 'heartbeat', letter: 'H', kind: 'flag' },
] as const;

type Option = (typeof OPTIONS)[number];
type NameOf<Kind extends Option['kind']> = Extract<Option, { kind: Kind }>['name'];

/** What was given; an option that was not is absent. */
export type GmetricArguments = { [Name in NameOf<'text'>]?: string } & { [Name in NameOf<'integer'>]?: number } & {
  heartbeat: boolean;
};

export type ParsedGmetric =
  | { kind: 'arguments'; given: GmetricArguments }
  | { kind: 'help' | 'version' }
  /** gmetric's words, without a line end. */
  | { kind: 'wrong'; message: string };

const wrong = (message: string): ParsedGmetric => ({ kind: 'wrong', message: `gmetric: ${message}` });

/** Arguments that are no options are ignored, as gmetric does; `--` ends the options. */
export function parseGmetricArguments(args: readonly string[]): ParsedGmetric {
  const given = new Map<Option['name'], string>();
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined && word !== '--'; word = rest.shift()) {
    const steps = word.startsWith('--') ? longOption(word, rest) : shortOptions(word, rest);
    if (typeof steps === 'string') return wrong(steps);
    for (const [option, value] of steps) {
      if (option.name === 'help' || option.name === 'version') return { kind: option.name };
      if (given.has(option.name))
        return wrong(`\`--${option.name}' (\`-${option.letter}') option given more than once`);
      if (option.kind === 'integer' && parseInteger(value) === undefined)
        return wrong(`invalid numeric value: ${value}`);
      given.set(option.name, value);
    }
  }
  const { tmax, dmax, ...texts } = Object.fromEntries(given);
  return {
    kind: 'arguments',
    given: {
      ...texts,
      ...(tmax !== undefined && { tmax: parseInteger(tmax) ?? 0 }),
      ...(dmax !== undefined && { dmax: parseInteger(dmax) ?? 0 }),
      heartbeat: given.has('heartbeat'),
    },
  };
}

type Steps = [option: Option, value: string][];

function longOption(word: string, rest: string[]): Steps | string {
  const [, name = '', value] = /^--([^=]*)(?:=([^]*))?$/.exec(word) ?? [];
  const meant = OPTIONS.filter((one) => one.name.startsWith(name));
  const option = meant.find((one) => one.name === name) ?? meant[0];
  if (option === undefined) return `unrecognized option '--${name}'`;
  if (meant.length > 1 && option.name !== name) {
    const possible = meant.map((one) => ` '--${one.name}'`).join('');
    return `option '${word}' is ambiguous; possibilities:${possible}`;
  }
  if (option.kind === 'flag')
    return value === undefined ? [[option, '']] : `option '--${option.name}' doesn't allow an argument`;
  const argument = value ?? rest.shift();
  return argument === undefined ? `option '--${option.name}' requires an argument` : [[option, argument]];
}

/** `-Hn a`, `-na`, `-n a`; a word that is no option is nothing. */
function shortOptions(word: string, rest: string[]): Steps | string {
  if (!word.startsWith('-') || word === '-') return [];
  const steps: Steps = [];
  for (let at = 1; at < word.length; at++) {
    const letter = word[at] ?? '';
    const option = OPTIONS.find((one) => one.letter === letter);
    if (option === undefined) return earlyEnd(steps) ?? `invalid option -- '${letter}'`;
    if (option.kind === 'flag') {
      steps.push([option, '']);
      continue;
    }
    const argument = at + 1 < word.length ? word.slice(at + 1) : rest.shift();
    if (argument === undefined) return earlyEnd(steps) ?? `option requires an argument -- '${letter}'`;
    steps.push([option, argument]);
    break;
  }
  return steps;
}

/** Help and version end the program before what stands behind them is looked at. */
const earlyEnd = (steps: Steps): Steps | undefined =>
  steps.some(([{ name }]) => name === 'help' || name === 'version') ? steps : undefined;

/** C's strtol with base 0, cut to an int as gmetric cuts it. */
function parseInteger(text: string): number | undefined {
  const found = /^[ \t\n\v\f\r]*([+-]?)(0x[\da-f]+|0[0-7]*|[1-9]\d*|)$/i.exec(text);
  if (found === null || (text !== '' && found[2] === '')) return undefined;
  const digits = found[2] ?? '';
  const size = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const most = 2n ** 63n - 1n;
  const long = found[1] === '-' ? -(size > most ? most + 1n : size) : size > most ? most : size;
  return Number(BigInt.asIntN(32, long));
}

export const GMETRIC_VERSION = 'gmetric 3.7.2';

export const GMETRIC_USAGE = `${GMETRIC_VERSION}, as Plexus has it: announces a metric on the send channels of a gmond.conf

Usage: plexus gmetric [OPTIONS]...

  -h, --help            this text
  -V, --version         the version of gmetric that is matched
  -c, --conf=FILE       gmond.conf with the send channels (default /etc/ganglia/gmond.conf)
  -n, --name=NAME       name of the metric
  -v, --value=VALUE     its value
  -t, --type=TYPE       string|int8|uint8|int16|uint16|int32|uint32|float|double
  -u, --units=UNITS     unit of the value (default '')
  -s, --slope=SLOPE     zero|positive|negative|both|derivative (default both)
  -x, --tmax=SECONDS    longest time between two calls (default 60)
  -d, --dmax=SECONDS    lifetime of the metric, 0 = for ever (default 0)
  -g, --group=LIST      groups that the metric is shown in
  -C, --cluster=NAME    cluster of the metric; carried along, nothing acts on it
  -D, --desc=TEXT       description
  -T, --title=TEXT      title
  -S, --spoof=IP:NAME   the host that the metric is of
  -H, --heartbeat       with --spoof: a heartbeat of that host
`;

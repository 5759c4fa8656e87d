// Splits what a plugin wrote to stdout into short text, long text and perfdata,
// as Nagios 4 does. It judges nothing: the exit code decides the state.

/** Nagios asks plugins for 4 KB; what is longer than this is cut, never refused. */
const MAX_OUTPUT_BYTES = 64 * 1024;

export const NO_OUTPUT = '(No output returned from plugin)';

interface PluginOutput {
  /** First line without perfdata; `;` becomes `:`, because logs of the field are `;`-separated. */
  short: string;
  /** Further lines joined by newline; '' when there are none. */
  long: string;
  /** All perfdata parts joined by one space; feed it to `parsePerfdata`. */
  perfdata: string;
  /** True when the output was longer than 64 KB. */
  isCut: boolean;
}

/**
 * Accepts any bytes: broken UTF-8 and NUL become U+FFFD, carriage returns vanish.
 * Grammar and oddities: checks-and-alerting.md §1.2, recorded from Nagios 4.4.6.
 */
export function parsePluginOutput(stdout: Uint8Array | string): PluginOutput {
  const { text, isCut } = decodeText(stdout);
  const [first = '', ...rest] = text.replace(/\n+$/, '').split('\n');
  const firstPipe = first.indexOf('|');
  const perf = firstPipe < 0 ? [] : [first.slice(firstPipe + 1)];
  const long: string[] = [];

  let onlyPerf = false;
  for (const line of rest) {
    if (onlyPerf) {
      perf.push(line);
      continue;
    }
    const pipe = line.indexOf('|');
    long.push(pipe < 0 ? line : line.slice(0, pipe));
    // Only the first pipe after line 1 switches over; later ones are literal text.
    if (pipe >= 0) {
      perf.push(line.slice(pipe + 1));
      onlyPerf = true;
    }
  }

  const short = (firstPipe < 0 ? first : first.slice(0, firstPipe)).trim().replaceAll(';', ':');
  return {
    // "|a=1" keeps its empty text: the plugin did answer.
    short: short === '' && firstPipe < 0 ? NO_OUTPUT : short,
    long: long.join('\n').trimEnd(),
    perfdata: perf.join(' ').trim(),
    isCut,
  };
}

function decodeText(stdout: Uint8Array | string): { text: string; isCut: boolean } {
  const bytes = typeof stdout === 'string' ? new TextEncoder().encode(stdout) : stdout;
  const isCut = bytes.length > MAX_OUTPUT_BYTES;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  // `stream` holds back a character that the cut went through, instead of showing half of it.
  const text = decoder.decode(bytes.subarray(0, MAX_OUTPUT_BYTES), { stream: isCut });
  // PostgreSQL text cannot hold NUL; the replacement shows that something stood there.
  return { text: text.replaceAll('\r', '').replaceAll('\0', '\uFFFD'), isCut };
}

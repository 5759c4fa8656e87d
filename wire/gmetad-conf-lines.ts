// Splits a gmetad.conf into directives and their arguments. Knows no directive by
// name. Source: spec/ganglia.md §6.3 (libdotconf), put to a real gmetad 3.7.2.

export interface ConfDirective {
  /** Lower case; names are not case-sensitive. */
  name: string;
  args: string[];
  /** First line of the directive, from 1. */
  line: number;
}

/** Variables for `${NAME}` and `${NAME:-default}`; an unset one counts as empty. */
export type ConfEnvironment = Readonly<Record<string, string | undefined>>;

/** Never throws; a quote that is not closed ends with its line. */
export function splitGmetadConf(text: string, environment: ConfEnvironment): ConfDirective[] {
  const directives: ConfDirective[] = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const line = i + 1;
    let logical = withoutReturn(lines[i] ?? '');
    while (logical.endsWith('\\') && i + 1 < lines.length) {
      i++;
      logical = logical.slice(0, -1) + withoutReturn(lines[i] ?? '');
    }
    const [name, ...args] = splitWords(logical);
    if (name !== undefined) {
      directives.push({ name: name.toLowerCase(), args: args.map((arg) => expand(arg, environment)), line });
    }
  }
  return directives;
}

const withoutReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

/** Words of one line; `#` outside quotes ends it, and takes the word that it stands in with it. */
function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const character = line.charAt(i);
    if (character === '\\' && i + 1 < line.length) word = (word ?? '') + line.charAt(++i);
    else if (character === quote) quote = '';
    else if (quote !== '') word += character;
    else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '#') return words;
    else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (word !== undefined) words.push(word);
  return words;
}

// Within single quotes too, unlike a shell.
const expand = (text: string, environment: ConfEnvironment): string =>
  text.replace(
    /\$\{([^{}:]+)(?::-([^{}]*))?\}/g,
    (_whole, name: string, fallback = '') => environment[name] ?? fallback,
  );

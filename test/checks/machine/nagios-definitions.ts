// Reads as much of a Nagios object file as the recorded sets use: blocks of directives,
// one template each, `;` comments that cut also inside quotes.

export interface Definition {
  type: string;
  values: Record<string, string>;
}

/** Templates are applied and left out. */
export function readDefinitions(text: string): Definition[] {
  const written: Definition[] = [];
  let open: Definition | undefined;
  for (const line of text.split('\n').map((each) => each.replace(/;.*$/, '').trim())) {
    const begin = /^define\s+(\w+)\s*\{$/.exec(line);
    if (begin?.[1] !== undefined) open = { type: begin[1], values: {} };
    else if (line === '}') {
      if (open) written.push(open);
      open = undefined;
    } else if (open && line !== '') {
      const [name, value] = line.split(/\s+(.*)/s);
      open.values[name ?? ''] = (value ?? '').trim();
    }
  }
  const templates = new Map(written.map((definition) => [definition.values['name'], definition.values]));
  return written
    .filter(({ values }) => values['register'] !== '0')
    .map(({ type, values }) => ({ type, values: { ...templates.get(values['use']), ...values } }));
}

/** `key=value` lines of the main file. */
export const readMainSettings = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1).trim()]),
  );

export const listOf = (value: string | undefined): string[] => (value === undefined ? [] : value.split(/\s*,\s*/));

// The inputs that a runbook declares, and the values given for a run. A value
// reaches a host as one whole argument or as PLEXUS_IN_<NAME>, never inside a text.

export interface InputDefinition {
  /** Lower case letters, digits, underscores. */
  name: string;
  label?: string;
  type: 'string' | 'integer' | 'boolean' | 'enum';
  required?: boolean;
  default?: string;
  /** Of an enum. */
  options?: string[];
  help?: string;
}

/** Text in every type: "3", "true". */
export type InputValues = Record<string, string>;

const REFERENCE = /^\{\{\s*([a-z][a-z0-9_]*)\s*\}\}$/;

/** The input that `text` stands for, when the whole of it is a reference such as "{{service}}". */
export const referencedInput = (text: string): string | undefined => REFERENCE.exec(text)?.[1];

/** The input's value for a reference, else `text` itself. Unknown names were refused when the runbook was saved. */
export function resolveReference(text: string, inputs: InputValues): string {
  const name = referencedInput(text);
  return name === undefined ? text : (inputs[name] ?? '');
}

/** `{PLEXUS_IN_SERVICE: "nginx"}`. */
export const inputEnvironment = (inputs: InputValues): Record<string, string> =>
  Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`PLEXUS_IN_${name.toUpperCase()}`, value]));

/** What is wrong with one value, in a sentence; undefined when it is fine. */
function problemOf(definition: InputDefinition, value: string): string | undefined {
  switch (definition.type) {
    case 'string':
      return value.includes('\0') ? 'must not contain a NUL character' : undefined;
    case 'integer':
      return /^-?\d{1,15}$/.test(value) ? undefined : `"${value}" is not a whole number`;
    case 'boolean':
      return value === 'true' || value === 'false' ? undefined : `"${value}" is neither "true" nor "false"`;
    case 'enum': {
      const options = definition.options ?? [];
      return options.includes(value) ? undefined : `"${value}" is not one of ${options.join(', ')}`;
    }
    default:
      return definition.type satisfies never;
  }
}

/** Values with defaults filled in, or every problem found: "inputs.service: is required". */
export function fillInputs(
  definitions: readonly InputDefinition[],
  given: InputValues,
): { ok: true; values: InputValues } | { ok: false; problems: string[] } {
  const problems: string[] = [];
  const values: InputValues = {};
  const known = new Set(definitions.map((definition) => definition.name));
  for (const name of Object.keys(given)) {
    if (!known.has(name))
      problems.push(`inputs.${name}: is not an input of this runbook; it takes ${[...known].join(', ') || 'none'}`);
  }
  for (const definition of definitions) {
    const value = given[definition.name] ?? definition.default ?? '';
    if (value === '') {
      if (definition.required) problems.push(`inputs.${definition.name}: is required`);
      else values[definition.name] = '';
      continue;
    }
    const problem = problemOf(definition, value);
    if (problem) problems.push(`inputs.${definition.name}: ${problem}`);
    else values[definition.name] = value;
  }
  return problems.length === 0 ? { ok: true, values } : { ok: false, problems };
}

/** Problems of the declarations themselves: doubled names, enums without options, defaults that do not fit. */
export function checkDefinitions(definitions: readonly InputDefinition[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const [index, definition] of definitions.entries()) {
    const at = `inputs[${index}]`;
    if (seen.has(definition.name)) problems.push(`${at}.name: "${definition.name}" is declared twice`);
    seen.add(definition.name);
    if (definition.type === 'enum' && (definition.options ?? []).length === 0)
      problems.push(`${at}.options: an enum needs at least one`);
    const problem = definition.default ? problemOf(definition, definition.default) : undefined;
    if (problem) problems.push(`${at}.default: ${problem}`);
  }
  return problems;
}

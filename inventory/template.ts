// Templates of files: text in which `{{ path.to.value }}` stands for a value. Looks
// names up and nothing else: no expression, no call, no code. Pure.

interface TemplateProblem {
  /** Line of the template, from 1. */
  line: number;
  reason: string;
}

type Rendered = { ok: true; text: string } | { ok: false; problems: TemplateProblem[] };

// A backslash before the braces keeps them as they are; an opening without its closing is an error.
const PLACEHOLDER = /\\\{\{|\{\{([^{}\n]*)\}\}|\{\{/g;
const PATH = /^[A-Za-z0-9_][\w:@-]*(\.[A-Za-z0-9_][\w:@-]*)*$/;

/**
 * Every problem is told, not the first one only. A path must lead to a text, a number or
 * a truth value that is the data's own; what JavaScript objects inherit is not there.
 */
export function renderTemplate(template: string, values: Readonly<Record<string, unknown>>): Rendered {
  const problems: TemplateProblem[] = [];
  const text = template.replaceAll(PLACEHOLDER, (found: string, inner: string | undefined, at: number) => {
    if (found.startsWith('\\')) return '{{';
    const outcome = inner === undefined ? { problem: '"{{" has no "}}" on its line' } : valueAt(inner.trim(), values);
    if ('value' in outcome) return outcome.value;
    problems.push({ line: template.slice(0, at).split('\n').length, reason: outcome.problem });
    return '';
  });
  return problems.length === 0 ? { ok: true, text } : { ok: false, problems };
}

function valueAt(path: string, values: Readonly<Record<string, unknown>>): { value: string } | { problem: string } {
  if (!PATH.test(path)) return { problem: `"{{ ${path} }}" is no path such as vars.port` };
  let value: unknown = values;
  for (const [depth, key] of path.split('.').entries()) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) {
      const known = typeof value === 'object' && value !== null ? Object.keys(value).slice(0, 10).join(', ') : '';
      const where = path.split('.').slice(0, depth).join('.');
      return { problem: `"${path}" is not known${known && `; ${where || 'at the top'} has: ${known}`}` };
    }
    value = Reflect.get(value, key);
  }
  if (typeof value === 'string') return { value };
  if (typeof value === 'number' || typeof value === 'boolean') return { value: String(value) };
  return { problem: `"${path}" is ${value === null ? 'null' : 'no single value'}` };
}

/** One sentence for a list of problems. */
export const describeProblems = (problems: readonly TemplateProblem[]): string =>
  problems.map(({ line, reason }) => `line ${line}: ${reason}`).join('; ');

/** Dotted names as a tree, for paths; where a name is both a value and a folder, the folder stays. */
export function nestDotted(flat: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const root = blankTree();
  for (const [name, value] of Object.entries(flat)) {
    const keys = name.split('.');
    const last = keys.pop() ?? name;
    let node = root;
    for (const key of keys) {
      const below = node[key];
      node = isTree(below) ? below : (node[key] = blankTree());
    }
    if (!isTree(node[last])) node[last] = value;
  }
  return root;
}

// Without a prototype, so that a fact named "__proto__" is a fact like any other.
const blankTree = (): Record<string, unknown> => Object.create(null) as Record<string, unknown>;

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

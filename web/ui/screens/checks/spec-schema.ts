// The fields of a form, read from the JSON Schema of a kind; and what such a form sends. Pure.
//
// Understood are the shapes that kinds use: texts, numbers, switches, choices, lists of those,
// objects, lists of objects, and maps of texts. Anything else is edited as JSON.

export type SpecField =
  | { type: 'text'; isSecret: boolean; isLong: boolean }
  | { type: 'number'; isInteger: boolean; min: number | undefined; max: number | undefined }
  | { type: 'flag' }
  | { type: 'choice'; values: readonly string[] }
  /** `hasNumbers`: what looks like a number is sent as one. */
  | { type: 'lines'; hasNumbers: boolean }
  | { type: 'map'; isSecret: boolean }
  | { type: 'group'; fields: readonly NamedField[] }
  | { type: 'list'; fields: readonly NamedField[] }
  | { type: 'json' };

export interface NamedField {
  name: string;
  description: string;
  isRequired: boolean;
  default: unknown;
  field: SpecField;
}

export type Spec = Record<string, unknown>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** More than this many characters do not fit into one line. */
const LONG_TEXT = 4096;

/** In the order of the schema; null when it is not the schema of an object. */
export function fieldsOf(schema: unknown): NamedField[] | null {
  if (!isObject(schema) || !isObject(schema['properties'])) return null;
  const required: unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(schema['properties']).map(([name, of]) => ({
    name,
    description: isObject(of) && typeof of['description'] === 'string' ? of['description'] : '',
    isRequired: required.includes(name) && isObject(of) && of['default'] === undefined,
    default: isObject(of) ? of['default'] : undefined,
    field: fieldOf(of),
  }));
}

function fieldOf(schema: unknown): SpecField {
  if (!isObject(schema)) return { type: 'json' };
  const values = choicesOf(schema);
  if (values) return { type: 'choice', values };
  switch (schema['type']) {
    case 'string': {
      const longest = schema['maxLength'];
      return {
        type: 'text',
        isSecret: schema['x-secret'] === true,
        isLong: typeof longest === 'number' && longest > LONG_TEXT && schema['x-secret'] !== true,
      };
    }
    case 'integer':
    case 'number':
      return {
        type: 'number',
        isInteger: schema['type'] === 'integer',
        min: numberOf(schema['minimum']),
        max: numberOf(schema['maximum']),
      };
    case 'boolean':
      return { type: 'flag' };
    case 'array':
      return listOf(schema['items']);
    case 'object':
      return objectOf(schema);
    default:
      return { type: 'json' };
  }
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Words of a closed set, written as `enum` or as a union of literals. */
function choicesOf(schema: Record<string, unknown>): string[] | null {
  const { enum: words, anyOf } = schema;
  const all = Array.isArray(words)
    ? words
    : Array.isArray(anyOf)
      ? anyOf.map((one) => (isObject(one) ? one['const'] : undefined))
      : [];
  return all.length > 0 && all.every((word) => typeof word === 'string') ? all : null;
}

function listOf(items: unknown): SpecField {
  const field = fieldOf(items);
  if (field.type === 'group') return { type: 'list', fields: field.fields };
  if (field.type === 'text' || field.type === 'choice') return { type: 'lines', hasNumbers: false };
  if (field.type === 'number') return { type: 'lines', hasNumbers: true };
  const forms = isObject(items) && Array.isArray(items['anyOf']) ? items['anyOf'].map((one) => fieldOf(one).type) : [];
  const isScalar = forms.length > 0 && forms.every((form) => form === 'text' || form === 'number');
  return isScalar ? { type: 'lines', hasNumbers: forms.includes('number') } : { type: 'json' };
}

function objectOf(schema: Record<string, unknown>): SpecField {
  const patterns = isObject(schema['patternProperties']) ? Object.values(schema['patternProperties']) : [];
  const [value] = isObject(schema['additionalProperties']) ? [schema['additionalProperties']] : patterns;
  const of = value === undefined ? null : fieldOf(value);
  if (of?.type === 'text' && !isObject(schema['properties'])) return { type: 'map', isSecret: of.isSecret };
  const fields = fieldsOf(schema);
  return fields ? { type: 'group', fields } : { type: 'json' };
}

/** What is sent: empty fields are left out, so that the server's defaults apply; settings without a field stay. */
export function specToSend(fields: readonly NamedField[], spec: Spec): Spec {
  const byName = new Map(fields.map((named) => [named.name, named.field]));
  const sent = Object.entries(spec).map(([name, value]): [string, unknown] => [
    name,
    valueToSend(byName.get(name) ?? { type: 'json' }, value),
  ]);
  return Object.fromEntries(sent.filter(([, value]) => !isEmpty(value)));
}

function valueToSend(field: SpecField, value: unknown): unknown {
  if (field.type === 'lines' && Array.isArray(value)) {
    const lines = value.map((line) => String(line).trim()).filter(Boolean);
    return field.hasNumbers ? lines.map((line) => (/^-?\d+(\.\d+)?$/.test(line) ? Number(line) : line)) : lines;
  }
  if (field.type === 'group' && isObject(value)) return specToSend(field.fields, value);
  if (field.type === 'list' && Array.isArray(value))
    return value.map((entry) => (isObject(entry) ? specToSend(field.fields, entry) : entry));
  return value;
}

const isEmpty = (value: unknown): boolean =>
  value === '' ||
  value === undefined ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);

/** "expectStatus" → "Expect status". */
export function humanName(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

// A printf for one number, in the dialect of APR, which gmond prints its XML with.
// Formats come from strangers: what is not in the subset is never interpreted.

/** What the sender holds: decides how a number is shown whose format says nothing usable. */
export type NumberKind = 'int' | 'float';

interface Spec {
  left: boolean;
  plus: boolean;
  blank: boolean;
  alternate: boolean;
  zeroPad: boolean;
  width: number;
  precision: number | undefined;
  short: boolean;
  conversion: string;
}

interface Format {
  before: string;
  /** Absent when the format is text only. */
  spec: Spec | undefined;
  after: string;
}

// Far more than any display needs, far less than what would hurt.
const MAX_WIDTH = 100;
// APR's NUM_BUF for floats: digits after the point are capped here.
const MAX_PRECISION = 78;
const DEFAULT_PRECISION = 6;
const SPEC = /^([-+ #0]*)(\d{0,3})(?:\.(\d{0,3}))?(hh?|ll?|q|j|z|t|L)?([diuxXfFeEgG])/;

/**
 * `value` as the sender's `fmt` asks. Formats with no conversion of ours, or with more
 * than one (as gmond would read past its arguments), give the plain number.
 * Source: spec/ganglia.md §1.3 and §5, checked against gmond 3.7.2 by the crafted captures.
 */
export function formatNumber(fmt: string, value: number, kind: NumberKind): string {
  const format = parseFormat(fmt);
  if (format === undefined) return plainNumber(value, kind);
  if (format.spec === undefined) return format.before;
  return format.before + formatSpec(format.spec, value) + format.after;
}

function parseFormat(fmt: string): Format | undefined {
  let before = '';
  let after = '';
  let spec: Spec | undefined;
  for (let i = 0; i < fmt.length;) {
    const character = fmt.charAt(i);
    let text = character;
    if (character === '%' && fmt.charAt(i + 1) === '%') i++;
    else if (character === '%') {
      const found = SPEC.exec(fmt.slice(i + 1));
      if (found === null || spec !== undefined) return undefined;
      spec = toSpec(found);
      i += found[0].length;
      text = '';
    }
    if (spec === undefined) before += text;
    else after += text;
    i++;
  }
  return { before, spec, after };
}

function toSpec(found: RegExpExecArray): Spec {
  const [, flags = '', width = '', precision, size = '', conversion = 'd'] = found;
  return {
    left: flags.includes('-'),
    plus: flags.includes('+'),
    blank: flags.includes(' '),
    alternate: flags.includes('#'),
    zeroPad: flags.includes('0'),
    width: Math.min(Number(width), MAX_WIDTH),
    precision: precision === undefined ? undefined : Math.min(Number(precision), MAX_PRECISION),
    short: size === 'h',
    conversion,
  };
}

function formatSpec(spec: Spec, value: number): string {
  switch (spec.conversion) {
    case 'd':
    case 'i':
      return pad(spec, ...signedInteger(spec, value));
    case 'u':
      return pad(spec, '', digits(spec, unsigned(spec, value), 10));
    case 'x':
    case 'X': {
      const hex = digits(spec, unsigned(spec, value), 16);
      const prefix = spec.alternate && value !== 0 ? `0${spec.conversion}` : '';
      return pad(spec, '', prefix + (spec.conversion === 'X' ? hex.toUpperCase() : hex));
    }
    default:
      return pad(spec, ...float(spec, value));
  }
}

function signedInteger(spec: Spec, value: number): [sign: string, text: string] {
  const whole = spec.short ? (value << 16) >> 16 : Math.trunc(value);
  return [signOf(spec, whole < 0), digits(spec, Math.abs(whole), 10)];
}

function unsigned(spec: Spec, value: number): number {
  return spec.short ? value & 0xffff : Math.trunc(value) >>> 0;
}

const digits = (spec: Spec, magnitude: number, radix: number): string =>
  magnitude.toString(radix).padStart(spec.precision ?? 0, '0');

const signOf = (spec: Spec, negative: boolean): string => (negative ? '-' : spec.plus ? '+' : spec.blank ? ' ' : '');

function float(spec: Spec, value: number): [sign: string, text: string] {
  if (Number.isNaN(value)) return ['', 'nan'];
  const sign = signOf(spec, value < 0);
  const magnitude = Math.abs(value);
  if (magnitude === Infinity) return [sign, 'inf'];
  const precision = spec.precision ?? DEFAULT_PRECISION;
  switch (spec.conversion) {
    case 'f':
    case 'F':
      return [sign, fixed(magnitude, precision) + (spec.alternate && precision === 0 ? '.' : '')];
    case 'e':
    case 'E':
      return [sign, exponential(magnitude, precision, spec)];
    default:
      return [sign, shortest(magnitude, precision === 0 ? 1 : precision, spec)];
  }
}

// toFixed and toExponential are exact and round ties away from zero, as APR does and C does not.
function fixed(magnitude: number, precision: number): string {
  if (magnitude < 1e21) return magnitude.toFixed(precision);
  return BigInt(magnitude).toString() + (precision > 0 ? `.${'0'.repeat(precision)}` : '');
}

function exponential(magnitude: number, precision: number, spec: Spec): string {
  const [mantissa = '0', exponent = '+0'] = magnitude.toExponential(precision).split('e');
  const point = spec.alternate && precision === 0 ? '.' : '';
  return `${mantissa}${point}${spec.conversion}${exponent.charAt(0)}${exponent.slice(1).padStart(2, '0')}`;
}

/** `%g` of APR: no zero before the point, and a mantissa that keeps its bare point (`1.e+7`). */
function shortest(magnitude: number, precision: number, spec: Spec): string {
  const [mantissa = '0', exponent = '+0'] = magnitude.toExponential(precision - 1).split('e');
  const significant = mantissa.replace('.', '').replace(/0+$/, '') || '0';
  // Position of the point counted from the first digit: 0.25 has 0, 25 has 2.
  const point = Number(exponent) + 1;
  let text: string;
  if ((point >= 0 && point - significant.length > 4) || point < -3) {
    const sign = point - 1 < 0 ? '-' : '+';
    const e = spec.conversion === 'G' ? 'E' : 'e';
    return `${significant.charAt(0)}.${significant.slice(1)}${e}${sign}${Math.abs(point - 1)}`;
  }
  if (point <= 0) text = `.${'0'.repeat(-point)}${significant}`;
  else text = `${significant.slice(0, point).padEnd(point, '0')}.${significant.slice(point)}`;
  return text.endsWith('.') && !spec.alternate ? text.slice(0, -1) : text;
}

function pad(spec: Spec, sign: string, text: string): string {
  const missing = spec.width - sign.length - text.length;
  if (missing <= 0) return sign + text;
  if (spec.left) return sign + text + ' '.repeat(missing);
  return spec.zeroPad ? sign + '0'.repeat(missing) + text : ' '.repeat(missing) + sign + text;
}

/** A number whose format says nothing usable: integers whole, floats with their shortest digits. */
function plainNumber(value: number, kind: NumberKind): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  return kind === 'float' ? String(value) : Math.trunc(value).toString();
}

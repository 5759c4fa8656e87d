// Packs a column of numbers into few bytes and back, exactly. Most measured values
// are short decimals: those become whole numbers, their differences, and few bits each.

/** What `encodeColumn` writes at most for `count` values. */
export const columnBound = (count: number): number => 32 + count * 9;

// First byte of a column: two bits of form, four of decimal places, two of `order`.
const FORM = { double: 0, decimal: 1, decimalFloat32: 2, constant: 3 };

// A constant says in its order bits how the one value is written.
const CONSTANT_DOUBLE = 0;

const MAX_PLACES = 15;
const POWERS = Float64Array.from({ length: MAX_PLACES + 1 }, (_, places) => 10 ** places);

// Second differences of zigzag numbers stay below 2^53, so all of it is exact in doubles.
const MAX_WHOLE = 2 ** 50;
const BLOCK = 32;
const PIECE_BITS = 24;
const PIECE = 2 ** PIECE_BITS;

type Rounding = (value: number) => number;
const asDouble: Rounding = (value) => value;

// Work space, kept because a column is packed every few microseconds.
let wholes = new Float64Array(512);
let residuals = [new Float64Array(512), new Float64Array(512), new Float64Array(512)] as const;
const one = new Float64Array(1);
const oneBytes = new Uint8Array(one.buffer);

/**
 * Decimal places with which every value is a whole number times a power of ten, or undefined; the whole numbers are
 * left in `wholes`. With `Math.fround`, values are those of 32-bit floats, as most gmond metrics are: 0.37 arrives
 * as 0.3700000047683716.
 */
function toWholes(values: Float64Array, count: number, round: Rounding): number | undefined {
  if (wholes.length < count) {
    wholes = new Float64Array(count * 2);
    residuals = [new Float64Array(count * 2), new Float64Array(count * 2), new Float64Array(count * 2)];
  }
  let places = 0;
  let power = 1;
  for (let index = 0; index < count; index++) {
    const value = values[index] ?? 0;
    const whole = Math.round(value * power);
    // Written so that NaN and infinities fail it too.
    if (!(Math.abs(whole) <= MAX_WHOLE)) return undefined;
    wholes[index] = whole;
    if (round(whole / power) === value) continue;
    if (++places > MAX_PLACES) return undefined;
    power = POWERS[places] ?? 1;
    // What came before was counted in larger units.
    index = -1;
  }
  return places;
}

/** Decimal places that all values share, as doubles or as 32-bit floats; undefined when they are no short decimals. */
export const decimalPlaces = (values: Float64Array, count: number): number | undefined =>
  toWholes(values, count, asDouble) ?? toWholes(values, count, Math.fround);

/** Writes the first `count` values at `at`; `out` has room for `columnBound(count)`. Returns the position behind. */
export function encodeColumn(values: Float64Array, count: number, out: Uint8Array, at: number): number {
  if (count === 0) return at;
  if (isConstant(values, count)) return encodeConstant(values[0] ?? 0, out, at);
  for (const [form, round] of [
    [FORM.decimal, asDouble],
    [FORM.decimalFloat32, Math.fround],
  ] as const) {
    const places = toWholes(values, count, round);
    if (places !== undefined) return encodeWholes(count, form, places, out, at);
  }
  out[at] = FORM.double;
  out.set(new Uint8Array(values.buffer, values.byteOffset, count * 8), at + 1);
  return at + 1 + count * 8;
}

function isConstant(values: Float64Array, count: number): boolean {
  for (let index = 1; index < count; index++) if (values[index] !== values[0]) return false;
  return true;
}

function encodeConstant(value: number, out: Uint8Array, at: number): number {
  one[0] = value;
  for (const [form, round] of [
    [FORM.decimal, asDouble],
    [FORM.decimalFloat32, Math.fround],
  ] as const) {
    const places = toWholes(one, 1, round);
    if (places === undefined) continue;
    out[at] = FORM.constant | (places << 2) | (form << 6);
    return putVarint(out, at + 1, zigzag(Math.round(value * (POWERS[places] ?? 1))));
  }
  out[at] = FORM.constant | (CONSTANT_DOUBLE << 6);
  out.set(oneBytes, at + 1);
  return at + 9;
}

const zigzag = (value: number): number => (value >= 0 ? 2 * value : -2 * value - 1);
const unzigzag = (code: number): number => {
  // The remainder of a double is slow, and nearly all codes are small.
  if (code <= 0x7fffffff) return (code >>> 1) ^ -(code & 1);
  return code % 2 === 0 ? code / 2 : -(code + 1) / 2;
};
const bitLength = (value: number): number =>
  value < 2 ** 31 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32));

function encodeWholes(count: number, form: number, places: number, out: Uint8Array, at: number): number {
  let least = wholes[0] ?? 0;
  for (let index = 1; index < count; index++) least = Math.min(least, wholes[index] ?? 0);
  const order = cheapestOrder(count, least);
  const packed = residuals[order];
  out[at++] = form | (places << 2) | (order << 6);
  const first = wholes[0] ?? 0;
  at = putVarint(out, at, zigzag(order === 0 ? least : first));
  if (order === 2) at = putVarint(out, at, zigzag((wholes[1] ?? first) - first));
  for (let start = 0; start < count; start += BLOCK)
    at = packBlock(packed, start, Math.min(start + BLOCK, count), out, at);
  return at;
}

/** Fills `residuals`: values above the least, first differences, second differences. Returns the shortest. */
function cheapestOrder(count: number, least: number): 0 | 1 | 2 {
  const [above, steps, turns] = residuals;
  let [aboveBits, stepBits, turnBits] = [0, 0, 0];
  let before = wholes[0] ?? 0;
  // The first difference of all is written apart, so the second begins with none.
  let stepBefore = (wholes[1] ?? before) - before;
  for (let start = 0; start < count; start += BLOCK) {
    const end = Math.min(start + BLOCK, count);
    let [largestAbove, largestStep, largestTurn] = [0, 0, 0];
    for (let index = start; index < end; index++) {
      const whole = wholes[index] ?? 0;
      const step = whole - before;
      const stepCode = zigzag(step);
      const turnCode = index < 2 ? 0 : zigzag(step - stepBefore);
      above[index] = whole - least;
      steps[index] = stepCode;
      turns[index] = turnCode;
      if (whole - least > largestAbove) largestAbove = whole - least;
      if (stepCode > largestStep) largestStep = stepCode;
      if (turnCode > largestTurn) largestTurn = turnCode;
      if (index > 0) stepBefore = step;
      before = whole;
    }
    aboveBits += bitLength(largestAbove);
    stepBits += bitLength(largestStep);
    turnBits += bitLength(largestTurn);
  }
  if (turnBits < stepBits && turnBits < aboveBits) return 2;
  return stepBits < aboveBits ? 1 : 0;
}

/** One byte of width, then that many bits for each value, lowest bits first. */
function packBlock(values: Float64Array, start: number, end: number, out: Uint8Array, at: number): number {
  let largest = 0;
  for (let index = start; index < end; index++) largest = Math.max(largest, values[index] ?? 0);
  const width = bitLength(largest);
  out[at++] = width;
  if (width === 0) return at;
  let held = 0;
  let heldBits = 0;
  for (let index = start; index < end; index++) {
    let rest = values[index] ?? 0;
    for (let left = width; left > 0; left -= PIECE_BITS) {
      const bits = Math.min(left, PIECE_BITS);
      const isLast = left <= PIECE_BITS;
      held |= (isLast ? rest : rest % PIECE) << heldBits;
      heldBits += bits;
      if (!isLast) rest = Math.floor(rest / PIECE);
      for (; heldBits >= 8; heldBits -= 8) {
        out[at++] = held & 255;
        held >>>= 8;
      }
    }
  }
  if (heldBits > 0) out[at++] = held;
  return at;
}

/** Reads `count` values at `at` into `into` from `offset` on. Returns the position behind. The bytes are trusted. */
export function decodeColumn(bytes: Uint8Array, at: number, count: number, into: Float64Array, offset: number): number {
  if (count === 0) return at;
  const head = bytes[at++] ?? 0;
  const form = head & 3;
  const power = POWERS[(head >> 2) & 15] ?? 1;
  const order = head >> 6;
  if (form === FORM.double) {
    new Uint8Array(into.buffer, into.byteOffset + offset * 8, count * 8).set(bytes.subarray(at, at + count * 8));
    return at + count * 8;
  }
  if (form === FORM.constant) return decodeConstant(bytes, at, order, power, into.subarray(offset, offset + count));
  cursor.at = at;
  const base = unzigzag(takeVarint(bytes));
  let step = order === 2 ? unzigzag(takeVarint(bytes)) : 0;
  let value = base - step;
  for (let start = 0; start < count; start += BLOCK) {
    const length = Math.min(BLOCK, count - start);
    unpackBlock(bytes, length);
    for (let index = 0; index < length; index++) {
      const rest = block[index] ?? 0;
      if (order === 0) value = base + rest;
      else if (order === 1) value += unzigzag(rest);
      else {
        step += unzigzag(rest);
        value += step;
      }
      into[offset + start + index] = value / power;
    }
  }
  if (form === FORM.decimalFloat32) {
    for (let index = offset; index < offset + count; index++) into[index] = Math.fround(into[index] ?? 0);
  }
  return cursor.at;
}

function decodeConstant(bytes: Uint8Array, at: number, how: number, power: number, into: Float64Array): number {
  if (how === CONSTANT_DOUBLE) {
    oneBytes.set(bytes.subarray(at, at + 8));
    into.fill(one[0] ?? 0);
    return at + 8;
  }
  cursor.at = at;
  const value = unzigzag(takeVarint(bytes)) / power;
  into.fill(how === FORM.decimalFloat32 ? Math.fround(value) : value);
  return cursor.at;
}

const cursor = { at: 0 };
const block = new Float64Array(BLOCK);

function unpackBlock(bytes: Uint8Array, count: number): void {
  let at = cursor.at;
  const width = bytes[at++] ?? 0;
  if (width === 0) block.fill(0);
  else if (width <= PIECE_BITS) at = unpackNarrow(bytes, at, width, count);
  else at = unpackWide(bytes, at, width, count);
  cursor.at = at;
}

function unpackNarrow(bytes: Uint8Array, from: number, width: number, count: number): number {
  let at = from;
  let held = 0;
  let heldBits = 0;
  const mask = (1 << width) - 1;
  for (let index = 0; index < count; index++) {
    for (; heldBits < width; heldBits += 8) held |= (bytes[at++] ?? 0) << heldBits;
    block[index] = held & mask;
    held >>>= width;
    heldBits -= width;
  }
  return at;
}

function unpackWide(bytes: Uint8Array, from: number, width: number, count: number): number {
  let at = from;
  let held = 0;
  let heldBits = 0;
  for (let index = 0; index < count; index++) {
    let value = 0;
    let weight = 1;
    for (let left = width; left > 0; left -= PIECE_BITS) {
      const bits = Math.min(left, PIECE_BITS);
      for (; heldBits < bits; heldBits += 8) held |= (bytes[at++] ?? 0) << heldBits;
      value += (held & ((1 << bits) - 1)) * weight;
      weight *= PIECE;
      held >>>= bits;
      heldBits -= bits;
    }
    block[index] = value;
  }
  return at;
}

/** Seven bits a byte, lowest first; up to 2^53. */
export function putVarint(out: Uint8Array, at: number, value: number): number {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out[at++] = (rest % 128) | 128;
  out[at++] = rest;
  return at;
}

function takeVarint(bytes: Uint8Array): number {
  let value = 0;
  let weight = 1;
  for (;;) {
    const byte = bytes[cursor.at++] ?? 0;
    value += (byte & 127) * weight;
    if (byte < 128) return value;
    weight *= 128;
  }
}

/** Value and the position behind it. */
export function readVarint(bytes: Uint8Array, at: number): [value: number, at: number] {
  cursor.at = at;
  return [takeVarint(bytes), cursor.at];
}

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

let wholes = new Float64Array(512);
const one = new Float64Array(1);
const oneBytes = new Uint8Array(one.buffer);

/**
 * Decimal places with which every value is a whole number times a power of ten, or undefined. With `Math.fround`,
 * values are those of 32-bit floats, as most gmond metrics are: 0.37 arrives as 0.3700000047683716.
 */
export function decimalPlaces(values: Float64Array, count: number, round: Rounding = asDouble): number | undefined {
  let places = 0;
  for (let index = 0; index < count; index++) {
    const value = values[index] ?? 0;
    for (;;) {
      const power = POWERS[places] ?? 1;
      const whole = Math.round(value * power);
      // Written so that NaN and infinities fail it too.
      if (!(Math.abs(whole) <= MAX_WHOLE)) return undefined;
      if (round(whole / power) === value) break;
      if (++places > MAX_PLACES) return undefined;
    }
  }
  return places;
}

/** Fills `wholes`; false when the places that a later value needed make an earlier one too large. */
function toWholes(values: Float64Array, count: number, places: number, round: Rounding): boolean {
  if (wholes.length < count) wholes = new Float64Array(count * 2);
  const power = POWERS[places] ?? 1;
  for (let index = 0; index < count; index++) {
    const value = values[index] ?? 0;
    const whole = Math.round(value * power);
    if (!(Math.abs(whole) <= MAX_WHOLE) || round(whole / power) !== value) return false;
    wholes[index] = whole;
  }
  return true;
}

/** Writes the first `count` values at `at`; `out` has room for `columnBound(count)`. Returns the position behind. */
export function encodeColumn(values: Float64Array, count: number, out: Uint8Array, at: number): number {
  if (count === 0) return at;
  if (isConstant(values, count)) return encodeConstant(values[0] ?? 0, out, at);
  for (const [form, round] of [
    [FORM.decimal, asDouble],
    [FORM.decimalFloat32, Math.fround],
  ] as const) {
    const places = decimalPlaces(values, count, round);
    if (places !== undefined && toWholes(values, count, places, round))
      return encodeWholes(count, form, places, out, at);
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
    const places = decimalPlaces(one, 1, round);
    if (places === undefined) continue;
    out[at] = FORM.constant | (places << 2) | (form << 6);
    return putVarint(out, at + 1, zigzag(Math.round(value * (POWERS[places] ?? 1))));
  }
  out[at] = FORM.constant | (CONSTANT_DOUBLE << 6);
  out.set(oneBytes, at + 1);
  return at + 9;
}

const zigzag = (value: number): number => (value >= 0 ? 2 * value : -2 * value - 1);
const unzigzag = (code: number): number => (code % 2 === 0 ? code / 2 : -(code + 1) / 2);
const bitLength = (value: number): number =>
  value < 2 ** 31 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32));

/** What is left of value `index` once order 0, 1 or 2 differences are taken; never negative. */
function residual(index: number, order: number, least: number): number {
  const value = wholes[index] ?? 0;
  if (order === 0) return value - least;
  if (index < order) return 0;
  const step = value - (wholes[index - 1] ?? 0);
  if (order === 1) return zigzag(step);
  return zigzag(step - ((wholes[index - 1] ?? 0) - (wholes[index - 2] ?? 0)));
}

function encodeWholes(count: number, form: number, places: number, out: Uint8Array, at: number): number {
  let least = Infinity;
  for (let index = 0; index < count; index++) least = Math.min(least, wholes[index] ?? 0);
  const order = cheapestOrder(count, least);
  out[at++] = form | (places << 2) | (order << 6);
  const first = wholes[0] ?? 0;
  at = putVarint(out, at, zigzag(order === 0 ? least : first));
  if (order === 2) at = putVarint(out, at, zigzag((wholes[1] ?? first) - first));
  for (let start = 0; start < count; start += BLOCK) {
    const end = Math.min(start + BLOCK, count);
    let largest = 0;
    for (let index = start; index < end; index++) largest = Math.max(largest, residual(index, order, least));
    at = packBlock(start, end, order, least, bitLength(largest), out, at);
  }
  return at;
}

function cheapestOrder(count: number, least: number): number {
  let [bits0, bits1, bits2] = [0, 0, 0];
  for (let start = 0; start < count; start += BLOCK) {
    const end = Math.min(start + BLOCK, count);
    let [largest0, largest1, largest2] = [0, 0, 0];
    for (let index = start; index < end; index++) {
      largest0 = Math.max(largest0, residual(index, 0, least));
      largest1 = Math.max(largest1, residual(index, 1, least));
      largest2 = Math.max(largest2, residual(index, 2, least));
    }
    bits0 += bitLength(largest0);
    bits1 += bitLength(largest1);
    bits2 += bitLength(largest2);
  }
  if (bits2 < bits1 && bits2 < bits0) return 2;
  return bits1 < bits0 ? 1 : 0;
}

/** One byte of width, then that many bits for each value, lowest bits first. */
function packBlock(
  start: number,
  end: number,
  order: number,
  least: number,
  width: number,
  out: Uint8Array,
  at: number,
): number {
  out[at++] = width;
  if (width === 0) return at;
  let held = 0;
  let heldBits = 0;
  for (let index = start; index < end; index++) {
    let rest = residual(index, order, least);
    for (let left = width; left > 0; left -= PIECE_BITS) {
      const bits = Math.min(left, PIECE_BITS);
      held |= (rest % PIECE) << heldBits;
      heldBits += bits;
      rest = Math.floor(rest / PIECE);
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
    const end = Math.min(start + BLOCK, count);
    unpackBlock(bytes, end - start);
    for (let index = start; index < end; index++) {
      const rest = block[index - start] ?? 0;
      if (order === 0) value = base + rest;
      else if (order === 1) value = index === 0 ? base : value + unzigzag(rest);
      else {
        if (index >= 2) step += unzigzag(rest);
        value += step;
      }
      into[offset + index] = value / power;
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
  cursor.at = at;
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

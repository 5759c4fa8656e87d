// A live metric's value: the text that people and gmetad see, and the number that
// history and rules get.

import { PACKET_ID } from '#wire/gmond-packet.ts';
import { formatNumber } from '#wire/printf.ts';
import { displayText } from '#wire/wire-text.ts';
import type { Announcement, LiveMetric } from './metric-state.ts';

/** As gmond prints it: numbers through the sender's format, strings as they are. */
export function valueText(metric: LiveMetric): string {
  if (typeof metric.value === 'string') return displayText(metric.value);
  const isFloat = metric.valueId === PACKET_ID.float || metric.valueId === PACKET_ID.double;
  return formatNumber(displayText(metric.fmt), metric.value, isFloat ? 'float' : 'int');
}

/** Types whose string values are numbers: gmetric sends every value as a string. */
const NUMERIC_TYPES = new Set(['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'float', 'double']);

/** By its declared type: whether a metric can be summed, whatever its values were sent as. */
export const isNumericType = (type: string): boolean => NUMERIC_TYPES.has(type);

// What strtod of gmetric lets through and still is a finite number.
const NUMBER = /^[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|0x[\da-f]+)$/i;
const LONGEST_NUMBER = 64;

/**
 * The value as a finite number; undefined for text, for 'nan' and 'inf', and for a
 * string whose declared type is not (yet) known to be numeric.
 */
export function numberOf(value: number | string, announcement: Announcement | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (announcement === undefined || !isNumericType(announcement.type)) return undefined;
  return parseNumber(value);
}

export function parseNumber(text: string): number | undefined {
  if (text.length > LONGEST_NUMBER || !NUMBER.test(text)) return undefined;
  const negativeHex = /^-0x/i.test(text);
  const number = Number(negativeHex ? text.slice(1) : text.startsWith('+') ? text.slice(1) : text);
  return Number.isFinite(number) ? (negativeHex ? -number : number) : undefined;
}

// The two datagrams of one gmetric call, or why there are none. Sends nothing.
// Source: spec/ganglia.md §1.5 and §7, put to gmetric 3.7.2.

import { SLOPES } from '#kernel/domain/metric.ts';
import { encodeGmondPacket, MAX_METADATA_BYTES, PACKET_ID, type ExtraElement } from '#wire/gmond-packet.ts';
import type { GmetricArguments } from './gmetric-arguments.ts';

/** What a gmond.conf and the machine say of the sender. */
export interface GmetricSender {
  hostName: string;
  overrideHostname?: string;
  overrideIp?: string;
}

export type GmetricPackets =
  /** In order; `isWhole` is false when one did not fit into a datagram and is not among them. */
  { ok: true; datagrams: Buffer[]; isWhole: boolean } | { ok: false; message: string };

const TYPES = ['string', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'float', 'double'];
const DEFAULT_TMAX_SEC = 60;
const UNSPECIFIED_SLOPE = SLOPES.indexOf('unspecified');

export function gmetricPackets(given: GmetricArguments, sender: GmetricSender): GmetricPackets {
  const { overrideHostname, overrideIp } = sender;
  const override = overrideHostname === undefined ? undefined : `${overrideIp ?? overrideHostname}:${overrideHostname}`;
  const spoof = given.spoof ?? override;
  const metric = metricOf(given);
  if (typeof metric === 'string') return { ok: false, message: metric };
  if (given.spoof !== undefined && !given.spoof.includes(':'))
    return { ok: false, message: 'Incorrect format for spoof argument. exiting.' };
  const extra: ExtraElement[] = [
    ...(spoof === undefined ? [] : [['SPOOF_HOST', spoof] as const]),
    ...(given.heartbeat ? [['SPOOF_HEARTBEAT', 'yes'] as const] : []),
    ...(given.cluster === undefined ? [] : [['CLUSTER', given.cluster] as const]),
    ...(given.group ?? '').split(/[, ]+/).flatMap((group) => (group === '' ? [] : [['GROUP', group] as const])),
    ...(given.desc === undefined ? [] : [['DESC', given.desc] as const]),
    ...(given.title === undefined ? [] : [['TITLE', given.title] as const]),
  ];
  const id = {
    host: spoof ?? sender.hostName,
    name: given.heartbeat ? 'heartbeat' : metric.name,
    spoof: spoof !== undefined || given.heartbeat,
  };
  const { type, units, slope, tmaxSec, dmaxSec } = metric;
  const metadata = { type, name: id.name, units, slope, tmaxSec, dmaxSec, extra };
  const datagrams = [
    encodeGmondPacket({ id: PACKET_ID.metadata, ...id, metadata }),
    // Whatever the type, gmetric sends text.
    encodeGmondPacket({ id: PACKET_ID.string, ...id, fmt: '%s', value: metric.value }),
  ];
  const fitting = datagrams.filter(({ length }) => length <= MAX_METADATA_BYTES);
  return { ok: true, datagrams: fitting, isWhole: fitting.length === datagrams.length };
}

interface GivenMetric {
  name: string;
  value: string;
  type: string;
  units: string;
  slope: number;
  tmaxSec: number;
  dmaxSec: number;
}

function metricOf(given: GmetricArguments): GivenMetric | string {
  if (given.heartbeat && given.spoof !== undefined)
    return { name: 'heartbeat', value: '0', type: 'uint32', units: '', slope: 0, tmaxSec: 0, dmaxSec: 0 };
  const { name, value, type, units = '', slope = 'both', tmax = DEFAULT_TMAX_SEC, dmax = 0 } = given;
  if (name === undefined || value === undefined || type === undefined) return 'Incorrect options supplied, exiting.';
  if ([name, value, type, units].some((text) => text.includes('"')))
    return `one of your parameters has an invalid character '"'. exiting.`;
  if (!TYPES.includes(type)) return `the type parameter "${type}" is not a valid type. exiting.`;
  if (type !== 'string' && !isNumberForC(value))
    return `the value parameter "${value}" does not represent a number. exiting.`;
  return { name, value, type, units, slope: slopeNumberOf(slope), tmaxSec: tmax, dmaxSec: dmax };
}

const slopeNumberOf = (word: string): number => {
  const at = SLOPES.findIndex((slope) => slope === word);
  return at === -1 ? UNSPECIFIED_SLOPE : at;
};

const DECIMAL = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const HEXADECIMAL = /^0x([\da-f]+\.?[\da-f]*|\.[\da-f]+)(p[+-]?\d+)?$/i;
const WORD = /^(inf|infinity|nan(\(\w*\))?)$/i;

/** Whether strtod takes all of it; it takes an empty text for 0. */
function isNumberForC(text: string): boolean {
  if (text === '') return true;
  const number = text.replace(/^[ \t\n\v\f\r]*[+-]?/, '');
  return DECIMAL.test(number) || HEXADECIMAL.test(number) || WORD.test(number);
}

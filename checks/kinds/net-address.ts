// Where a network check connects: the settings for it, and what comes of them for a
// host. A literal address is never looked up.

import { lookup } from 'node:dns/promises';
import net from 'node:net';
import Type from 'typebox';
import type { CheckTarget } from './check-kind.ts';
import { fillMacros } from './fill-macros.ts';
import { isErrnoException } from './net-failure.ts';

export const AddressSetting = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 255,
    // A name that begins with a dash would be an option to a program that is handed it.
    pattern: '^[^-\\s]\\S*$',
    description: 'Where to connect, name or address; the address of the host when absent.',
  }),
);
export const PortSetting = Type.Integer({ minimum: 1, maximum: 65_535 });
export const IpVersionSetting = Type.Optional(
  Type.Union([Type.Literal(4), Type.Literal(6)], { description: 'Ask by this version of IP alone.' }),
);

export interface Peer {
  host: string;
  /** 0 = whichever the name has. */
  family: 0 | 4 | 6;
  /** Set when nobody can be asked there. */
  problem?: string;
}

export function peerOf(spec: { address?: string; ipVersion?: 4 | 6 }, target: CheckTarget): Peer {
  const host = spec.address === undefined ? target.address : fillMacros(spec.address, target);
  const family = spec.ipVersion ?? 0;
  const given = family === 0 ? 0 : net.isIP(host);
  return given !== 0 && given !== family
    ? { host, family, problem: `${host} is no IPv${family} address` }
    : { host, family };
}

/** For what takes addresses alone. Rejects as the system's look-up does. */
export async function lookUp({ host, family }: Peer): Promise<{ address: string; family: number }> {
  const given = net.isIP(host);
  return given === 0 ? lookup(host, { family }) : { address: host, family: given };
}

/** Host and port as people read them; an IPv6 address stands in brackets. */
export const hostAndPort = (host: string, port: number): string =>
  `${host.includes(':') ? `[${host}]` : host} port ${port}`;

/** Whether the name of the peer could not be looked up, so that nobody was asked. */
export const isUnresolved = (error: unknown): boolean =>
  isErrnoException(error) && ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_FAMILY'].includes(error.code);

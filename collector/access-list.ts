// Who may talk to a socket: gmond's ACL of addresses and masks, the first match wins.
// Pure: knows neither sockets nor names.

import { BlockList, isIPv4, isIPv6 } from 'node:net';

export type AccessAction = 'allow' | 'deny';

export interface AccessEntry {
  /** An IPv4 or IPv6 address; may carry its mask, as in `10.0.0.0/8`. */
  ip: string;
  /** Prefix length or netmask; this one address when neither is given. */
  mask?: string | number;
  action: AccessAction;
}

export interface AccessRules {
  /** For whom no entry fits; default allow, as in gmond. */
  default?: AccessAction;
  /** Empty = no ACL at all, as in gmond. */
  access: readonly AccessEntry[];
}

export interface AccessList {
  /** `address` as sockets tell it: IPv4, IPv6 (with or without a zone) or IPv4 mapped into IPv6. Never throws. */
  allows(address: string): boolean;
}

export type AccessListResult =
  | { ok: true; value: AccessList }
  /** `at` counts the entries from 0. */
  | { ok: false; at: number; reason: string };

// Enough for every host of a site; bounded because UDP senders can be invented.
const MAX_REMEMBERED = 20_000;

/** Source: gmond.conf(5) acl, spec/ganglia.md §4.1. */
export function createAccessList(rules: AccessRules): AccessListResult {
  const entries: { list: BlockList; isAllowed: boolean }[] = [];
  for (const [at, entry] of rules.access.entries()) {
    const subnet = parseSubnet(entry.mask === undefined ? entry.ip : `${entry.ip}/${entry.mask}`);
    if (subnet === undefined) {
      return { ok: false, at, reason: 'an IPv4 or IPv6 address with a prefix length or a netmask is accepted' };
    }
    const list = new BlockList();
    list.addSubnet(subnet.address, subnet.prefix, subnet.family);
    entries.push({ list, isAllowed: entry.action === 'allow' });
  }
  const otherwise = rules.access.length === 0 || rules.default !== 'deny';
  const known = new Map<string, boolean>();

  function decide(address: string): boolean {
    const plain = plainAddress(address);
    const family = isIPv4(plain) ? 'ipv4' : isIPv6(plain) ? 'ipv6' : undefined;
    if (family === undefined) return otherwise;
    return entries.find(({ list }) => list.check(plain, family))?.isAllowed ?? otherwise;
  }

  return {
    ok: true,
    value: {
      allows(address) {
        const decided = known.get(address);
        if (decided !== undefined) return decided;
        const isAllowed = decide(address);
        if (known.size >= MAX_REMEMBERED) known.clear();
        known.set(address, isAllowed);
        return isAllowed;
      },
    },
  };
}

export interface Subnet {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

/** An address, or one with `/prefix` or `/netmask`; undefined for anything else. */
export function parseSubnet(text: string): Subnet | undefined {
  const slash = text.indexOf('/');
  const address = plainAddress(slash === -1 ? text : text.slice(0, slash));
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
  if (family === undefined) return undefined;
  const bits = family === 'ipv4' ? 32 : 128;
  const prefix = slash === -1 ? bits : parseMask(text.slice(slash + 1), bits);
  return prefix === undefined ? undefined : { address, prefix, family };
}

function parseMask(mask: string, bits: number): number | undefined {
  if (/^\d{1,3}$/.test(mask)) return Number(mask) <= bits ? Number(mask) : undefined;
  const binary = bits === 32 ? binaryOfIPv4(mask) : binaryOfIPv6(mask);
  return binary !== undefined && /^1*0*$/.test(binary) ? binary.lastIndexOf('1') + 1 : undefined;
}

const toBinary = (value: number, width: number): string => value.toString(2).padStart(width, '0');

const binaryOfIPv4 = (address: string): string | undefined =>
  isIPv4(address)
    ? address
        .split('.')
        .map((part) => toBinary(Number(part), 8))
        .join('')
    : undefined;

function binaryOfIPv6(address: string): string | undefined {
  if (!isIPv6(address) || address.includes('.')) return undefined;
  const [head = '', tail] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const between = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...between, ...after].map((group) => toBinary(Number.parseInt(group, 16), 16)).join('');
}

/** Without an IPv6 zone, and as IPv4 where it is IPv4 mapped into IPv6. */
function plainAddress(address: string): string {
  const zone = address.indexOf('%');
  const plain = zone === -1 ? address : address.slice(0, zone);
  const mapped = plain.toLowerCase().startsWith('::ffff:') ? plain.slice(7) : '';
  return isIPv4(mapped) ? mapped : plain;
}

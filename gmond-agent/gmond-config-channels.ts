// The channels of a gmond.conf: where it sends, where it hears, where it shows, and
// who may. Reads sections that are parsed already.
// Source: spec/ganglia.md §2.4.

import { isIP } from 'node:net';
import type { ConfFinding, ConfOption, ConfSection } from '#wire/gmond-conf.ts';

const DEFAULT_PORT = 8649;

/** First match decides; no match: `defaultAction`. */
export interface GmondAcl {
  defaultAction: 'allow' | 'deny';
  rules: { ip: string; prefixLength: number; action: 'allow' | 'deny' }[];
}

export interface SendChannel {
  /** Multicast group, address or name. */
  host: string;
  port: number;
  ttl: number;
  /** Name or address of the interface that multicast leaves by. */
  multicastInterface?: string;
  /** Source address. */
  bind?: string;
  /** The source address is that of this host's name. */
  bindHostname: boolean;
}

export interface ReceiveChannel {
  port: number;
  family: 4 | 6;
  bind?: string;
  multicast?: string;
  multicastInterface?: string;
  acl?: GmondAcl;
  /** 0 = the system's own. */
  bufferBytes: number;
  retryBind: boolean;
}

export interface AcceptChannel {
  port: number;
  family: 4 | 6;
  bind?: string;
  acl?: GmondAcl;
  /** A client that takes nothing for so long is cut off; -1 = never. */
  timeoutMicros: number;
  gzip: boolean;
}

export type Wrong = (where: string, option: ConfOption, expected: string) => void;

export interface SectionReader {
  text(name: string): string | undefined;
  flag(name: string, fallback: boolean): boolean;
  number(name: string, fallback: number, least?: number, most?: number): number;
}

export function createReader(section: ConfSection | undefined, where: string, wrong: Wrong): SectionReader {
  const get = (name: string) => section?.options.get(name);
  return {
    text(name) {
      const value = get(name)?.value;
      return typeof value === 'string' ? value : undefined;
    },
    flag(name, fallback) {
      const value = get(name)?.value;
      return typeof value === 'boolean' ? value : fallback;
    },
    number(name, fallback, least = -Infinity, most = 2 ** 31 - 1) {
      const option = get(name);
      if (typeof option?.value !== 'number') return fallback;
      if (option.value >= least && option.value <= most) return option.value;
      const from = least === -Infinity ? 'up' : `from ${least}`;
      wrong(`${where}.${name}`, option, `a number ${from} to ${most}; ${fallback} is used`);
      return fallback;
    },
  };
}

export const missing = (section: ConfSection, where: string, expected: string): ConfFinding => ({
  kind: 'wrong',
  at: section.at,
  where,
  given: '',
  expected,
});

export function readSend(section: ConfSection, wrong: Wrong, findings: ConfFinding[]): SendChannel[] {
  const where = 'udp_send_channel';
  const read = createReader(section, where, wrong);
  const [group, host] = [read.text('mcast_join'), read.text('host')];
  const target = group ?? host;
  if (target === undefined || target === '') {
    findings.push(missing(section, where, 'mcast_join or host; this channel is not used'));
    return [];
  }
  const ignored = section.options.get('host');
  if (group !== undefined && ignored) wrong(`${where}.host`, ignored, 'no host beside mcast_join, which is used');
  const bindOption = section.options.get('bind');
  const bindHostname = read.flag('bind_hostname', false);
  if (bindHostname && bindOption) wrong(`${where}.bind`, bindOption, 'bind or bind_hostname, not both; bind is used');
  const [multicastInterface, bind] = [read.text('mcast_if'), read.text('bind')];
  return [
    {
      host: target,
      port: read.number('port', DEFAULT_PORT, 1, 65_535),
      ttl: read.number('ttl', 1, 0, 255),
      ...(multicastInterface && { multicastInterface }),
      ...(bind && { bind }),
      bindHostname: bindHostname && !bind,
    },
  ];
}

/** A bind address, or the group, says which family; the option only where there is neither. */
function readFamily(section: ConfSection, where: string, wrong: Wrong, addresses: (string | undefined)[]): 4 | 6 {
  const option = section.options.get('family');
  const known = addresses.map((address) => isIP(address ?? '')).find((version) => version !== 0);
  if (option && !['inet4', 'inet6'].includes(String(option.value)))
    wrong(`${where}.family`, option, 'inet4 or inet6; inet4 is used');
  return (known ?? (option?.value === 'inet6' ? 6 : 4)) === 6 ? 6 : 4;
}

export function readReceive(section: ConfSection, wrong: Wrong): ReceiveChannel {
  const where = 'udp_recv_channel';
  const read = createReader(section, where, wrong);
  const [bind, multicast, multicastInterface] = ['bind', 'mcast_join', 'mcast_if'].map((name) => read.text(name));
  const acl = readAcl(section, where, wrong);
  return {
    port: read.number('port', DEFAULT_PORT, 1, 65_535),
    family: readFamily(section, where, wrong, [bind, multicast]),
    ...(bind && { bind }),
    ...(multicast && { multicast }),
    ...(multicastInterface && { multicastInterface }),
    ...(acl && { acl }),
    bufferBytes: read.number('buffer', 0, 0),
    retryBind: read.flag('retry_bind', true),
  };
}

export function readAccept(section: ConfSection, wrong: Wrong): AcceptChannel {
  const where = 'tcp_accept_channel';
  const read = createReader(section, where, wrong);
  const bind = read.text('bind');
  const acl = readAcl(section, where, wrong);
  return {
    port: read.number('port', DEFAULT_PORT, 1, 65_535),
    family: readFamily(section, where, wrong, [bind]),
    ...(bind && { bind }),
    ...(acl && { acl }),
    timeoutMicros: read.number('timeout', -1, -1),
    gzip: read.flag('gzip_output', false),
  };
}

/** Without access sections there is no list, whatever the default says: gmond then lets everybody in. */
function readAcl(channel: ConfSection, outer: string, wrong: Wrong): GmondAcl | undefined {
  const acl = channel.sections.find(({ name }) => name === 'acl');
  const accesses = acl?.sections ?? [];
  if (acl === undefined || accesses.length === 0) return undefined;
  const where = `${outer}.acl`;
  // Something that cannot be read must not open a door: what is unclear denies.
  const action = (option: ConfOption | undefined, path: string, absent: 'allow' | 'deny') => {
    if (option === undefined) return absent;
    const word = String(option.value).toLowerCase();
    if (word === 'allow' || word === 'deny') return word;
    wrong(path, option, 'allow or deny; deny is used');
    return 'deny';
  };
  const rules = accesses.flatMap((access): GmondAcl['rules'] => {
    const [ip, mask] = [access.options.get('ip'), access.options.get('mask')];
    const address = String(ip?.value ?? '');
    const version = isIP(address);
    const prefixLength = mask === undefined ? (version === 6 ? 128 : 32) : prefixOf(String(mask.value), version);
    const decided = action(access.options.get('action'), `${where}.access.action`, 'deny');
    if (version === 0) {
      wrong(`${where}.access.ip`, ip ?? { value: '', at: access.at }, 'an address; this entry is left out');
      return [];
    }
    if (prefixLength === undefined) {
      wrong(`${where}.access.mask`, mask ?? { value: '', at: access.at }, 'a prefix length or netmask; entry left out');
      return [];
    }
    return [{ ip: address, prefixLength, action: decided }];
  });
  return { defaultAction: action(acl.options.get('default'), `${where}.default`, 'allow'), rules };
}

/** "24" and "255.255.255.0" are the same. */
function prefixOf(mask: string, version: number): number | undefined {
  if (/^\d{1,3}$/.test(mask)) return Number(mask) <= (version === 6 ? 128 : 32) ? Number(mask) : undefined;
  if (isIP(mask) !== 4 || version !== 4) return undefined;
  const bits = mask
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}

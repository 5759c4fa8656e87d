// Whom the gmetad ports answer: this machine, the trusted hosts, or everybody. Names
// are looked up again and again, since addresses change while a process runs.

import { lookup } from 'node:dns/promises';
import type { Clock, Timer } from '#kernel/clock.ts';
import type { Logger } from '#kernel/log.ts';
import { createAccessList, parseSubnet, type AccessList } from '../access-list.ts';

export interface Trust extends AccessList {
  /** Resolves when every name was looked up once. Never rejects. */
  start(): Promise<void>;
  stop(): void;
}

/** All addresses of a name; rejects when it has none that can be found. */
export type LookUpAddresses = (name: string) => Promise<string[]>;

const LOOK_UP_EVERY_MS = 60_000;
const LOOPBACK = ['127.0.0.0/8', '::1'];

const systemLookUp: LookUpAddresses = async (name) => (await lookup(name, { all: true })).map(({ address }) => address);

/** `hosts` are addresses, subnets as `10.0.0.0/8`, or names. */
export function createTrust(
  deps: { clock: Clock; log: Logger; lookUp?: LookUpAddresses },
  options: { hosts: readonly string[]; all: boolean },
): Trust {
  const { clock, log, lookUp = systemLookUp } = deps;
  const subnets = options.hosts.filter((host) => parseSubnet(host) !== undefined);
  const names = options.hosts.filter((host) => !subnets.includes(host));
  const addresses = new Map<string, readonly string[]>();
  let list = listOf([...LOOPBACK, ...subnets]);
  let timer: Timer | undefined;
  let isLooking = false;

  async function refresh(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    await Promise.all(
      names.map(async (name) => {
        try {
          addresses.set(name, await lookUp(name));
        } catch (error) {
          // The addresses that it had stay trusted: a name server that fails must not lock a reader out.
          if (addresses.has(name)) return;
          addresses.set(name, []);
          log.warn('a trusted host has no address that can be found; it is looked up again', {
            host: name,
            reason: error instanceof Error ? error.message : String(error),
          });
        }
      }),
    );
    isLooking = false;
    list = listOf([...LOOPBACK, ...subnets, ...[...addresses.values()].flat()]);
  }

  return {
    allows: (address) => options.all || list.allows(address),
    async start() {
      if (names.length === 0 || options.all) return;
      timer = clock.every(LOOK_UP_EVERY_MS, () => void refresh());
      await refresh();
    },
    stop() {
      timer?.cancel();
    },
  };
}

function listOf(hosts: readonly string[]): AccessList {
  const made = createAccessList({ default: 'deny', access: hosts.map((ip) => ({ ip, action: 'allow' })) });
  // Every one was read as a subnet before, or comes from a resolver.
  if (!made.ok) throw new Error(`trusted host ${made.at}: ${made.reason}`);
  return made.value;
}

// Who may speak on a channel, and for whom. Source addresses of UDP can be forged: this
// keeps mistakes and neighbours out, not an attacker on the same wire.

import type { AccessList } from './access-list.ts';
import { isLoopback } from './source-table.ts';

/** Who may send in the name of another host: everyone, this machine, nobody, or those on the list. */
export type SpoofPolicy = 'allow' | 'local' | 'deny' | AccessList;

export interface SenderPolicy {
  mayBeHeard(address: string): boolean;
  maySpoof(address: string): boolean;
}

/** Undefined when everything is allowed, so that an open channel pays nothing. */
export function createSenderPolicy(rules: {
  acl?: AccessList | undefined;
  spoof?: SpoofPolicy | undefined;
}): SenderPolicy | undefined {
  const { acl, spoof = 'allow' } = rules;
  if (acl === undefined && spoof === 'allow') return undefined;
  return {
    mayBeHeard: (address) => acl?.allows(address) ?? true,
    maySpoof(address) {
      if (typeof spoof === 'object') return spoof.allows(address);
      return spoof === 'allow' || (spoof === 'local' && isLoopback(address));
    },
  };
}

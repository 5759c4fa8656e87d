// Resolves targets to the expected set of a run. A host that was named and is not
// there is said, never dropped.

import { badRequest } from '#kernel/errors.ts';
import type { Inventory } from './neighbours.ts';
import type { Targets } from './run.ts';

const IDS_NAMED = 5;

/** Throws `unknown_host` or `no_hosts` (400). */
export async function resolveTargets(
  inventory: Pick<Inventory, 'hostIdsOf'>,
  targets: Targets,
): Promise<{ id: string; name: string }[]> {
  const hosts = await inventory.hostIdsOf(targets);
  const known = new Set(hosts.map((host) => host.id));
  const missing = targets.hostIds.filter((id) => !known.has(id));
  if (missing.length > 0)
    throw badRequest(
      'unknown_host',
      `targets.hostIds: ${missing.slice(0, IDS_NAMED).join(', ')}${missing.length > IDS_NAMED ? ' and others' : ''}: no such host in service.`,
      { missing: missing.slice(0, IDS_NAMED) },
    );
  if (hosts.length === 0)
    throw badRequest('no_hosts', 'targets: no host matches. Name hosts, or a group that has hosts in service.');
  return hosts;
}

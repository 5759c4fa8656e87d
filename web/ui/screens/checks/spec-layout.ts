// Which settings of a kind stand open in its form, and in which order; the rest is folded. Pure.

import type { NamedField, Spec } from './spec-schema.ts';

const OPEN: Partial<Record<string, readonly string[]>> = {
  plugin: ['command', 'failureState'],
  tcp: ['port', 'address', 'expect'],
  http: ['url', 'method', 'expectStatus', 'bodyContains', 'bodyMatches'],
  ping: ['packets', 'warn', 'crit'],
  dns: ['name', 'type', 'server', 'expect'],
  smtp: ['port', 'tls', 'bannerContains'],
  ssh: ['port', 'versionMatches'],
  ntp: ['offsetWarn', 'offsetCrit'],
  snmp: ['version', 'community', 'oids'],
  sql: ['database', 'user', 'password', 'query', 'warn', 'crit'],
  nrpe: ['command', 'args', 'port'],
  composite: ['members', 'rule'],
  heartbeat: ['periodSec', 'graceSec'],
  agent_process: ['name', 'user', 'warn', 'crit'],
  agent_service: ['service', 'expect'],
  metric: ['metric', 'plus', 'percentOf', 'unit', 'warn', 'crit', 'maxAgeSec'],
};

/** What a new check begins with. */
const BEGIN: Partial<Record<string, Spec>> = {
  http: { url: 'http://$HOSTADDRESS$/', expectStatus: [200] },
  tcp: { port: 22 },
};

/** Enough to begin with where nobody has chosen. */
const OPEN_AT_MOST = 4;

export function layOut(kind: string, fields: readonly NamedField[]): { open: NamedField[]; folded: NamedField[] } {
  const chosen = OPEN[kind];
  const open = chosen
    ? chosen.flatMap((name) => fields.filter((one) => one.name === name))
    : fields.filter(({ isRequired }, at) => isRequired || at < OPEN_AT_MOST);
  return { open, folded: fields.filter((one) => !open.includes(one)) };
}

/** Defaults that the schema gives, and ours. */
export const beginSpec = (kind: string, fields: readonly NamedField[]): Spec => ({
  ...Object.fromEntries(
    fields.filter(({ default: given }) => given !== undefined).map((one): [string, unknown] => [one.name, one.default]),
  ),
  ...BEGIN[kind],
});

// The checks that hosts begin with, by what they are and run. Data only: a new rule is an
// entry here. A limit that fits any machine is a share of what it has, not a number.

import type { AgentReport } from '#kernel/domain/event.ts';
import type { NewCheck } from '../api.ts';

type StarterCheck = Omit<NewCheck, 'hostId'>;

export interface StarterRule {
  /** Each is made once for a host: what is renamed here is made again. */
  name: string;
  when: StarterCondition;
  /** `service` = name of the service that made the rule hold, '' for the other conditions. */
  check(service: string): StarterCheck;
}

type StarterCondition =
  /** Any host with an agent. */
  | 'agent'
  /** A service of this name runs. */
  | { service: RegExp }
  /** The facts of the host say so. */
  | { facts(facts: AgentReport['facts']): boolean };

const metric = (name: string, spec: Record<string, unknown>, more: Partial<StarterCheck> = {}): StarterCheck => ({
  ...{ name, kind: 'metric', spec },
  ...more,
});

const runs = (service: string): StarterCheck => ({
  ...{ name: `service ${service}`, kind: 'agent_service', spec: { service } },
});

export const STARTER_RULES: readonly StarterRule[] = [
  {
    name: 'load',
    when: 'agent',
    check: () => metric('load', { metric: 'load_five', percentOf: 'cpu_num', warn: '~:200', crit: '~:400' }),
  },
  {
    name: 'memory',
    when: 'agent',
    check: () =>
      metric('memory', {
        ...{ metric: 'mem_free', plus: ['mem_cached', 'mem_buffers'], percentOf: 'mem_total' },
        ...{ warn: '10:', crit: '5:' },
      }),
  },
  {
    name: 'swap',
    // A container has the swap of its host, which is checked there.
    when: { facts: (facts) => Number(facts['swap.bytes'] ?? 0) > 0 && !isContainer(facts) },
    check: () => metric('swap', { metric: 'swap_free', percentOf: 'swap_total', warn: '20:', crit: '5:' }),
  },
  {
    name: 'disk',
    when: 'agent',
    check: () => metric('disk', { metric: 'part_max_used', unit: '%', warn: '~:85', crit: '~:95', maxAgeSec: 600 }),
  },
  {
    name: 'disk full soon',
    when: 'agent',
    check: () =>
      metric(
        'disk full soon',
        { metric: 'part_max_used', unit: '%', forecast: { limit: 100 }, warn: '24:', crit: '4:', maxAgeSec: 600 },
        { intervalSec: 300 },
      ),
  },
  {
    name: 'inodes',
    when: 'agent',
    // btrfs and the like have none to run out of, so nothing is heard of them.
    check: () =>
      metric(
        'inodes',
        {
          metric: 'disk_inodes_free_percent_rootfs',
          unit: '%',
          warn: '10:',
          crit: '5:',
          maxAgeSec: 600,
          missingState: 'ok',
        },
        { intervalSec: 300 },
      ),
  },
  {
    name: 'clock',
    when: 'agent',
    check: () => ({ name: 'clock', kind: 'agent_clock', spec: {}, intervalSec: 300 }),
  },
  {
    name: 'ssh',
    when: { service: /^sshd?$/ },
    check: () => ({ name: 'ssh', kind: 'ssh', spec: {} }),
  },
  {
    name: 'http',
    when: { service: /^(nginx|apache2|httpd|lighttpd)$/ },
    // Whatever it answers, it answers; what is expected of the pages is for their owners to say.
    check: () => ({
      name: 'http',
      kind: 'http',
      spec: { url: 'http://$HOSTADDRESS$/', expectStatus: ANY_BUT_FAILURES },
    }),
  },
  { name: 'web server', when: { service: /^(nginx|apache2|httpd|lighttpd|caddy|haproxy)$/ }, check: runs },
  // Databases listen on their own host only, unless told otherwise: asked from here they would all seem dead.
  { name: 'postgresql', when: { service: /^postgresql(@.+|-\d+)?$/ }, check: runs },
  { name: 'mysql', when: { service: /^(mysqld?|mariadb)$/ }, check: runs },
  { name: 'redis', when: { service: /^(redis|redis-server|valkey|valkey-server)$/ }, check: runs },
  { name: 'mail', when: { service: /^(postfix(@-)?|exim4?|sendmail)$/ }, check: runs },
  { name: 'cron', when: { service: /^(crond?|cronie)$/ }, check: runs },
  { name: 'docker', when: { service: /^(docker|containerd|podman)$/ }, check: runs },
];

/** Besides those of any host: what the machine that Plexus itself runs on is checked for. */
export function serverRules(consoleUrl: string): StarterRule[] {
  const url = new URL(consoleUrl);
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const address = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return [
    {
      name: 'console port',
      when: 'agent',
      check: () => ({ name: 'console port', kind: 'tcp', spec: { address, port } }),
    },
    {
      name: 'console',
      when: 'agent',
      // The console's own certificate may be one that only browsers of the house know.
      check: () => ({ name: 'console', kind: 'http', spec: { url: new URL('/healthz', url).href, verifyTls: false } }),
    },
    { name: 'plexus', when: 'agent', check: () => ({ name: 'plexus', kind: 'self', spec: {} }) },
  ];
}

const isContainer = (facts: AgentReport['facts']): boolean =>
  facts['virtualization'] === 'container' || facts['virtualization'] === 'lxc';

const ANY_BUT_FAILURES = [200, 201, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 421];

/** The check of a rule for a host of which this is known; undefined while the rule does not hold. Without a report, only what is for any host. */
export function checkOf(rule: StarterRule, report: AgentReport | undefined): StarterCheck | undefined {
  const { when } = rule;
  if (when === 'agent') return rule.check('');
  if (!report) return undefined;
  if ('facts' in when) return when.facts(report.facts) ? rule.check('') : undefined;
  const service = report.services.find(({ name, state }) => state === 'running' && when.service.test(name));
  return service && rule.check(service.name);
}

// Ten thousand services in one set: how long it takes, and for how long at a time the event
// loop has nothing else to say.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { ENGINEER, checkCounts, openObjectSite } from './object-site.ts';

const HOSTS = 500;
const SERVICES = 20;

function largeTree(interval: number): string {
  const hosts = Array.from({ length: HOSTS }, (_, at) => {
    const services = Array.from(
      { length: SERVICES },
      (_each, which) =>
        `define service{\nuse s\nhost_name h${at}\nservice_description s${which}\ncheck_command c!${which}\n}\n`,
    );
    return `define host{\nuse t\nhost_name h${at}\naddress 10.1.${at >> 8}.${at & 255}\n}\n${services.join('')}`;
  });
  return `define command{\ncommand_name c\ncommand_line /bin/true $ARG1$ $HOSTADDRESS$\n}
define host{\nname t\nregister 0\nmax_check_attempts 3\ncheck_command c!1\n}
define service{\nname s\nregister 0\nmax_check_attempts 3\ncheck_interval ${interval}\n}
${hosts.join('')}`;
}

// Another program on the same cores can hold up any loop: one quiet run of three is proof.
test(
  'ten thousand services are applied within seconds, and the event loop is never held up for one',
  { retry: 2, timeout: 120_000 },
  async () => {
    const { objects } = await openObjectSite();
    const request = (interval: number) => ({
      name: 'nagios:/etc/nagios.cfg',
      acceptRest: true,
      documents: {
        kind: 'nagios' as const,
        mainFile: '/etc/nagios.cfg',
        files: [
          { name: '/etc/nagios.cfg', text: 'cfg_file=o.cfg\n' },
          { name: '/etc/o.cfg', text: largeTree(interval) },
        ],
      },
    });
    const delay = monitorEventLoopDelay({ resolution: 5 });
    const timed = async (what: string, interval: number) => {
      delay.reset();
      delay.enable();
      const startMs = performance.now();
      const outcome = await objects.api.apply(ENGINEER, request(interval));
      const tookMs = performance.now() - startMs;
      delay.disable();
      if (process.env['PLEXUS_FIGURES'])
        console.log(`${what}: ${Math.round(tookMs)} ms, longest hold-up ${Math.round(delay.max / 1e6)} ms`);
      return { counts: checkCounts(outcome), tookMs, heldMs: delay.max / 1e6 };
    };
    const first = await timed('first', 5);
    const again = await timed('again', 5);
    const template = await timed('template changed', 10);
    expect([first, again, template].map(({ counts }) => counts)).toEqual([
      { created: HOSTS * (SERVICES + 1), changed: 0, deleted: 0, unchanged: 0 },
      { created: 0, changed: 0, deleted: 0, unchanged: HOSTS * (SERVICES + 1) },
      { created: 0, changed: HOSTS * SERVICES, deleted: 0, unchanged: HOSTS },
    ]);
    // On a machine of two busy cores; alone it is a third of this.
    for (const { tookMs, heldMs } of [first, again, template]) {
      expect(tookMs).toBeLessThan(30_000);
      expect(heldMs).toBeLessThan(1000);
    }
  },
);

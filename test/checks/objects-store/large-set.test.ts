// Ten thousand services in one set: each of them is made, none is touched without a reason,
// and a changed template reaches exactly those that use it.

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

test('ten thousand services are made, left alone when nothing changed, and follow their template', async () => {
  const { objects } = await openObjectSite();
  const apply = async (interval: number) =>
    checkCounts(
      await objects.api.apply(ENGINEER, {
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
      }),
    );
  expect(await apply(5)).toEqual({ created: HOSTS * (SERVICES + 1), changed: 0, deleted: 0, unchanged: 0 });
  expect(await apply(5)).toEqual({ created: 0, changed: 0, deleted: 0, unchanged: HOSTS * (SERVICES + 1) });
  expect(await apply(10)).toEqual({ created: 0, changed: HOSTS * SERVICES, deleted: 0, unchanged: HOSTS });
}, 120_000);

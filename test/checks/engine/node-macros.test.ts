// Macros of running objects: what a command sees of its host, its service, and of others.

import { expect, test } from 'vitest';
import { nodeMacros } from '#checks/engine/node-macros.ts';
import { smallSite } from './small-site.ts';

const details = { vars: { PORT: '8443' }, notes: 'ask the web team' };
const { site, service } = smallSite([{ name: 'http', details, maxAttempts: 4 }, { name: 'ssh' }]);
site.tie({ parents: [], dependencies: [], periods: [], resources: new Map([['USER1', '/usr/lib/plugins']]) });
const node = service('http');
node.noteResult(5000, { output: 'slow', longOutput: 'very', perfdata: 't=3s' }, { state: 'warning', type: 'soft' });
node.current = { ...node.current, state: 'warning', type: 'soft', attempt: 2, isChecked: true, checkedAtMs: 5000 };
const ack = { isSticky: false, by: 'anna', comment: 'on it', expiresAtMs: null };
node.current = { ...node.current, acknowledgement: ack };

const ofService: [macro: string, value: string | undefined][] = [
  ['HOSTNAME', 'web-1'],
  ['HOSTADDRESS', '10.0.0.1'],
  ['HOSTSTATE', 'UP'],
  ['SERVICEDESC', 'http'],
  ['SERVICESTATE', 'WARNING'],
  ['SERVICESTATEID', '1'],
  ['SERVICESTATETYPE', 'SOFT'],
  ['SERVICEATTEMPT', '2'],
  ['MAXSERVICEATTEMPTS', '4'],
  ['SERVICEOUTPUT', 'slow'],
  ['SERVICEPERFDATA', 't=3s'],
  ['SERVICEACKAUTHOR', 'anna'],
  ['SERVICENOTES', 'ask the web team'],
  ['_SERVICEPORT', '8443'],
  ['USER1', '/usr/lib/plugins'],
  ['USER2', undefined],
  ['SERVICESTATE:web-1:ssh', 'OK'],
  ['SERVICESTATE:web-1:no-such', undefined],
  ['HOSTSTATE:no-such', undefined],
  ['TOTALSERVICESWARNING', '1'],
  ['NO_SUCH_MACRO', undefined],
];
const lookup = nodeMacros(site, node, 10_000);
for (const [macro, value] of ofService)
  test(`$${macro}$ of a service is ${value ?? 'not known'}`, () => expect(lookup(macro)).toBe(value));

test('a host has no macros of a service', () => {
  const host = site.hostNamed('WEB-1');
  if (!host) throw new Error('no host');
  const ofHost = nodeMacros(site, host, 10_000);
  expect([ofHost('HOSTNAME'), ofHost('SERVICEDESC')]).toEqual(['web-1', undefined]);
});

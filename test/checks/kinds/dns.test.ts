// DNS answers of each type against what was expected of them, and servers that give none.

import { beforeAll, expect, test } from 'vitest';
import { dnsKind } from '#checks/kinds/dns.ts';
import { nameBytes, rdata, serveDns } from './dns-server.ts';
import { closedPort, serveUdp } from './loopback-servers.ts';
import { runKind } from './run-kind.ts';

const ports: Record<string, number> = {};
beforeAll(async () => {
  ports['good'] = await serveDns({
    'www.example A': [rdata.a('192.0.2.10'), rdata.a('192.0.2.11')],
    'web-1 A': [rdata.a('192.0.2.1')],
    'www.example AAAA': [rdata.aaaa('20010db8000000000000000000000001')],
    'alias.example CNAME': [nameBytes('WWW.example')],
    'example MX': [rdata.mx(10, 'mail.example'), rdata.mx(20, 'backup.example')],
    'example NS': [nameBytes('ns.example')],
    'example TXT': [rdata.txt('v=spf1 ', '-all')],
    'example SOA': [rdata.soa(2026010501)],
    'example CAA': [rdata.caa('issue', 'ca.example')],
    '_ldap._tcp.example SRV': [rdata.srv(0, 5, 389, 'dc.example')],
    '10.2.0.192.in-addr.arpa PTR': [nameBytes('www.example')],
    'gone.example A': 3,
    'broken.example A': 2,
    'refused.example A': 5,
  });
  ports['silent'] = await serveUdp(() => []);
  ports['garbage'] = await serveUdp((query) => [
    Buffer.concat([query.subarray(0, 2), Buffer.from('\u0085\u0080garbage')]),
  ]);
  ports['closed'] = await closedPort();
});

const ask = (name: string, settings: Record<string, unknown> = {}, server = 'good') =>
  runKind(dnsKind, { name, server: '$HOSTADDRESS$', port: ports[server], ...settings }, { timeoutMs: 1000 });

const verdicts: [string, string, Record<string, unknown>, string, RegExp][] = [
  ['addresses', 'www.example', {}, 'ok', /^DNS OK - www.example A: 192.0.2.10, 192.0.2.11 in/],
  ["the host's own name", '$HOSTNAME$', { expect: ['192.0.2.1'] }, 'ok', /^DNS OK - web-1 A: 192.0.2.1/],
  ['one of the expected', 'www.example', { expect: ['192.0.2.10', '198.51.100.1'] }, 'ok', /^DNS OK/],
  [
    'none of the expected',
    'www.example',
    { expect: ['192.0.2.99'] },
    'critical',
    /got 192.0.2.10, 192.0.2.11 \(expected 192.0.2.99\) from 127.0.0.1 port/,
  ],
  ['a network', 'www.example', { expect: ['192.0.2.0/24'], match: 'exact' }, 'ok', /^DNS OK/],
  [
    'not all of them',
    'www.example',
    { expect: ['192.0.2.10', '192.0.2.12'], match: 'all' },
    'critical',
    /192.0.2.12 is missing among/,
  ],
  [
    'one too many',
    'www.example',
    { expect: ['192.0.2.10'], match: 'exact' },
    'critical',
    /192.0.2.11 was not expected/,
  ],
  ['IPv6, written otherwise', 'www.example', { type: 'AAAA', expect: ['2001:DB8:0:0::1'] }, 'ok', /2001:db8::1/],
  [
    'an alias, in another case, with its dot',
    'alias.example',
    { type: 'CNAME', expect: ['www.EXAMPLE.'] },
    'ok',
    /^DNS OK/,
  ],
  [
    'mail servers',
    'example',
    { type: 'MX', expect: ['10 mail.example', '20 backup.example'], match: 'exact' },
    'ok',
    /^DNS OK/,
  ],
  ['name servers', 'example', { type: 'NS', expect: ['ns.example'] }, 'ok', /^DNS OK/],
  ['a text in parts', 'example', { type: 'TXT', expect: ['v=spf1 -all'] }, 'ok', /^DNS OK/],
  ['a zone', 'example', { type: 'SOA' }, 'ok', /ns.example root.example 2026010501 1 2 3 4/],
  ['a service', '_ldap._tcp.example', { type: 'SRV', expect: ['0 5 389 dc.example'] }, 'ok', /^DNS OK/],
  ['who may issue certificates', 'example', { type: 'CAA', expect: ['0 issue "ca.example"'] }, 'ok', /^DNS OK/],
  ['the name of an address', '192.0.2.10', { type: 'PTR', expect: ['www.example'] }, 'ok', /^DNS OK/],
  ['no such name', 'gone.example', {}, 'critical', /gone.example A: there is no such name from/],
  ['no such name, as it should be', 'gone.example', { expectNoName: true }, 'ok', /does not exist, as expected/],
  ['a name that should not be', 'www.example', { expectNoName: true }, 'critical', /www.example exists: 192.0.2.10/],
  ['no records of this type', 'www.example', { type: 'MX' }, 'critical', /no records of this type/],
  ['a server that fails', 'broken.example', {}, 'critical', /SERVFAIL/],
  ['a server that refuses', 'refused.example', {}, 'critical', /the server refused/],
  ['too slow', 'www.example', { latencyWarn: '@0:10' }, 'warning', /took .* \(limit @0:10\)/],
];
test.each(verdicts)('%s', async (_, name, settings, state, output) => {
  expect(await ask(name, settings)).toMatchObject({ state, output: expect.stringMatching(output) });
});

const wrong: [string, string, RegExp][] = [
  ['silence', 'silent', /no answer from|the server did not answer/],
  ['garbage', 'garbage', /garbage|did not answer|no answer/],
  ['nobody there', 'closed', /the port is closed/],
];
test.each(wrong)('%s is CRITICAL', async (_, server, output) => {
  expect(await ask('www.example', {}, server)).toMatchObject({
    state: 'critical',
    output: expect.stringMatching(output),
  });
});

test('a server whose name does not exist is UNKNOWN', async () => {
  expect(await ask('www.example', { server: 'nope.invalid' })).toMatchObject({ state: 'unknown' });
});

test('a secondary that is silent or behind shows beside the primary', async () => {
  // The same port on another address of the loopback: nobody there.
  const result = await ask('example', { type: 'SOA', sameSerialAs: ['127.0.0.1', '127.0.0.77'] });
  expect(result).toMatchObject({
    state: 'critical',
    output: expect.stringMatching(/^DNS CRITICAL - no SOA from 127.0.0.77 to compare with from/),
  });
  expect(await ask('example', { type: 'SOA', sameSerialAs: ['127.0.0.1'] })).toMatchObject({ state: 'ok' });
});

const refused: [string, Record<string, unknown>, string][] = [
  ['an address that is none', { expect: ['192.0.2.256'] }, '/expect/0'],
  ['an IPv6 address among IPv4', { expect: ['2001:db8::1'] }, '/expect/0'],
  ['a network that is none', { expect: ['192.0.2.0/33'] }, '/expect/0'],
  ['serials of addresses', { sameSerialAs: ['ns2'] }, '/sameSerialAs'],
  ['an answer of no name', { expectNoName: true, expect: ['192.0.2.1'] }, '/expect'],
  ['a type that is none', { type: 'WKS' }, '/type'],
];
test.each(refused)('%s is refused when the check is saved', (_, settings, path) => {
  expect(dnsKind.prepare({ name: 'a', ...settings })).toMatchObject({
    ok: false,
    problems: expect.arrayContaining([expect.objectContaining({ path })]),
  });
});

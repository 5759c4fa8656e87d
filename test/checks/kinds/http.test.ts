// HTTP checks: what of an answer is judged, where redirects lead, who gets the password;
// and the same situations beside Debian's check_http.

import http from 'node:http';
import https from 'node:https';
import { beforeAll, expect, test } from 'vitest';
import { httpKind } from '#checks/kinds/http.ts';
import { describeWithPeer } from '../../support/peer.ts';
import * as servers from './loopback-servers.ts';
import { stateOfPlugin } from './real-plugin.ts';
import { runKind } from './run-kind.ts';

const STATUS = { state: 'degraded', checks: [{ name: 'disk', free: 12.5 }], queue: '7', ok: true, none: null };

let further = 0;
let requests: http.IncomingMessage[] = [];
const PAGES: Record<string, http.RequestListener> = {
  '/': (_, response) => void response.setHeader('x-node', 'a-17').end('all systems go'),
  '/json': (_, response) => void response.end(JSON.stringify(STATUS)),
  '/204': (_, response) => void response.writeHead(204).end(),
  '/404': (_, response) => void response.writeHead(404).end('nothing here'),
  '/500': (_, response) => void response.writeHead(500).end('broken'),
  '/hop': (_, response) => void response.writeHead(302, { location: '/' }).end(),
  '/loop': (_, response) => void response.writeHead(301, { location: '/loop' }).end(),
  '/further': (_, response) => void response.writeHead(301, { location: `/further?${further++}` }).end(),
  '/file': (_, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/away': (_, response) => void response.writeHead(307, { location: `http://localhost:${ports['web']}/` }).end(),
  '/big': (_, response) => void response.end(JSON.stringify('x'.repeat(100_000))),
  '/echo': (request, response) => void request.pipe(response),
  '/private': (request, response) => {
    const isKnown = request.headers.authorization === `Basic ${Buffer.from('ann:s3cret').toString('base64')}`;
    response.writeHead(isKnown ? 200 : 401).end('inside');
  },
};
const onRequest: http.RequestListener = (request, response) => {
  requests.push(request);
  (PAGES[request.url?.split('?')[0] ?? ''] ?? PAGES['/404'])?.(request, response);
};

const ports: Record<string, number> = {};
beforeAll(async () => {
  ports['web'] = await servers.listen(http.createServer(onRequest));
  ports['silent'] = await servers.serveTcp(servers.SILENT);
  ports['hangs up'] = await servers.serveTcp(servers.HANGS_UP);
  ports['garbage'] = await servers.serveTcp(servers.GARBAGE);
  ports['endless'] = await servers.serveTcp(servers.ENDLESS);
  ports['closed'] = await servers.closedPort();
});

const ask = (page: string, settings: Record<string, unknown> = {}) => {
  requests = [];
  const url = `http://$HOSTADDRESS$:${ports['web']}${page}`;
  return runKind(httpKind, { url, ...settings }, { timeoutMs: 3000 });
};
const json = (...expected: Record<string, unknown>[]) => ({ json: expected });

const verdicts: [string, string, Record<string, unknown>, string, RegExp][] = [
  ['a class of status', '/204', { expectStatus: ['2xx'] }, 'ok', /^HTTP OK - 204/],
  [
    'a range of status',
    '/204',
    { expectStatus: [200, '201-203'] },
    'critical',
    /status 204 \(expected 200 or 201-203\)/,
  ],
  ['a status that is only a warning', '/404', { warnStatus: ['4xx'] }, 'warning', /status 404/],
  ['words that must not be there', '/', { bodyNotContains: 'systems' }, 'critical', /"systems" found in the body/],
  ['a header that is there', '/', { expectHeaders: [{ name: 'X-Node', matches: '^a-\\d+$' }] }, 'ok', /^HTTP OK/],
  ['a header that is missing', '/', { expectHeaders: [{ name: 'X-Up' }] }, 'critical', /header X-Up is missing/],
  [
    'a header with another value',
    '/',
    { expectHeaders: [{ name: 'X-Node', equals: 'b' }] },
    'critical',
    /"a-17" \(expected "b"\)/,
  ],
  ['JSON: equal', '/json', json({ path: '$.state', equals: 'degraded' }), 'ok', /^HTTP OK/],
  ['JSON: equal to a number as text', '/json', json({ path: '$.queue', equals: '7' }), 'ok', /^HTTP OK/],
  ['JSON: null', '/json', json({ path: '$.none', equals: null }), 'ok', /^HTTP OK/],
  [
    'JSON: not equal',
    '/json',
    json({ path: '$.state', equals: 'up' }),
    'critical',
    /\$\.state is "degraded" \(expected "up"\)/,
  ],
  [
    'JSON: against a limit',
    '/json',
    json({ path: '$.checks[0].free', warn: '20:', crit: '5:' }),
    'warning',
    /\$\.checks\[0\]\.free 12\.5 \(limit 20:\)/,
  ],
  ['JSON: no number', '/json', json({ path: '$.state', warn: '1' }), 'critical', /is no number/],
  ['JSON: not there', '/json', json({ path: '$.checks[1]' }), 'critical', /\$\.checks\[1\] is not there/],
  ['JSON: not there, as it should be', '/json', json({ path: '$.error', exists: false }), 'ok', /^HTTP OK/],
  ['JSON: names of the language are no values', '/json', json({ path: '$.constructor' }), 'critical', /is not there/],
  ['JSON: none', '/', json({ path: '$.a' }), 'critical', /the body is not JSON: "all systems go"/],
  [
    'JSON: too long to read',
    '/big',
    { ...json({ path: '$' }), maxBodyBytes: 1024 },
    'critical',
    /longer than the 1024 bytes/,
  ],
  ['a redirect is followed', '/hop', { redirects: 'follow', bodyContains: 'systems' }, 'ok', /^HTTP OK - 200/],
  ['a redirect is a warning', '/hop', { redirects: 'warning' }, 'warning', /redirect 302 to http:\/\/127/],
  ['a redirect is fine', '/hop', { redirects: 'ok' }, 'ok', /^HTTP OK - 302/],
  ['a loop of redirects', '/loop', { redirects: 'follow' }, 'critical', /redirects go in a circle at http/],
  ['redirects without end', '/further', { redirects: 'follow', maxRedirects: 3 }, 'warning', /more than 3 redirects/],
  ['a redirect to a file is not followed', '/file', { redirects: 'follow' }, 'critical', /status 302/],
  ['a login', '/private', { basicAuth: { user: 'ann', password: 's3cret' } }, 'ok', /^HTTP OK/],
  ['a wrong login', '/private', { basicAuth: { user: 'ann', password: 'no' } }, 'critical', /status 401/],
  ['a body that is sent', '/echo', { method: 'POST', body: 'ping', bodyContains: 'ping' }, 'ok', /4 bytes/],
  ['too slow', '/', { latencyCrit: '@0:10' }, 'critical', /took .* s \(limit @0:10\) on http/],
  ['IPv6 where there is none', '/', { address: '127.0.0.1', ipVersion: 6 }, 'critical', /no IPv6 address/],
];
test.each(verdicts)('%s', async (_, page, settings, state, output) => {
  expect(await ask(page, settings)).toMatchObject({ state, output: expect.stringMatching(output) });
});

test('a number out of JSON goes to the history with its limits', async () => {
  const result = await ask('/json', json({ path: '$.checks[0].free', label: 'free', warn: '20:', crit: '5:' }));
  expect(result).toMatchObject({ perfdata: expect.stringMatching(/^time=.* size=\d+B;;;0 free=12\.5;20:;5:$/) });
});

test('connects where it is told to, and asks for the name of the URL', async () => {
  const url = `http://shop.example:${ports['web']}/`;
  expect(await runKind(httpKind, { url, address: '127.0.0.1' })).toMatchObject({ state: 'ok' });
  expect(requests.at(-1)?.headers.host).toBe(`shop.example:${ports['web']}`);
});

test('a redirect to another origin does not get the password', async () => {
  const secrets = { bearerToken: 't0ken', secretHeaders: { 'x-key': 'k' }, headers: { 'x-plain': 'p' } };
  await ask('/away', { redirects: 'follow', ...secrets });
  expect(requests.map(({ headers }) => [headers.authorization, headers['x-key'], headers['x-plain']])).toEqual([
    ['Bearer t0ken', 'k', 'p'],
    [undefined, undefined, 'p'],
  ]);
});

test('what a run does can be shown without its secrets', () => {
  const spec = {
    url: 'https://$HOSTNAME$/',
    basicAuth: { user: 'ann', password: 's3cret' },
    secretHeaders: { 'x-key': 'hidden' },
  };
  const prepared = httpKind.prepare(spec);
  const target = {
    checkId: '',
    hostId: '',
    hostName: 'web-1',
    series: { cluster: '', host: '' },
    address: '192.0.2.1',
    timeoutMs: 1000,
    macro: (name: string) => ({ HOSTNAME: 'web-1' })[name],
  };
  expect(prepared.ok && prepared.describe?.(target)).toBe(
    'GET https://web-1/, x-key: [secret], as ann with password [secret]',
  );
});

test.each(['silent', 'hangs up', 'garbage', 'endless', 'closed'])('%s in place of HTTP is CRITICAL', async (server) => {
  for (const scheme of ['http', 'https']) {
    const result = await runKind(httpKind, { url: `${scheme}://127.0.0.1:${ports[server]}/` }, { timeoutMs: 500 });
    expect(result).toMatchObject({ state: 'critical', output: expect.stringMatching(/^HTTP CRITICAL - .* on http/) });
  }
});

const refused: [string, Record<string, unknown>, string][] = [
  ['a status that is none', { expectStatus: ['6xx'] }, '/expectStatus/0'],
  ['a method that is none', { method: 'FETCH' }, '/method'],
  ['a path that is none', { json: [{ path: 'state' }] }, '/json/0/path'],
  ['a pattern with a back reference', { bodyMatches: '(a)\\1' }, '/bodyMatches'],
  ['a header with a line end', { headers: { 'x-a': 'b\r\nx-c: d' } }, '/headers/x-a'],
  ['a password in the URL', { url: 'http://ann:s3cret@example.test/' }, '/url'],
  ['two logins', { bearerToken: 'a', basicAuth: { user: 'a', password: 'b' } }, '/bearerToken'],
  ['a body with GET', { body: 'a' }, '/body'],
];
test.each(refused)('%s is refused when the check is saved', (_, settings, path) => {
  expect(httpKind.prepare({ url: 'http://example.test/', ...settings })).toMatchObject({
    ok: false,
    problems: expect.arrayContaining([expect.objectContaining({ path })]),
  });
});

describeWithPeer('openssl', 'HTTPS', () => {
  let port = 0;
  beforeAll(async () => {
    port = await servers.listen(https.createServer(servers.makeCertificate(30), onRequest));
  });

  test('the end of the certificate is told and judged', async () => {
    const url = `https://localhost:${port}/`;
    expect(await runKind(httpKind, { url, verifyTls: false, certDaysWarn: 40, certDaysCrit: 5 })).toMatchObject({
      state: 'warning',
      output: expect.stringMatching(/certificate localhost expires in \d+ days \(limit 40\)/),
      perfdata: expect.stringMatching(/cert_days=(29|30);40:;5:/),
    });
    expect(await runKind(httpKind, { url })).toMatchObject({
      state: 'critical',
      output: expect.stringContaining('self-signed certificate'),
    });
  });

  describeWithPeer('check_http', 'the same state as check_http', () => {
    test.each([
      ['good for longer', '20,7', 'ok'],
      ['soon over', '40,7', 'warning'],
      ['nearly over', '50,40', 'critical'],
    ])('a certificate that is %s', async (_, limits, state) => {
      const [certDaysWarn, certDaysCrit] = limits.split(',').map(Number);
      const spec = { url: `https://127.0.0.1:${port}/`, verifyTls: false, certDaysWarn, certDaysCrit };
      const args = ['-H', '127.0.0.1', '-p', String(port), '-S', '-C', limits];
      expect(await stateOfPlugin('check_http', args)).toBe(state);
      expect(await runKind(httpKind, spec)).toMatchObject({ state });
    });
  });
});

describeWithPeer('check_http', 'the same state as check_http', () => {
  // Its own habit: 4xx is WARNING, a redirect is fine.
  const habit = { expectStatus: ['2xx', '3xx'], warnStatus: ['4xx'] };
  const same: [string, string, string, string[], Record<string, unknown>][] = [
    ['a page', 'web', '/', [], {}],
    ['an error of the client', 'web', '/404', [], {}],
    ['an error of the server', 'web', '/500', [], {}],
    ['a redirect', 'web', '/hop', [], {}],
    ['a redirect that is critical', 'web', '/hop', ['-f', 'critical'], { redirects: 'critical' }],
    ['a redirect that is followed', 'web', '/hop', ['-f', 'follow'], { redirects: 'follow' }],
    ['a loop', 'web', '/loop', ['-f', 'follow'], { redirects: 'follow' }],
    ['words', 'web', '/', ['-s', 'systems'], { bodyContains: 'systems' }],
    ['missing words', 'web', '/', ['-s', 'panic'], { bodyContains: 'panic' }],
    ['a pattern', 'web', '/', ['-r', 'all .* go'], { bodyMatches: 'all .* go' }],
    ['a missing pattern', 'web', '/', ['-r', '^go'], { bodyMatches: '^go' }],
    ['a login', 'web', '/private', ['-a', 'ann:s3cret'], { basicAuth: { user: 'ann', password: 's3cret' } }],
    ['no login', 'web', '/private', [], {}],
    ['nobody there', 'closed', '/', [], {}],
    ['silence', 'silent', '/', ['-t', '1'], {}],
    ['hung up', 'hangs up', '/', [], {}],
  ];
  test.each(same)('%s', async (_, server, page, args, settings) => {
    const port = ports[server];
    const spec = { url: `http://127.0.0.1:${port}${page}`, ...habit, ...settings };
    const [theirs, ours] = await Promise.all([
      stateOfPlugin('check_http', ['-I', '127.0.0.1', '-p', String(port), '-u', page, ...args]),
      runKind(httpKind, spec, { timeoutMs: 1500 }),
    ]);
    expect(ours).toMatchObject({ state: theirs });
  });
});

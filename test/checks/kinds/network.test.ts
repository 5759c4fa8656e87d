// The TCP and HTTP checks against real servers on the loopback, good and bad ones.

import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpKind } from '#checks/kinds/http.ts';
import { tcpKind } from '#checks/kinds/tcp.ts';
import { runKind } from './run-kind.ts';

const PAGES: Record<string, (response: http.ServerResponse) => void> = {
  '/': (response) => void response.end('all systems go'),
  '/500': (response) => void response.writeHead(500).end('broken'),
  '/301': (response) => void response.writeHead(301, { location: '/' }).end(),
  '/silent': () => {},
  '/drip': (response) => void response.write('half of'),
  '/big': (response) => void response.end('x'.repeat(1_000_000)),
  '/aaaa': (response) => void response.end(`${'a'.repeat(60)}!`),
};

const web = http.createServer((request, response) => PAGES[request.url ?? '/']?.(response));
const greeter = net.createServer((socket) => socket.end('220 mail.example ready\r\n'));
const mute = net.createServer((socket) => socket.on('error', () => {}));
const portOf = (server: net.Server) => (server.address() as AddressInfo).port;
const listen = (server: net.Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

let closedPort = 0;
beforeAll(async () => {
  await Promise.all([web, greeter, mute].map(listen));
  const once = net.createServer();
  await listen(once);
  closedPort = portOf(once);
  await new Promise((resolve) => once.close(resolve));
});
afterAll(() => {
  web.closeAllConnections();
  for (const server of [web, greeter, mute]) server.close();
});

test('an open port is OK and tells its time', async () => {
  expect(await runKind(tcpKind, { port: portOf(mute) })).toMatchObject({
    state: 'ok',
    perfdata: expect.stringMatching(/^time=[\d.e-]+s;;;0;5$/),
  });
});

test('a closed port is CRITICAL with the reason', async () => {
  expect(await runKind(tcpKind, { port: closedPort })).toMatchObject({
    state: 'critical',
    output: expect.stringContaining('ECONNREFUSED'),
  });
});

const greetings: [string, net.Server, string, string, RegExp][] = [
  ['the greeting that was expected', greeter, '220 ', 'ok', /sent "220 "/],
  ['another greeting', greeter, 'SSH-', 'critical', /unexpected answer .*220 mail/],
  ['no greeting at all', mute, '220', 'critical', /did not send "220" within 0.2 seconds/],
];
test.each(greetings)('%s', async (_, server, expected, state, output) => {
  const result = await runKind(tcpKind, { port: portOf(server), expect: expected }, { timeoutMs: 200 });
  expect(result).toMatchObject({ state, output: expect.stringMatching(output) });
});

const answers: [string, string, Record<string, unknown>, string, RegExp][] = [
  ['200 is OK', '/', {}, 'ok', /^HTTP OK - 200, 14 bytes/],
  ['500 is CRITICAL', '/500', {}, 'critical', /status 500 \(expected 200\)/],
  ['500 can be what is expected', '/500', { expectStatus: [500] }, 'ok', /HTTP OK - 500/],
  ['a redirect is an answer, not a way to another page', '/301', {}, 'critical', /status 301/],
  ['the words are there', '/', { bodyContains: 'systems' }, 'ok', /HTTP OK/],
  ['the words are missing', '/', { bodyContains: 'panic' }, 'critical', /"panic" not found in the body/],
  ['the pattern matches', '/', { bodyMatches: '^all .* go$' }, 'ok', /HTTP OK/],
  ['the pattern does not match', '/', { bodyMatches: '^go' }, 'critical', /does not match/],
  [
    'a pattern that would backtrack for ever is answered at once',
    '/aaaa',
    { bodyMatches: '^(a+)+$' },
    'critical',
    /does not match/,
  ],
  ['only the head of a big body is read', '/big', {}, 'ok', /262144 bytes/],
  ['no answer in time', '/silent', {}, 'critical', /no whole answer within 0.3 seconds/],
  ['half an answer is none', '/drip', {}, 'critical', /no whole answer within 0.3 seconds/],
];
test.each(answers)('%s', async (_, page, settings, state, output) => {
  const url = `http://$HOSTADDRESS$:${portOf(web)}${page}`;
  const result = await runKind(httpKind, { url, ...settings }, { timeoutMs: 300 });
  expect(result).toMatchObject({ state, output: expect.stringMatching(output) });
});

test('nobody listening is CRITICAL with the reason', async () => {
  const result = await runKind(httpKind, { url: `http://127.0.0.1:${closedPort}/` });
  expect(result).toMatchObject({ state: 'critical', output: expect.stringContaining('ECONNREFUSED') });
});

const refused: [string, Record<string, unknown>, string][] = [
  ['another protocol', { url: 'ftp://example.test/' }, '/url'],
  ['no host', { url: 'http://' }, '/url'],
  ['a broken pattern', { url: 'http://example.test/', bodyMatches: '(' }, '/bodyMatches'],
  ['a status that does not exist', { url: 'http://example.test/', expectStatus: [99] }, '/expectStatus/0'],
];
test.each(refused)('%s is refused when the check is saved', (_, spec, path) => {
  expect(httpKind.prepare(spec)).toMatchObject({ ok: false, problems: [expect.objectContaining({ path })] });
});

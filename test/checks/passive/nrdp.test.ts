// NRDP posts from the token to the answer.

import { expect, test } from 'vitest';
import type { Actor } from '#kernel/domain/actor.ts';
import { AppError } from '#kernel/errors.ts';
import { handleNrdp } from '#checks/passive/nrdp.ts';
import { recordingDoor } from './passive-door.ts';

const NOW = 1_700_000_000_000;
const PROBE: Actor = { label: 'token:probe', role: 'operator', source: '127.0.0.1' };

async function post(form: Record<string, string>) {
  const door = recordingDoor();
  const reply = await handleNrdp(new Map(Object.entries(form)), {
    door,
    nowMs: NOW,
    actorOf: (token) => (token === 'good' ? PROBE : undefined),
  });
  return { door, ...reply };
}
const result = (host: string) =>
  `<checkresults><checkresult type="service"><hostname>${host}</hostname><servicename>http</servicename><state>1</state><output>slow</output></checkresult></checkresults>`;

test('a result is taken and answered in XML', async () => {
  const { door, body, contentType } = await post({ token: 'good', cmd: 'submitcheck', XMLDATA: result('web-1') });
  expect(door.results).toEqual([
    { hostName: 'web-1', serviceName: 'http', code: 1, output: 'slow', atMs: NOW, via: 'nrdp' },
  ]);
  expect(contentType).toBe('text/xml');
  expect(body).toContain('<output>1 checks processed.</output>');
});

test('JSON is answered in JSON, and an unknown host is told', async () => {
  const json = JSON.stringify({ checkresults: [{ hostname: 'stranger', state: 0, output: 'x', time: 9_999_999_999 }] });
  const { body, outcomes } = await post({ token: 'good', cmd: 'submitcheck', json });
  expect(outcomes).toEqual(['unknown_host']);
  expect(JSON.parse(body)).toMatchObject({
    result: { meta: { output: '0 checks processed. 1 not taken: unknown_host.' } },
  });
});

test('an order goes to the door', async () => {
  const { door, body } = await post({ token: 'good', cmd: 'submitcmd', command: 'DISABLE_NOTIFICATIONS' });
  expect(door.commands).toEqual([
    { command: { kind: 'switch_program', what: 'notifications', isOn: false }, via: 'nrdp' },
  ]);
  expect(body).toContain('<status>0</status>');
});

test('an order that is refused is answered with the reason', async () => {
  const door = recordingDoor();
  door.command = () => Promise.reject(new AppError('unknown_host', 'There is no host "x".', { status: 404 }));
  const form = new Map(Object.entries({ token: 'good', cmd: 'submitcmd', command: 'SCHEDULE_HOST_CHECK;x;1' }));
  const { body, outcomes } = await handleNrdp(form, { door, nowMs: NOW, actorOf: () => PROBE });
  expect(outcomes).toEqual(['unknown_host']);
  expect(body).toContain('There is no host');
});

test.each([
  ['no token', { cmd: 'submitcheck' }, 'NO TOKEN'],
  ['a wrong token', { token: 'bad', cmd: 'submitcheck', xml: result('web-1') }, 'BAD TOKEN'],
  ['an unknown request', { token: 'good', cmd: 'format' }, 'NO REQUEST HANDLER'],
  ['no data', { token: 'good', cmd: 'submitcheck' }, 'NO DATA'],
  ['broken XML', { token: 'good', cmd: 'submitcheck', xml: '<a' }, 'BAD XML'],
  ['broken JSON', { token: 'good', cmd: 'submitcheck', json: '{' }, 'BAD JSON'],
  ['a command that is none', { token: 'good', cmd: 'submitcmd', command: 'NOPE' }, 'BAD COMMAND'],
])('%s is refused and nothing taken', async (_, form, message) => {
  const { door, body } = await post(form);
  expect(body).toContain(message);
  expect(body).toContain('-1');
  expect(door.results).toEqual([]);
});

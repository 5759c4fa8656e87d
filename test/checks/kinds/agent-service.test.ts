// The state of a service as it was reported, and when it is not known.

import { expect, test } from 'vitest';
import type { HostDetail } from '#inventory/api.ts';
import { createAgentServiceKind, judgeService } from '#checks/kinds/agent-service.ts';
import { runKind } from './run-kind.ts';

const NOW_MS = Date.UTC(2026, 0, 5, 9);
const services: HostDetail['services'] = [
  { name: 'nginx', state: 'running' },
  { name: 'postfix', state: 'failed' },
  { name: 'cron', state: 'stopped' },
  { name: 'dbus', state: 'unknown' },
];
const usual = { expect: 'running', failState: 'critical', maxAgeSec: 7200 } as const;

type Host = Parameters<typeof judgeService>[0];
type Spec = Parameters<typeof judgeService>[1];
const fresh: Host = { services, reportedAtMs: NOW_MS - 60_000 };
const cases: [string, Host, Spec, string, string][] = [
  ['running', fresh, { ...usual, service: 'nginx' }, 'ok', 'SERVICE OK - nginx is running'],
  ['with its suffix', fresh, { ...usual, service: 'nginx.service' }, 'ok', 'SERVICE OK - nginx is running'],
  [
    'failed',
    fresh,
    { ...usual, service: 'postfix' },
    'critical',
    'SERVICE CRITICAL - postfix is failed, expected running',
  ],
  [
    'stopped, which is only worth a warning',
    fresh,
    { ...usual, service: 'cron', failState: 'warning' },
    'warning',
    'SERVICE WARNING - cron is stopped, expected running',
  ],
  ['stopped as wanted', fresh, { ...usual, service: 'cron', expect: 'stopped' }, 'ok', 'SERVICE OK - cron is stopped'],
  [
    'not there as wanted',
    fresh,
    { ...usual, service: 'telnetd', expect: 'stopped' },
    'ok',
    'SERVICE OK - there is no service telnetd',
  ],
  [
    'not there',
    fresh,
    { ...usual, service: 'mars' },
    'critical',
    'SERVICE CRITICAL - there is no service mars, expected running',
  ],
  [
    'of a state that the agent cannot tell',
    fresh,
    { ...usual, service: 'dbus' },
    'unknown',
    'SERVICE UNKNOWN - dbus is unknown, expected running',
  ],
  [
    'reported too long ago',
    { services, reportedAtMs: NOW_MS - 7_201_000 },
    { ...usual, service: 'nginx' },
    'unknown',
    'SERVICE UNKNOWN - the agent reported last 7201 seconds ago',
  ],
  [
    'never reported',
    { services: [], reportedAtMs: undefined },
    { ...usual, service: 'nginx' },
    'unknown',
    'SERVICE UNKNOWN - no agent has reported this host yet',
  ],
];
test.each(cases)('a service that is %s', (_, host, spec, state, output) => {
  expect(judgeService(host, spec, NOW_MS)).toMatchObject({ state, output });
});

test('while the agent is away nothing is known', async () => {
  const kind = createAgentServiceKind({
    inventory: { getHost: () => Promise.reject(new Error('is not asked')) },
    gateway: { agentOfHost: () => Promise.resolve({ connected: false, lastContactAtMs: NOW_MS } as never) },
  });
  expect(await runKind(kind, { service: 'nginx' })).toMatchObject({
    state: 'unknown',
    output: 'SERVICE UNKNOWN - the agent is not connected since 2026-01-05T09:00:00Z',
  });
});

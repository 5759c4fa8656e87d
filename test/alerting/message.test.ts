// What a page says: the first 60 characters decide.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlertRecord } from '#alerting/alert.ts';
import { mailHtml, mailText } from '#alerting/notify/channels/mail.ts';
import { composeMessage, type MessageFacts } from '#alerting/notify/message.ts';
import { formatDuration, formatValue, shorten } from '#alerting/notify/wording.ts';

const t0 = Date.UTC(2026, 0, 5, 3, 4, 0);

const disk: AlertRecord = {
  id: '0196',
  fingerprint: 'f',
  ruleId: 'r',
  ruleName: 'Disk nearly full',
  hostId: 'h',
  checkId: null,
  title: 'Disk nearly full on web-17',
  severity: 'page',
  labels: { cluster: 'shop', host: 'web-17', hostKey: '10.0.0.17', metric: 'part_max_used', operator: '>', unit: '%' },
  openedEvidence: { summary: 'part_max_used 93 %', detail: 'limit > 90 %, held for 1 min' },
  resolvedEvidence: null,
  value: 93,
  threshold: 90,
  state: 'open',
  conditionAtMs: t0,
  openedAtMs: t0,
  acknowledgedAtMs: null,
  resolvedBy: null,
  healedByRunId: null,
  reopened: 0,
  pagesSent: 0,
  reflexStatus: null,
  reflexSummary: null,
  reflexRunId: null,
  escalateAtMs: null,
};
const check: AlertRecord = {
  ...disk,
  title: 'http is critical on web-17',
  severity: 'urgent',
  value: null,
  threshold: null,
  labels: { cluster: 'shop', host: 'web-17', checkName: 'http' },
  openedEvidence: { summary: 'http is critical', detail: 'HTTP 503' },
};
const facts = (more: Partial<MessageFacts> = {}): MessageFacts => ({
  kind: 'problem',
  alert: disk,
  atMs: t0 + 240_000,
  why: 'Anna is a default contact',
  publicUrl: 'https://plexus.example.org',
  ...more,
});
const ended = (alert: AlertRecord): AlertRecord => ({ ...alert, state: 'resolved', resolvedAtMs: t0 + 250_000 });

const subjects: [string, Partial<MessageFacts>, string][] = [
  ['severity, symptom, number against limit, place', {}, '[P1] Disk nearly full 93 % (limit 90 %) – web-17'],
  ['a check has no number', { alert: check }, '[P2] http is critical – web-17'],
  ['recovery', { kind: 'recovery', alert: ended(disk) }, '[P1] Resolved: Disk nearly full – web-17'],
  ['taken', { kind: 'acknowledgement', alert: check, by: 'anna' }, '[P2] anna has it: http is critical – web-17'],
  ['automation did not help', { kind: 'escalation', alert: check }, '[P2] Not healed: http is critical – web-17'],
  ['back again', { isAgain: true, alert: check }, '[P2] Again: http is critical – web-17'],
  [
    'a long name gives way, number and place stay',
    { alert: { ...disk, title: 'The data partition of the shop database is nearly full on web-17' } },
    '[P1] The data partition of the s… 93 % (limit 90 %) – web-17',
  ],
];

describe('subjects', () => {
  test.each(subjects)('%s', (_what, more, expected) => expect(composeMessage(facts(more)).subject).toBe(expected));

  test('never longer than 60 characters, never two lines, whatever names come from outside', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 200 }),
        fc.string({ minLength: 1, maxLength: 200 }),
        fc.double({ noNaN: true }),
        (title, host, value) => {
          const { subject } = composeMessage(
            facts({ alert: { ...disk, title, value, labels: { ...disk.labels, host } } }),
          );
          expect(subject.length).toBeLessThanOrEqual(60);
          expect(subject).not.toMatch(/\p{Cc}/u);
        },
      ),
    );
  });
});

test('the body says since when, the value, what changed, what was tried, why you, and where to look', () => {
  const reflexSummary = 'Clean logs did not help: still 93 %';
  const text = mailText(
    composeMessage(
      facts({ alert: { ...disk, reflexSummary }, recentChanges: ['02:50 deploy of shop 4.2'], hostOwner: 'team web' }),
    ),
  );
  expect(text.split('\n')).toEqual([
    'What: Disk nearly full on web-17',
    'Since: 2026-01-05 03:04:00 UTC, for 4 min',
    'Value: 93 %, limit > 90 %',
    'Seen: part_max_used 93 % – limit > 90 %, held for 1 min',
    'Where: web-17, cluster shop',
    'Owner: team web',
    'Changed in the last 2 h: 02:50 deploy of shop 4.2',
    'Already tried: Clean logs did not help: still 93 %',
    'You get this because: Anna is a default contact',
    '',
    'Episode: https://plexus.example.org/problems/0196',
    '',
    'Sent 2026-01-05 03:08:00 UTC',
    '',
  ]);
});

const endings: [string, Partial<AlertRecord>, string][] = [
  ['by itself', {}, 'Ended: by itself'],
  ['by a person', { resolvedBy: 'anna' }, 'Ended: by anna'],
  [
    'by a run',
    { healedByRunId: 'run-1', reflexSummary: 'Restart web healed it, verified: HTTP 200' },
    'Ended: healed by Plexus: Restart web healed it, verified: HTTP 200',
  ],
];
test.each(endings)('a recovery says how it ended: %s', (_what, more, line) => {
  const text = mailText(composeMessage(facts({ kind: 'recovery', alert: { ...ended(check), ...more, pagesSent: 2 } })));
  expect(text).toContain(line);
  expect(text).toContain('lasted 4 min 10 s');
  expect(text).toContain('Pages sent: 2');
});

test('markup in a name stays text in the HTML part', () => {
  const html = mailHtml(composeMessage(facts({ alert: { ...disk, title: '<img src=x onerror=alert(1)>' } })));
  expect(html).not.toContain('<img');
});

test.each([
  [0, '0 s'],
  [59_999, '59 s'],
  [60_000, '1 min'],
  [250_000, '4 min 10 s'],
  [90_061_000, '1 d 1 h'],
])('%d ms reads %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
test.each([
  [93, '%', '93 %'],
  [0.123456, '', '0.1235'],
  [1234567.8, 'B', '1234568 B'],
])('%d %s reads %s', (value, unit, text) => expect(formatValue(value, unit)).toBe(text));
test.each([
  ['abcdef', 4, 'abc…'],
  ['abcd', 4, 'abcd'],
  ['ab😀cd', 4, 'ab…'],
])('%s in %d characters is %s', (text, limit, expected) => expect(shorten(text, limit)).toBe(expected));

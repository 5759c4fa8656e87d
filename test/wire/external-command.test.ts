// External commands: each name of the table with its arguments, what is refused and why, and
// that no line whatever makes the parser throw.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '#wire/external-command-table.ts';
import { parseCommand, parseCommandLine } from '#wire/external-command.ts';

const host = { of: 'host', hostName: 'web-1' };
const service = { of: 'service', hostName: 'web-1', serviceName: 'http' };
const downtime = {
  kind: 'schedule_downtime',
  startAtMs: 1000,
  endAtMs: 9000,
  isFixed: true,
  durationMs: 60_000,
  children: 'none',
  author: 'ann',
  comment: 'disk; again',
};
const TIMES = '1;9;1;0;60;ann;disk; again';

const understood: [text: string, command: Record<string, unknown>][] = [
  [
    'PROCESS_SERVICE_CHECK_RESULT;web-1;http;2;out;put|a=1',
    { kind: 'check_result', target: service, code: 2, output: 'out;put|a=1' },
  ],
  [
    'process_service_check_result;web-1;http;0;a\\nb\\\\nc',
    { kind: 'check_result', target: service, code: 0, output: 'a\nb\\nc' },
  ],
  ['PROCESS_SERVICE_CHECK_RESULT;web-1;http;0', { kind: 'check_result', target: service, code: 0, output: '' }],
  ['PROCESS_HOST_CHECK_RESULT;web-1;1;down', { kind: 'check_result', target: host, code: 1, output: 'down' }],
  ['PROCESS_FILE;/var/spool/x;1', { kind: 'process_file', path: '/var/spool/x', isDeleted: true }],
  ['SCHEDULE_SVC_CHECK;web-1;http;5', { kind: 'schedule_check', target: service, atMs: 5000, isForced: false }],
  ['SCHEDULE_FORCED_HOST_CHECK;web-1;5', { kind: 'schedule_check', target: host, atMs: 5000, isForced: true }],
  [
    'SCHEDULE_FORCED_HOST_SVC_CHECKS;web-1;5',
    { kind: 'schedule_check', target: { of: 'services_of_host', hostName: 'web-1' }, atMs: 5000, isForced: true },
  ],
  [`SCHEDULE_HOST_DOWNTIME;web-1;${TIMES}`, { ...downtime, target: host }],
  [`SCHEDULE_SVC_DOWNTIME;web-1;http;${TIMES}`, { ...downtime, target: service }],
  [
    'SCHEDULE_HOST_DOWNTIME;web-1;1;9;0;7;60;ann;x',
    { ...downtime, target: host, isFixed: false, triggerId: 7, comment: 'x' },
  ],
  [`SCHEDULE_HOST_SVC_DOWNTIME;web-1;${TIMES}`, { ...downtime, target: { of: 'services_of_host', hostName: 'web-1' } }],
  [
    `SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME;web-1;${TIMES}`,
    { ...downtime, target: host, children: 'triggered' },
  ],
  [
    `SCHEDULE_HOSTGROUP_SVC_DOWNTIME;web;${TIMES}`,
    { ...downtime, target: { of: 'services_of_hostgroup', groupName: 'web' } },
  ],
  [
    `SCHEDULE_SERVICEGROUP_HOST_DOWNTIME;shop;${TIMES}`,
    { ...downtime, target: { of: 'hosts_of_servicegroup', groupName: 'shop' } },
  ],
  ['DEL_SVC_DOWNTIME;12', { kind: 'delete_downtime', of: 'service', downtimeId: 12 }],
  ['DEL_DOWNTIME_BY_HOST_NAME;web-1', { kind: 'delete_downtimes', hostName: 'web-1' }],
  [
    'DEL_DOWNTIME_BY_HOST_NAME;web-1;http;5;a;b',
    { kind: 'delete_downtimes', hostName: 'web-1', serviceName: 'http', startAtMs: 5000, comment: 'a;b' },
  ],
  ['DEL_DOWNTIME_BY_HOST_NAME;web-1;;;x', { kind: 'delete_downtimes', hostName: 'web-1', comment: 'x' }],
  [
    'ACKNOWLEDGE_SVC_PROBLEM;web-1;http;2;1;0;ann;seen; it',
    {
      kind: 'acknowledge',
      target: service,
      isSticky: true,
      isNotified: true,
      isPersistent: false,
      author: 'ann',
      comment: 'seen; it',
    },
  ],
  [
    'ACKNOWLEDGE_HOST_PROBLEM_EXPIRE;web-1;1;0;1;77;ann;x',
    {
      kind: 'acknowledge',
      target: host,
      isSticky: false,
      isNotified: false,
      isPersistent: true,
      expiresAtMs: 77_000,
      author: 'ann',
      comment: 'x',
    },
  ],
  ['REMOVE_HOST_ACKNOWLEDGEMENT;web-1', { kind: 'remove_acknowledgement', target: host }],
  [
    'ADD_SVC_COMMENT;web-1;http;1;ann;x',
    { kind: 'add_comment', target: service, isPersistent: true, author: 'ann', comment: 'x' },
  ],
  ['DEL_HOST_COMMENT;3', { kind: 'delete_comment', of: 'host', commentId: 3 }],
  ['DEL_ALL_SVC_COMMENTS;web-1;http', { kind: 'delete_comments', target: service }],
  [
    'SEND_CUSTOM_SVC_NOTIFICATION;web-1;http;6;ann;x',
    {
      kind: 'send_notification',
      target: service,
      isBroadcast: false,
      isForced: true,
      isCounted: true,
      author: 'ann',
      comment: 'x',
    },
  ],
  ['DELAY_HOST_NOTIFICATION;web-1;5', { kind: 'delay_notification', target: host, untilMs: 5000 }],
  ['SET_SVC_NOTIFICATION_NUMBER;web-1;http;0', { kind: 'set_notification_number', target: service, number: 0 }],
  ['DISABLE_SVC_CHECK;web-1;http', { kind: 'switch', what: 'active_checks', isOn: false, target: service }],
  ['ENABLE_PASSIVE_HOST_CHECKS;web-1', { kind: 'switch', what: 'passive_checks', isOn: true, target: host }],
  [
    'DISABLE_HOST_SVC_NOTIFICATIONS;web-1',
    { kind: 'switch', what: 'notifications', isOn: false, target: { of: 'services_of_host', hostName: 'web-1' } },
  ],
  [
    'ENABLE_SERVICEGROUP_PASSIVE_SVC_CHECKS;shop',
    {
      kind: 'switch',
      what: 'passive_checks',
      isOn: true,
      target: { of: 'services_of_servicegroup', groupName: 'shop' },
    },
  ],
  [
    'DISABLE_HOST_AND_CHILD_NOTIFICATIONS;web-1',
    { kind: 'switch', what: 'notifications', isOn: false, target: { of: 'host_and_children', hostName: 'web-1' } },
  ],
  ['STOP_OBSESSING_OVER_SVC;web-1;http', { kind: 'switch', what: 'obsessing', isOn: false, target: service }],
  ['ENABLE_NOTIFICATIONS', { kind: 'switch_program', what: 'notifications', isOn: true }],
  ['STOP_ACCEPTING_PASSIVE_SVC_CHECKS;', { kind: 'switch_program', what: 'passive_service_checks', isOn: false }],
  [
    'CHANGE_NORMAL_SVC_CHECK_INTERVAL;web-1;http;0.5',
    { kind: 'change_number', target: service, setting: 'check_interval', value: 0.5 },
  ],
  [
    'CHANGE_MAX_HOST_CHECK_ATTEMPTS;web-1;4',
    { kind: 'change_number', target: host, setting: 'max_attempts', value: 4 },
  ],
  [
    'CHANGE_HOST_CHECK_COMMAND;web-1;ping!1;2',
    { kind: 'change_text', target: host, setting: 'check_command', value: 'ping!1;2' },
  ],
  [
    'CHANGE_CUSTOM_SVC_VAR;web-1;http;_PORT;80',
    { kind: 'change_variable', target: service, variable: '_PORT', value: '80' },
  ],
  [
    'CHANGE_CUSTOM_CONTACT_VAR;ann;_PAGER;1',
    { kind: 'change_variable', target: { of: 'contact', contactName: 'ann' }, variable: '_PAGER', value: '1' },
  ],
  ['SHUTDOWN_PROGRAM', { kind: 'program', action: 'shutdown' }],
];
test.each(understood)('%s', (text, command) => {
  const name = text.split(';')[0]?.toUpperCase();
  expect(parseCommandLine(`[1700000000] ${text}`)).toEqual({
    ok: true,
    value: { sentAtMs: 1_700_000_000_000, name, command },
  });
});

const refused: [line: string, reason: string, at: number][] = [
  ['', 'no_time', 0],
  ['PROCESS_HOST_CHECK_RESULT;web-1;0;x', 'no_time', 0],
  ['[yesterday] ENABLE_NOTIFICATIONS', 'no_time', 0],
  ['[1]', 'unknown_command', 3],
  ['[1] NO_SUCH_COMMAND;x', 'unknown_command', 4],
  ['[1] PROCESS_HOST_CHECK_RESULT;;0;x', 'no_host', 30],
  ['[1] PROCESS_HOST_CHECK_RESULT;web-1;3;x', 'wrong_code', 36],
  ['[1] PROCESS_SERVICE_CHECK_RESULT;web-1;http;4;x', 'wrong_code', 44],
  ['[1] PROCESS_SERVICE_CHECK_RESULT;web-1', 'no_service', 38],
  ['[1] SCHEDULE_SVC_CHECK;web-1;http;soon', 'wrong_time', 34],
  ['[1] SCHEDULE_HOST_DOWNTIME;web-1;1;9;1;0', 'wrong_duration', 39],
  ['[1] CHANGE_MAX_SVC_CHECK_ATTEMPTS;web-1;http;1001', 'wrong_attempts', 45],
  ['[1] DEL_HOST_COMMENT;1e3', 'wrong_comment_id', 21],
];
test.each(refused)('%j is refused: %s', (line, reason, at) => {
  const read = parseCommandLine(line);
  expect(read).toMatchObject({ ok: false, reason });
  expect(!read.ok && read.at).toBe(at);
});

test('an unknown name is told, cut to 64 characters', () => {
  expect(parseCommandLine(`[1] ${'x'.repeat(100)}`)).toMatchObject({ name: 'X'.repeat(64) });
});

test('a line over 64 KB is refused before it is read', () => {
  expect(parseCommandLine(`[1] ENABLE_NOTIFICATIONS;${'x'.repeat(65_536)}`)).toMatchObject({ reason: 'line_too_long' });
});

describe('whatever comes', () => {
  const names = [...COMMANDS.keys()];
  const argument = fc.oneof(
    fc.constantFrom('', '0', '1', '2', '1700000000', 'web-1', '-1', '9'.repeat(13)),
    fc.string(),
  );

  test('every name answers any arguments with a command or a reason within the line', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.array(argument, { maxLength: 12 }), (name, args) => {
        const text = [name, ...args].join(';');
        const read = parseCommand(text);
        if (read.ok) expect(read.value.name).toBe(name);
        else {
          expect(read.reason).toMatch(/^(no|wrong)_[a-z_]+$/);
          expect(read.at).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 5000 },
    );
  });

  test('a damaged line is a command or a reason', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...understood),
        fc.nat(),
        fc.string({ maxLength: 3 }),
        fc.nat(4),
        ([text], place, put, cut) => {
          const line = `[1] ${text}`;
          const at = place % line.length;
          const read = parseCommandLine(line.slice(0, at) + put + line.slice(at + cut));
          expect(typeof (read.ok ? read.value.name : read.reason)).toBe('string');
        },
      ),
      { numRuns: 3000 },
    );
  });
});

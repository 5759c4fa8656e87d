// Every external command of Nagios that people use, by name, with what it takes
// (checks-and-alerting.md §6; the names are Nagios's own).

import type { CommandArguments } from './external-command-arguments.ts';
import type { CommandTarget, ExternalCommand, ObjectSwitch, ProgramSwitch } from './external-command.ts';

type ReadCommand = (args: CommandArguments) => ExternalCommand;
type Entries = [name: string, read: ReadCommand][];

const OBJECTS = [
  ['HOST', 'host'],
  ['SVC', 'service'],
] as const;

const ON_OFF = [
  ['ENABLE', true],
  ['DISABLE', false],
] as const;
const START_STOP = [
  ['START', true],
  ['STOP', false],
] as const;

type ReadTarget = (args: CommandArguments) => CommandTarget;
const ofHost =
  (of: 'services_of_host' | 'host_and_children'): ReadTarget =>
  (args) => ({ of, hostName: args.text('host') });

/** `HOSTGROUP_HOST`, `SERVICEGROUP_SVC` and so on. */
const GROUPS: [infix: string, target: ReadTarget][] = (['hostgroup', 'servicegroup'] as const).flatMap((group) =>
  OBJECTS.map(([short, long]): [string, ReadTarget] => [
    `${group.toUpperCase()}_${short}`,
    (args) => ({ of: `${long}s_of_${group}`, groupName: args.text('group') }),
  ]),
);

const results: Entries = OBJECTS.map(([, of]) => [
  `PROCESS_${of.toUpperCase()}_CHECK_RESULT`,
  (args) => ({
    kind: 'check_result',
    target: args.object(of),
    code: args.wholeNumber('code', of === 'host' ? 2 : 3),
    output: unescapeOutput(args.rest()),
  }),
]);

const schedules: Entries = ([false, true] as const).flatMap((isForced) =>
  (
    [
      ['SVC_CHECK', (args) => args.service()],
      ['HOST_CHECK', (args) => args.host()],
      ['HOST_SVC_CHECKS', ofHost('services_of_host')],
    ] satisfies [string, ReadTarget][]
  ).map(([what, target]): Entries[number] => [
    `SCHEDULE_${isForced ? 'FORCED_' : ''}${what}`,
    (args) => ({ kind: 'schedule_check', target: target(args), atMs: args.timeMs('time'), isForced }),
  ]),
);

const downtime =
  (target: ReadTarget, children: 'none' | 'same' | 'triggered' = 'none'): ReadCommand =>
  (args) => {
    const read = {
      target: target(args),
      startAtMs: args.timeMs('start'),
      endAtMs: args.timeMs('end'),
      isFixed: args.flag('fixed'),
    };
    const triggerId = args.wholeNumber('trigger_id');
    return {
      kind: 'schedule_downtime',
      ...read,
      ...(triggerId > 0 && { triggerId }),
      durationMs: args.timeMs('duration'),
      children,
      author: args.text('author'),
      comment: args.rest(),
    };
  };

const downtimes: Entries = [
  ['SCHEDULE_HOST_DOWNTIME', downtime((args) => args.host())],
  ['SCHEDULE_SVC_DOWNTIME', downtime((args) => args.service())],
  ['SCHEDULE_HOST_SVC_DOWNTIME', downtime(ofHost('services_of_host'))],
  ['SCHEDULE_AND_PROPAGATE_HOST_DOWNTIME', downtime((args) => args.host(), 'same')],
  ['SCHEDULE_AND_PROPAGATE_TRIGGERED_HOST_DOWNTIME', downtime((args) => args.host(), 'triggered')],
  ...GROUPS.map(([infix, target]): Entries[number] => [`SCHEDULE_${infix}_DOWNTIME`, downtime(target)]),
  ...OBJECTS.map(([short, of]): Entries[number] => [
    `DEL_${short}_DOWNTIME`,
    (args) => ({ kind: 'delete_downtime', of, downtimeId: args.wholeNumber('downtime_id') }),
  ]),
  ['DEL_DOWNTIME_BY_HOST_NAME', deleteDowntimes],
];

function deleteDowntimes(args: CommandArguments): ExternalCommand {
  const hostName = args.text('host');
  const serviceName = args.optionalText();
  const start = args.optionalText();
  const comment = args.rest() || undefined;
  return {
    kind: 'delete_downtimes',
    hostName,
    ...(serviceName !== undefined && { serviceName }),
    ...(start !== undefined && /^\d{1,12}$/.test(start) && start !== '0' && { startAtMs: Number(start) * 1000 }),
    ...(comment !== undefined && { comment }),
  };
}

/** Nagios: 2 = sticky, anything else normal. */
const STICKY = 2;

const acknowledgements: Entries = OBJECTS.flatMap(([short, of]): Entries => {
  const acknowledge =
    (expires: boolean): ReadCommand =>
    (args) => ({
      kind: 'acknowledge',
      target: args.object(of),
      isSticky: args.wholeNumber('sticky') === STICKY,
      isNotified: args.flag('notify'),
      isPersistent: args.flag('persistent'),
      ...(expires && { expiresAtMs: args.timeMs('expire_time') }),
      author: args.text('author'),
      comment: args.rest(),
    });
  return [
    [`ACKNOWLEDGE_${short}_PROBLEM`, acknowledge(false)],
    [`ACKNOWLEDGE_${short}_PROBLEM_EXPIRE`, acknowledge(true)],
    [`REMOVE_${short}_ACKNOWLEDGEMENT`, (args) => ({ kind: 'remove_acknowledgement', target: args.object(of) })],
  ];
});

const comments: Entries = OBJECTS.flatMap(([short, of]): Entries => [
  [
    `ADD_${short}_COMMENT`,
    (args) => ({
      kind: 'add_comment',
      target: args.object(of),
      isPersistent: args.flag('persistent'),
      author: args.text('author'),
      comment: args.rest(),
    }),
  ],
  [`DEL_${short}_COMMENT`, (args) => ({ kind: 'delete_comment', of, commentId: args.wholeNumber('comment_id') })],
  [`DEL_ALL_${short}_COMMENTS`, (args) => ({ kind: 'delete_comments', target: args.object(of) })],
]);

const BROADCAST = 1;
const FORCED = 2;
const INCREMENT = 4;

const notifications: Entries = OBJECTS.flatMap(([short, of]): Entries => [
  [
    `SEND_CUSTOM_${short}_NOTIFICATION`,
    (args) => {
      const target = args.object(of);
      const options = args.wholeNumber('options', 255);
      return {
        kind: 'send_notification',
        target,
        isBroadcast: (options & BROADCAST) !== 0,
        isForced: (options & FORCED) !== 0,
        isCounted: (options & INCREMENT) !== 0,
        author: args.text('author'),
        comment: args.rest(),
      };
    },
  ],
  [
    `DELAY_${short}_NOTIFICATION`,
    (args) => ({ kind: 'delay_notification', target: args.object(of), untilMs: args.timeMs('time') }),
  ],
  [
    `SET_${short}_NOTIFICATION_NUMBER`,
    (args) => ({ kind: 'set_notification_number', target: args.object(of), number: args.wholeNumber('number') }),
  ],
]);

const objectSwitches: [verbs: typeof ON_OFF | typeof START_STOP, name: string, ObjectSwitch, ReadTarget][] = [
  ...OBJECTS.flatMap(([short, of]): [typeof ON_OFF | typeof START_STOP, string, ObjectSwitch, ReadTarget][] => [
    [ON_OFF, `${short}_CHECK`, 'active_checks', (args) => args.object(of)],
    [ON_OFF, `PASSIVE_${short}_CHECKS`, 'passive_checks', (args) => args.object(of)],
    [ON_OFF, `${short}_NOTIFICATIONS`, 'notifications', (args) => args.object(of)],
    [ON_OFF, `${short}_EVENT_HANDLER`, 'event_handler', (args) => args.object(of)],
    [ON_OFF, `${short}_FLAP_DETECTION`, 'flap_detection', (args) => args.object(of)],
    [START_STOP, `OBSESSING_OVER_${short}`, 'obsessing', (args) => args.object(of)],
  ]),
  [ON_OFF, 'HOST_SVC_CHECKS', 'active_checks', ofHost('services_of_host')],
  [ON_OFF, 'HOST_SVC_NOTIFICATIONS', 'notifications', ofHost('services_of_host')],
  [ON_OFF, 'HOST_AND_CHILD_NOTIFICATIONS', 'notifications', ofHost('host_and_children')],
  ...GROUPS.flatMap(([infix, target]): [typeof ON_OFF, string, ObjectSwitch, ReadTarget][] => [
    [ON_OFF, `${infix}_CHECKS`, 'active_checks', target],
    [ON_OFF, `${infix}_NOTIFICATIONS`, 'notifications', target],
    [ON_OFF, infix.replace('_', '_PASSIVE_') + '_CHECKS', 'passive_checks', target],
  ]),
];

const programSwitches: [verbs: typeof ON_OFF | typeof START_STOP, name: string, ProgramSwitch][] = [
  [ON_OFF, 'NOTIFICATIONS', 'notifications'],
  [ON_OFF, 'EVENT_HANDLERS', 'event_handlers'],
  [ON_OFF, 'FLAP_DETECTION', 'flap_detection'],
  [ON_OFF, 'PERFORMANCE_DATA', 'performance_data'],
  ...OBJECTS.flatMap(([short, of]): [typeof ON_OFF | typeof START_STOP, string, ProgramSwitch][] => [
    [START_STOP, `EXECUTING_${short}_CHECKS`, `executing_${of}_checks`],
    [START_STOP, `ACCEPTING_PASSIVE_${short}_CHECKS`, `passive_${of}_checks`],
    [START_STOP, `OBSESSING_OVER_${short}_CHECKS`, `obsessing_${of}_checks`],
    [ON_OFF, `${of.toUpperCase()}_FRESHNESS_CHECKS`, `freshness_${of}_checks`],
  ]),
];

const switches: Entries = [
  ...objectSwitches.flatMap(([verbs, name, what, target]) =>
    verbs.map(([verb, isOn]): Entries[number] => [
      `${verb}_${name}`,
      (args) => ({ kind: 'switch', what, isOn, target: target(args) }),
    ]),
  ),
  ...programSwitches.flatMap(([verbs, name, what]) =>
    verbs.map(([verb, isOn]): Entries[number] => [`${verb}_${name}`, () => ({ kind: 'switch_program', what, isOn })]),
  ),
];

const changes: Entries = OBJECTS.flatMap(([short, of]): Entries => {
  const text = (
    setting: 'check_command' | 'event_handler' | 'check_timeperiod' | 'notification_timeperiod',
  ): ReadCommand => {
    return (args) => ({ kind: 'change_text', target: args.object(of), setting, value: args.rest() });
  };
  const interval =
    (setting: 'check_interval' | 'retry_interval'): ReadCommand =>
    (args) => ({ kind: 'change_number', target: args.object(of), setting, value: args.number('interval') });
  return [
    [`CHANGE_NORMAL_${short}_CHECK_INTERVAL`, interval('check_interval')],
    [`CHANGE_RETRY_${short}_CHECK_INTERVAL`, interval('retry_interval')],
    [
      `CHANGE_MAX_${short}_CHECK_ATTEMPTS`,
      (args) => ({
        kind: 'change_number',
        target: args.object(of),
        setting: 'max_attempts',
        value: args.wholeNumber('attempts', 1000),
      }),
    ],
    [`CHANGE_${short}_CHECK_COMMAND`, text('check_command')],
    [`CHANGE_${short}_EVENT_HANDLER`, text('event_handler')],
    [`CHANGE_${short}_CHECK_TIMEPERIOD`, text('check_timeperiod')],
    [`CHANGE_${short}_NOTIFICATION_TIMEPERIOD`, text('notification_timeperiod')],
    [
      `CHANGE_CUSTOM_${short}_VAR`,
      (args) => ({
        kind: 'change_variable',
        target: args.object(of),
        variable: args.text('variable'),
        value: args.rest(),
      }),
    ],
  ];
});

const program: Entries = (
  [
    ['SAVE_STATE_INFORMATION', 'save_state'],
    ['READ_STATE_INFORMATION', 'read_state'],
    ['RESTART_PROCESS', 'restart'],
    ['RESTART_PROGRAM', 'restart'],
    ['SHUTDOWN_PROCESS', 'shutdown'],
    ['SHUTDOWN_PROGRAM', 'shutdown'],
  ] as const
).map(([name, action]) => [name, () => ({ kind: 'program', action })]);

export const COMMANDS: ReadonlyMap<string, ReadCommand> = new Map([
  ...results,
  ['PROCESS_FILE', (args) => ({ kind: 'process_file', path: args.text('path'), isDeleted: args.flag('delete') })],
  ...schedules,
  ...downtimes,
  ...acknowledgements,
  ...comments,
  ...notifications,
  ...switches,
  ...changes,
  [
    'CHANGE_CUSTOM_CONTACT_VAR',
    (args) => ({
      kind: 'change_variable',
      target: { of: 'contact', contactName: args.text('contact') },
      variable: args.text('variable'),
      value: args.rest(),
    }),
  ],
  ...program,
] satisfies Entries);

/** The command file has one line per result, so senders write newlines as `\n`. */
const unescapeOutput = (text: string): string =>
  text.replaceAll(/\\(n|\\)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : '\\'));

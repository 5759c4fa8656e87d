// The site behind the recorded answers: three hosts with two services each, and one with two
// hundred of which two were ever checked.

import type {
  CheckedRow,
  HostRow,
  LivestatusCollections,
  LivestatusSource,
  LogRow,
  ProgramRow,
  ServiceRow,
  StateSpanRow,
} from '#checks/livestatus/source.ts';

const checked: CheckedRow = {
  displayName: '',
  stateType: 'hard',
  hasBeenChecked: true,
  attempt: 1,
  maxAttempts: 3,
  output: '',
  longOutput: '',
  perfdata: '',
  lastSeenAtMs: {},
  latencyMs: 0,
  executionMs: 0,
  isPassive: false,
  isFlapping: false,
  percentStateChange: 0,
  isAcknowledged: false,
  isAcknowledgementSticky: false,
  downtimeDepth: 0,
  activeChecksEnabled: true,
  passiveChecksEnabled: true,
  notificationsEnabled: true,
  eventHandlerEnabled: true,
  flapDetectionEnabled: true,
  checkFreshness: false,
  checkCommand: 'check-it',
  eventHandler: '',
  checkPeriod: '24x7',
  isInCheckPeriod: true,
  notificationPeriod: '24x7',
  isInNotificationPeriod: true,
  checkIntervalMs: 300_000,
  retryIntervalMs: 60_000,
  notificationIntervalMs: 3_600_000,
  firstNotificationDelayMs: 0,
  notificationNumber: 0,
  groups: [],
  contacts: [],
  contactGroups: [],
  variables: {},
  notes: '',
  notesUrl: '',
  actionUrl: '',
  iconImage: '',
};

export const hostRow = (name: string, more: Partial<HostRow> = {}): HostRow => ({
  ...checked,
  name,
  alias: name,
  address: '127.0.0.1',
  state: 'down',
  lastHardState: 'down',
  parents: [],
  children: [],
  ...more,
});

export const serviceRow = (hostName: string, description: string, more: Partial<ServiceRow> = {}): ServiceRow => ({
  ...checked,
  hostName,
  description,
  state: 'ok',
  lastHardState: 'ok',
  ...more,
});

const PROGRAM: ProgramRow = {
  version: '1.0',
  startedAtMs: 1_700_000_000_000,
  pid: 7,
  notificationsEnabled: true,
  serviceChecksEnabled: true,
  hostChecksEnabled: true,
  passiveServiceChecksEnabled: true,
  passiveHostChecksEnabled: true,
  eventHandlersEnabled: true,
  flapDetectionEnabled: true,
  perfdataEnabled: true,
  serviceChecks: 10,
  serviceChecksPerSec: 0.5,
  hostChecks: 0,
  hostChecksPerSec: 0,
  connections: 0,
  requests: 0,
};

type Collections = { [Name in keyof LivestatusCollections]: LivestatusCollections[Name][] };

export interface SmallSite extends LivestatusSource {
  collections: Collections;
  logRows: LogRow[];
  spans: StateSpanRow[];
  /** Each call that was made: names of collections, `log from–until`. */
  asked: string[];
}

export function smallSite(more: Partial<Collections> = {}): SmallSite {
  const three = ['host0', 'host1', 'host2'];
  const collections: Collections = {
    hosts: [...three, 'pass'].map((name) => hostRow(name)),
    services: [
      ...three.flatMap((host) => ['svc0', 'svc1'].map((name) => serviceRow(host, name))),
      serviceRow('pass', 'p0', { state: 'critical', output: 'CRIT out;put' }),
      serviceRow('pass', 'p1', { state: 'warning' }),
      ...Array.from({ length: 198 }, (_, index) =>
        serviceRow('pass', `p${index + 2}`, { state: 'unknown', hasBeenChecked: false }),
      ),
    ],
    hostGroups: [],
    serviceGroups: [],
    contacts: [],
    contactGroups: [],
    commands: [],
    timePeriods: [],
    downtimes: [],
    comments: [],
    ...more,
  };
  const site: SmallSite = {
    collections,
    logRows: [],
    spans: [],
    asked: [],
    collection(name) {
      site.asked.push(name);
      return collections[name];
    },
    log({ fromMs, untilMs }) {
      site.asked.push(`log ${fromMs}–${untilMs}`);
      return site.logRows.filter(({ atMs }) => atMs >= fromMs && atMs < untilMs);
    },
    stateSpans: () => Promise.resolve(site.spans),
    program: () => PROGRAM,
  };
  return site;
}

// Hosts and services of the running site as Livestatus shows them. Pure: nodes in, rows out.

import type { ObjectNode, HostNode, ServiceNode } from '../../engine/node.ts';
import type { WatchedSite } from '../../engine/site.ts';
import { downtimeDepth } from '../../machine/downtime-window.ts';
import { changePercent } from '../../machine/flapping.ts';
import type { CheckedRow, HostRow, ServiceRow } from '../source.ts';
import type { DefinedObjects } from './defined-objects.ts';

/** What clients call a period that nobody narrowed. */
const ALWAYS = '24x7';

export interface RowFacts {
  site: WatchedSite;
  defined: Pick<DefinedObjects, 'groupsOfHost' | 'membersOfContactGroup'>;
  nowMs: number;
}

/** In the order of the site; `facts` are those of one instant. */
export function checkedRows({ site, defined, nowMs }: RowFacts) {
  const periods = new Map<string, boolean>();
  function isInPeriod(name: string | null): boolean {
    if (name === null) return true;
    let isIn = periods.get(name);
    if (isIn === undefined) periods.set(name, (isIn = site.isInPeriod(name, nowMs)));
    return isIn;
  }

  function checkedRow(node: ObjectNode, groups: readonly string[]): CheckedRow {
    const { definition, settings, current, said } = node;
    const { notifications } = settings;
    const details = definition?.details ?? {};
    const contactGroups = details.contactGroups ?? [];
    const people = contactGroups.flatMap((name) => defined.membersOfContactGroup(name));
    return {
      displayName: details.displayName ?? node.name,
      stateType: current.type,
      hasBeenChecked: current.isChecked,
      attempt: current.attempt,
      maxAttempts: settings.maxAttempts,
      ...said,
      ...given('lastCheckAtMs', current.checkedAtMs),
      ...given('nextCheckAtMs', node.nextCheckAtMs),
      ...given('lastStateChangeAtMs', current.changedAtMs),
      ...given('lastHardStateChangeAtMs', current.hardChangedAtMs),
      lastSeenAtMs: {
        ...(node.lastOkAtMs !== null && { [node.object === 'host' ? 'up' : 'ok']: node.lastOkAtMs }),
        ...(current.checkedAtMs !== null && { [current.state]: current.checkedAtMs }),
      },
      latencyMs: node.latencyMs ?? 0,
      executionMs: node.executionMs ?? 0,
      isPassive: current.isPassive,
      isFlapping: current.isFlapping,
      percentStateChange: changePercent(current.history, site.rules.flapWeights),
      isAcknowledged: current.acknowledgement !== null,
      isAcknowledgementSticky: current.acknowledgement?.isSticky === true,
      downtimeDepth: downtimeDepth(current.downtimes),
      activeChecksEnabled: definition !== undefined && settings.activeChecks,
      passiveChecksEnabled: definition !== undefined && settings.passiveChecks,
      notificationsEnabled: notifications.isEnabled,
      eventHandlerEnabled: false,
      flapDetectionEnabled: settings.flap.isEnabled,
      checkFreshness: settings.freshness.isEnabled,
      checkCommand: details.command ?? definition?.kind ?? '',
      eventHandler: details.eventHandler ?? '',
      checkPeriod: settings.checkPeriod ?? ALWAYS,
      isInCheckPeriod: isInPeriod(settings.checkPeriod),
      notificationPeriod: notifications.period ?? ALWAYS,
      isInNotificationPeriod: isInPeriod(notifications.period),
      checkIntervalMs: settings.intervalMs,
      retryIntervalMs: settings.retryIntervalMs,
      notificationIntervalMs: notifications.intervalSec * 1000,
      firstNotificationDelayMs: notifications.firstDelaySec * 1000,
      ...given('lastNotificationAtMs', current.told.lastAtMs),
      ...given('nextNotificationAtMs', current.told.nextAtMs),
      notificationNumber: current.told.number,
      groups,
      contacts: [...new Set([...(details.contacts ?? []), ...people])],
      contactGroups,
      variables: details.vars ?? {},
      notes: details.notes ?? '',
      notesUrl: details.notesUrl ?? '',
      actionUrl: details.actionUrl ?? '',
      iconImage: '',
    };
  }

  const hostRow = (host: HostNode): HostRow => ({
    ...checkedRow(host, defined.groupsOfHost(host.facts.id)),
    name: host.name,
    alias: host.definition?.details.alias ?? (host.facts.alias || host.name),
    address: host.address,
    state: host.current.state,
    lastHardState: host.current.lastHardState,
    parents: host.parents.map(({ name }) => name),
    children: host.children.map(({ name }) => name),
  });

  const serviceRow = (service: ServiceNode): ServiceRow => ({
    ...checkedRow(service, service.definition.serviceGroups),
    hostName: service.host.name,
    description: service.name,
    state: service.current.state,
    lastHardState: service.current.lastHardState,
  });

  return {
    hosts: (): HostRow[] => [...site.hosts.values()].map(hostRow),
    services: (): ServiceRow[] =>
      [...site.hosts.values()].flatMap((host) => [...host.services.values()].map(serviceRow)),
  };
}

const given = <Key extends string>(key: Key, value: number | null): Partial<Record<Key, number>> =>
  value === null ? {} : ({ [key]: value } as Partial<Record<Key, number>>);

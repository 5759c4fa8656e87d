// Which resources look different after an event: the bridge from the live stream to
// the cached answers. Pure.

import type { TimelineEvent } from '#web/contract/events.ts';
import type { Resource } from './use-api-query.ts';

const BY_FAMILY: Record<string, readonly Resource[]> = {
  alert: ['problems', 'alerts', 'hosts'],
  notification: ['alerts', 'outbox', 'deliveries'],
  check: ['checks', 'problems'],
  downtime: ['downtimes', 'checks', 'problems'],
  reflex: ['problems', 'alerts', 'reflexes'],
  run: ['runs', 'problems', 'releases'],
  task: ['runs'],
  release: ['releases', 'runs'],
  host: ['hosts', 'clusters'],
  agent: ['agents', 'hosts'],
  objects: ['objects', 'checks', 'hosts', 'groups'],
  drift: ['drift', 'desired-states', 'hosts'],
};

/** Kinds of objects as `config.changed` names them. */
const BY_OBJECT: Record<string, readonly Resource[]> = {
  rule: ['rules'],
  contact: ['contacts'],
  check: ['checks'],
  runbook: ['runbooks'],
  reflex: ['reflexes'],
  group: ['groups', 'hosts'],
  host_group: ['groups', 'hosts'],
  host: ['hosts'],
  desired_state: ['desired-states', 'drift'],
  user: ['users'],
  view: ['views'],
  api_token: ['tokens'],
  join_token: ['join-tokens'],
  artifact: ['artifacts'],
};

/** The resources to ask for again; every event is also a line of the timeline. */
export function resourcesTouchedBy(event: Pick<TimelineEvent, 'kind' | 'data'>): readonly Resource[] {
  const family = event.kind.slice(0, event.kind.indexOf('.'));
  if (family === 'config') return ['events', ...(BY_OBJECT[String(event.data['kind'])] ?? [])];
  // A host's report arrives with every change of its processes; only its own page shows it.
  if (event.kind === 'agent.reported') return ['hosts'];
  return ['events', ...(BY_FAMILY[family] ?? [])];
}

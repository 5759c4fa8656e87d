// The rows of a seeded site: what its checks are and say, drawn from a generator that gives
// the same everywhere.

import { HOST_STATES, SERVICE_STATES, type HostState, type ServiceState } from '#kernel/domain/check-state.ts';

export const MINUTE_MS = 60_000;

export const SERVICES = [
  {
    name: 'ssh',
    kind: 'tcp',
    group: 'remote',
    ok: 'SSH OK - OpenSSH_9.2p1 (protocol 2.0)',
    bad: 'connect: no route to host',
  },
  {
    name: 'http',
    kind: 'http',
    group: 'shop',
    ok: 'HTTP OK - 200, 5120 bytes in 0.034 seconds',
    bad: 'HTTP CRITICAL - 502 Bad Gateway',
  },
  { name: 'disk /', kind: 'plugin', group: 'disks', ok: 'DISK OK - 41 GiB free', bad: 'DISK - 93 % used on /' },
  { name: 'load', kind: 'metric', group: '', ok: 'load_one is 0.61', bad: 'load_one is 18.4, above 12' },
  { name: 'memory', kind: 'metric', group: '', ok: '37 % in use', bad: '94 % in use, above 90' },
  { name: 'ntp', kind: 'plugin', group: '', ok: 'NTP OK: offset 0.0004 s', bad: 'NTP: offset 3.2 s' },
  { name: 'backup', kind: 'heartbeat', group: 'nightly', ok: 'last beat 3 h ago', bad: 'no beat for 31 h' },
  { name: 'postgres', kind: 'sql', group: 'databases', ok: 'answered in 3 ms', bad: 'too many connections' },
] as const;

/** Park and Miller's generator: small, and the same everywhere. */
export function createRandom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

export interface StateSeed {
  id: string;
  state: ServiceState | HostState | 'pending';
  output: string;
  isSoft: boolean;
  acknowledged: 'none' | 'normal' | 'sticky';
  downtimeDepth: number;
  mutedBy: string | null;
  isFlapping: boolean;
  isStale: boolean;
  sinceMs: number;
  latencyMs: number;
  executionMs: number;
  via: string;
}

export function seedState(
  state: StateSeed['state'],
  output: string,
  random: () => number,
  nowMs: number,
): Omit<StateSeed, 'id'> {
  const isProblem = !['ok', 'up', 'pending'].includes(state);
  const isAcknowledged = isProblem && random() < 0.25;
  const isInDowntime = isProblem && !isAcknowledged && random() < 0.15;
  return {
    state,
    output,
    isSoft: isProblem && random() < 0.15,
    acknowledged: isAcknowledged ? 'normal' : 'none',
    downtimeDepth: isInDowntime ? 1 : 0,
    mutedBy: isAcknowledged ? 'acknowledged' : isInDowntime ? 'downtime' : null,
    isFlapping: isProblem && random() < 0.08,
    isStale: random() < 0.01,
    sinceMs: nowMs - Math.floor(random() ** 3 * 30 * 24 * 60) * MINUTE_MS - 30_000,
    latencyMs: Math.floor(random() * 40),
    executionMs: Math.floor(random() ** 4 * 2500) + 3,
    via: 'active',
  };
}

export const checkRow = (
  check: {
    id: string;
    hostId: string;
    object: 'host' | 'service';
    name: string;
    kind: string;
    groups: string[];
    owner: string | null;
  },
  createdMs: number,
) => ({
  id: check.id,
  host_id: check.hostId,
  object: check.object,
  name: check.name,
  kind: check.kind,
  spec: JSON.stringify(check.kind === 'tcp' ? { port: 22 } : {}),
  service_groups: check.groups,
  owner: check.owner,
  interval_sec: 60,
  retry_interval_sec: 15,
  max_attempts: 3,
  timeout_sec: 10,
  created_at_ms: createdMs,
  updated_at_ms: createdMs,
});

export const stateRow = (seed: StateSeed, nowMs: number) => {
  const isPending = seed.state === 'pending';
  return {
    check_id: seed.id,
    state: seed.state,
    state_type: seed.isSoft ? 'soft' : 'hard',
    attempt: seed.isSoft ? 2 : ['ok', 'up', 'pending'].includes(seed.state) ? 1 : 3,
    output: seed.output,
    long_output: seed.state === 'critical' ? 'first attempt: no answer\nsecond attempt: no answer' : '',
    perfdata: isPending ? '' : 'time=0.034s;1;2;0;10 used=41%;80;90;0;100',
    machine: '{}',
    acknowledged: seed.acknowledged,
    downtime_depth: seed.downtimeDepth,
    muted_by: seed.mutedBy,
    is_flapping: seed.isFlapping,
    via: seed.via,
    checked_by: 'checker-1',
    last_check_at_ms: isPending ? null : nowMs - 20_000,
    last_change_at_ms: isPending ? null : seed.sinceMs,
    last_hard_change_at_ms: isPending ? null : seed.sinceMs,
    next_check_at_ms: seed.isStale ? nowMs - 10 * MINUTE_MS : nowMs + 30 * MINUTE_MS,
    latency_ms: isPending ? null : seed.latencyMs,
    execution_ms: isPending ? null : seed.executionMs,
  };
};

export function ringOf(
  object: 'host' | 'service',
  seed: Omit<StateSeed, 'id'>,
  nowMs: number,
  random: () => number,
): string {
  if (seed.state === 'pending') return '[]';
  const states: readonly string[] = object === 'host' ? HOST_STATES : SERVICE_STATES;
  const now = states.indexOf(seed.state);
  const changedAgo = Math.ceil((nowMs - seed.sinceMs) / MINUTE_MS);
  const entries = Array.from({ length: 90 }, (_, at) => {
    const ago = 90 - at;
    const isBefore = ago > changedAgo || (seed.isFlapping && random() < 0.4);
    const code = isBefore ? (now === 0 && random() < 0.04 ? 1 : 0) : now;
    return [nowMs - ago * MINUTE_MS, code, 'hard', code === now ? seed.output : ''];
  });
  return JSON.stringify(entries);
}

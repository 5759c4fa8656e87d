// The live connections of this gateway process, one per agent, and their pulse.

import type { Clock, Timer } from '#kernel/clock.ts';
import { DEAD_LINK_MS, HEARTBEAT_MS, type ToAgent } from '#wire/agent-channel.ts';

export interface AgentSession {
  readonly agentId: string;
  readonly connectedAtMs: number;
  /** Opens the artifact endpoint. */
  readonly token: string;
  /** Dropped silently when the link is gone: whatever matters is sent again. */
  send(message: ToAgent): void;
  ping(): void;
  /** Monotonic instant of the last sign of life. */
  heardMs(): number;
  /** Ends the connection; `code` tells the agent why, when it is to know. */
  close(reason: string, code?: Extract<ToAgent, { kind: 'rejected' }>['code']): void;
}

export interface Hub {
  readonly size: number;
  get(agentId: string): AgentSession | undefined;
  byToken(token: string): AgentSession | undefined;
  agentIds(): string[];
  /** Takes the session in; the one it replaces is closed. */
  add(session: AgentSession): void;
  /** False when the session had been replaced before, or the hub has stopped. */
  remove(session: AgentSession): boolean;
  /** Starts pinging; a session that is silent for three beats is closed. */
  start(): void;
  stop(reason: string): void;
}

export function createHub(deps: { clock: Clock }): Hub {
  const sessions = new Map<string, AgentSession>();
  const tokens = new Map<string, AgentSession>();
  let pulse: Timer | undefined;

  function beat(): void {
    const nowMs = deps.clock.monotonicMs();
    for (const session of sessions.values()) {
      if (nowMs - session.heardMs() > DEAD_LINK_MS) session.close('no sign of life for 30 s');
      else session.ping();
    }
  }

  return {
    get size() {
      return sessions.size;
    },
    get: (agentId) => sessions.get(agentId),
    byToken: (token) => tokens.get(token),
    agentIds: () => [...sessions.keys()],
    add(session) {
      const older = sessions.get(session.agentId);
      if (older) tokens.delete(older.token);
      sessions.set(session.agentId, session);
      tokens.set(session.token, session);
      older?.close('replaced by a newer session', 'replaced');
    },
    remove(session) {
      tokens.delete(session.token);
      if (sessions.get(session.agentId) !== session) return false;
      return sessions.delete(session.agentId);
    },
    start() {
      pulse ??= deps.clock.every(HEARTBEAT_MS, beat);
    },
    stop(reason) {
      pulse?.cancel();
      const last = [...sessions.values()];
      sessions.clear();
      tokens.clear();
      for (const session of last) session.close(reason);
    },
  };
}

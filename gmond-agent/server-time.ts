// The server's clock as this agent knows it: told at each handshake, carried on by
// the monotonic clock, so that a host with a wrong or stepping clock neither
// refuses good requests nor accepts expired ones.

import type { Clock } from '#kernel/clock.ts';

export interface ServerTime {
  nowMs(): number;
  /** Server time minus ours, milliseconds. */
  skewMs(): number;
  heard(serverTimeMs: number): void;
  /** What an earlier life knew; ignored once a handshake was heard. */
  assume(skewMs: number): void;
}

export function createServerTime(clock: Clock): ServerTime {
  let told: { serverMs: number; tickMs: number } | undefined;
  let assumedSkewMs = 0;
  const nowMs = () =>
    Math.round(told ? told.serverMs + clock.monotonicMs() - told.tickMs : clock.nowMs() + assumedSkewMs);
  return {
    nowMs,
    skewMs: () => nowMs() - Math.round(clock.nowMs()),
    heard(serverTimeMs) {
      told = { serverMs: serverTimeMs, tickMs: clock.monotonicMs() };
    },
    assume(skewMs) {
      assumedSkewMs = skewMs;
    },
  };
}

// The door to ping URLs, for whoever serves them.

import type { Actor } from '#kernel/domain/actor.ts';

export interface Ping {
  /** 'start' announces a run; a number is the exit code of one that has ended, 0 = success. */
  what: 'start' | number;
  /** Kept as the long output of the check; cut. */
  output: string;
}

export interface HeartbeatsApi {
  /**
   * Makes the token of the check's ping URL and returns it, this once; one that was there before counts no more.
   * Throws `not_found`, or `not_a_heartbeat` (409) for checks of another kind.
   */
  makeToken(actor: Actor, checkId: string): Promise<string>;
  /** Takes a ping and has the check looked at; false for a token that nobody has. */
  ping(token: string, ping: Ping): Promise<boolean>;
}

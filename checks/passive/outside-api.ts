// The door to results and orders from outside, for whoever serves them over HTTP.

import type { Actor } from '#kernel/domain/actor.ts';
import type { HostState, ServiceState } from '#kernel/domain/check-state.ts';
import type { PassiveVerdict } from './door.ts';
import type { NrdpReply } from './nrdp.ts';

/** Exactly one of `state` and `code`. */
export interface NamedResult {
  /** Name, or address. */
  host: string;
  /** Absent = the result is of the host itself. */
  service?: string;
  /** A word of the kind of object that it is about. */
  state?: ServiceState | HostState;
  code?: number;
  output: string;
  /** Default now; an instant to come counts as now. */
  atMs?: number;
}

export interface OutsideApi {
  /** In the order given. Throws `no_checker` (503) in a process that runs no checks. */
  submitResults(results: readonly NamedResult[]): PassiveVerdict[];
  /**
   * The fields of an NRDP post, and whose a token is; undefined for one that may not send. Rejects with `no_checker`
   * (503), or with a failure of the database.
   */
  nrdp(form: ReadonlyMap<string, string>, actorOf: (token: string) => Promise<Actor | undefined>): Promise<NrdpReply>;
}

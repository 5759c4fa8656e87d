// The one door for results and orders that come from outside: NSCA, NRDP, the command file,
// Livestatus and the API all knock here.

import type { Actor } from '#kernel/domain/actor.ts';
import type { ExternalCommand } from '#wire/external-command.ts';

export type PassiveVia = 'nsca' | 'nrdp' | 'command_file' | 'livestatus' | 'api';

export interface PassiveResult {
  hostName: string;
  /** Absent = the result is of the host itself. */
  serviceName?: string;
  /** Plugin exit code as it was sent; what is no state is for the door to judge. */
  code: number;
  /** As a plugin writes it: first line, long text, perfdata. */
  output: string;
  atMs: number;
  via: PassiveVia;
}

/**
 * `full`: the queue of results is full; the sender may try again where its protocol lets it. `passive_off`: the object
 * takes no results from outside. `wrong_code`: a host is 0, 1 or 2.
 */
export type PassiveVerdict = 'taken' | 'unknown_host' | 'unknown_service' | 'passive_off' | 'wrong_code' | 'full';

export interface PassiveDoor {
  /** Never throws, never waits. */
  submitResult(result: PassiveResult): PassiveVerdict;
  /**
   * Never called with a result or a file to process: those are resolved before. Rejects with an AppError. `actor`:
   * who is known to have sent it, where the way has more to tell than its own name.
   */
  command(command: ExternalCommand, via: PassiveVia, actor?: Actor): Promise<void> | void;
}

// A door that keeps what it was given and knows a few hosts.

import type { PassiveDoor, PassiveResult, PassiveVia } from '#checks/passive/door.ts';
import type { ExternalCommand } from '#wire/external-command.ts';

export interface RecordingDoor extends PassiveDoor {
  results: PassiveResult[];
  commands: { command: ExternalCommand; via: PassiveVia }[];
}

export function recordingDoor(hosts: string[] = ['web-1', 'db']): RecordingDoor {
  const results: PassiveResult[] = [];
  const commands: { command: ExternalCommand; via: PassiveVia }[] = [];
  return {
    results,
    commands,
    submitResult(result) {
      if (!hosts.includes(result.hostName)) return 'unknown_host';
      results.push(result);
      return 'taken';
    },
    command: (command, via) => void commands.push({ command, via }),
  };
}

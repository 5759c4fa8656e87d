// What people who push results wait for with Nagios and Icinga: from a line in the command file to
// the notification command, which writes the name of the service into a pipe of the bench.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { systemClock } from '#kernel/clock.ts';
import { peerPath } from '#test/support/peer.ts';
import { openPeerFolder, startPeer } from './peer-process.ts';

const READY_MS = 20_000;
const TOLD_MS = 10_000;
const clock = systemClock();

export interface PassivePeer {
  name: string;
  program: string;
  /** Writes the configuration and returns how it is started; results are written to `commands`, names told by `tell`. */
  configure(place: { folder: string; commands: string; tell: (macro: string) => string; services: number }): string[];
}

export const PASSIVE_PEERS: readonly PassivePeer[] = [
  { name: 'Nagios', program: 'nagios4', configure: configureNagios },
  { name: 'Icinga', program: 'icinga2', configure: configureIcinga },
];

/** Milliseconds of each round; undefined where the peer is not installed. */
export async function tookPeer(peer: PassivePeer, rounds: number): Promise<number[] | undefined> {
  const program = peerPath(peer.program);
  if (program === undefined) return undefined;
  const folder = openPeerFolder(peer.program);
  const commands = path.join(folder, 'run', 'commands');
  const pipe = path.join(folder, 'told');
  for (const name of ['run', 'data', 'log', 'cache', 'spool']) {
    mkdirSync(path.join(folder, name));
    chmodSync(path.join(folder, name), 0o777);
  }
  spawnSync('mkfifo', ['-m', '666', pipe]);
  const told = listenTo(pipe);
  const tell = (macro: string): string => `echo ${macro} > ${pipe}`;
  const process = startPeer(program, peer.configure({ folder, commands, tell, services: rounds }));
  const interrupted = (): void => void process.stop().finally(() => rmSync(folder, { recursive: true, force: true }));
  globalThis.process.once('SIGTERM', interrupted);
  try {
    await until('the command file is there', () => existsSync(commands), READY_MS);
    await clock.sleep(2000);
    return await measure(commands, told.at, rounds);
  } finally {
    globalThis.process.off('SIGTERM', interrupted);
    told.stop();
    await process.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(commands: string, told: ReadonlyMap<string, number>, rounds: number): Promise<number[]> {
  const took: number[] = [];
  const file = openSync(commands, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    for (let round = 0; round < rounds; round++) {
      // At changing distances, so that no timer is always just missed or just hit.
      await clock.sleep((round * 37) % 100);
      const name = `passive-${round}`;
      const sentTick = clock.monotonicMs();
      const second = Math.floor(clock.nowMs() / 1000);
      writeSync(file, `[${second}] PROCESS_SERVICE_CHECK_RESULT;bench;${name};2;pushed by the bench\n`);
      await until(`${name} is told of`, () => told.has(name), TOLD_MS);
      took.push((told.get(name) ?? NaN) - sentTick);
    }
  } finally {
    closeSync(file);
  }
  return took;
}

/** Opened for both directions: it does not end when a writer leaves. */
function listenTo(pipe: string): { at: ReadonlyMap<string, number>; stop(): void } {
  const at = new Map<string, number>();
  const socket = new net.Socket({ fd: openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK), writable: false });
  socket.on('data', (chunk: Buffer) => {
    const tick = clock.monotonicMs();
    for (const [name] of chunk.toString().matchAll(/passive-\d+/g)) if (!at.has(name)) at.set(name, tick);
  });
  return { at, stop: () => void socket.destroy() };
}

async function until(what: string, holds: () => boolean, longestMs: number): Promise<void> {
  for (const startTick = clock.monotonicMs(); !holds(); await clock.sleep(0.5))
    if (clock.monotonicMs() - startTick > longestMs) throw new Error(`did not happen within ${longestMs} ms: ${what}`);
}

function configureNagios({ folder, commands, tell, services }: Parameters<PassivePeer['configure']>[0]): string[] {
  const file = (name: string): string => path.join(folder, 'run', name);
  const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
  const common = `max_check_attempts 1
  check_command tell
  active_checks_enabled 0
  check_period always
  notification_period always
  notification_options u,c,r
  contacts bench
}`;
  writeFileSync(
    file('objects.cfg'),
    `define timeperiod {
  timeperiod_name always
  alias always
${days.map((day) => `  ${day} 00:00-24:00`).join('\n')}
}
define command {
  command_name tell
  command_line ${tell('$SERVICEDESC$')}
}
define contact {
  contact_name bench
  host_notification_period always
  service_notification_period always
  host_notification_commands tell
  service_notification_commands tell
  host_notification_options d,u,r
  service_notification_options u,c,r
}
define host {
  host_name bench
  address 127.0.0.1
  ${common.replace('u,c,r', 'd,u,r')}
${Array.from({ length: services }, (_, at) => `define service {\n  host_name bench\n  service_description passive-${at}\n  ${common}`).join('\n')}
`,
  );
  const names = ['log_file', 'object_cache_file', 'status_file', 'lock_file', 'temp_file', 'query_socket'];
  writeFileSync(
    file('nagios.cfg'),
    `cfg_file=${file('objects.cfg')}
${names.map((name) => `${name}=${file(name)}`).join('\n')}
command_file=${commands}
check_result_path=${path.join(folder, 'spool')}
temp_path=${folder}
nagios_user=nagios
nagios_group=nagios
check_external_commands=1
enable_notifications=1
retain_state_information=0
check_for_updates=0
use_syslog=0
illegal_macro_output_chars=\`~$&|'"<>
`,
  );
  return [file('nagios.cfg')];
}

function configureIcinga({ folder, commands, tell, services }: Parameters<PassivePeer['configure']>[0]): string[] {
  const file = (name: string): string => path.join(folder, name);
  writeFileSync(
    file('icinga2.conf'),
    `object CheckerComponent "checker" {}
object NotificationComponent "notification" {}
object ExternalCommandListener "command" { command_path = "${commands}" }
object CheckCommand "none" { command = [ "/bin/true" ] }
object NotificationCommand "tell" { command = [ "/bin/sh", "-c", "${tell('$service.name$')}" ] }
object User "bench" {}
object Host "bench" { check_command = "none", enable_active_checks = false }
for (s in range(${services})) {
  object Service "passive-" + s {
    host_name = "bench"
    check_command = "none"
    enable_active_checks = false
    max_check_attempts = 1
  }
}
apply Notification "tell" to Service {
  command = "tell"
  users = [ "bench" ]
  interval = 0
  assign where true
}
`,
  );
  const constant = (name: string, folderName: string): string[] => ['-D', `${name}=${file(folderName)}`];
  return [
    ...['daemon', '-c', file('icinga2.conf'), '-x', 'critical'],
    ...constant('DataDir', 'data'),
    ...constant('LogDir', 'log'),
    ...constant('CacheDir', 'cache'),
    ...constant('InitRunDir', 'run'),
    ...constant('SpoolDir', 'spool'),
  ];
}

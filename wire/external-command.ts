// One line of the Nagios command file, `[time] NAME;argument;…`, as a typed order or a reason.
// What each name takes is external-command-table.ts.

import { COMMANDS } from './external-command-table.ts';
import { createCommandArguments, Refusal } from './external-command-arguments.ts';

export interface HostRef {
  of: 'host';
  /** A name; for results also an address. */
  hostName: string;
}
export interface ServiceRef {
  of: 'service';
  hostName: string;
  serviceName: string;
}
export type ObjectRef = HostRef | ServiceRef;

/** What an order is about; all but the first two stand for several objects. */
export type CommandTarget =
  | ObjectRef
  | { of: 'services_of_host' | 'host_and_children'; hostName: string }
  | {
      of: 'hosts_of_hostgroup' | 'services_of_hostgroup' | 'hosts_of_servicegroup' | 'services_of_servicegroup';
      groupName: string;
    };

/** What can be switched per object. */
export type ObjectSwitch =
  'active_checks' | 'passive_checks' | 'notifications' | 'event_handler' | 'flap_detection' | 'obsessing';

export type ProgramSwitch =
  | 'notifications'
  | 'event_handlers'
  | 'flap_detection'
  | 'performance_data'
  | `${'executing' | 'passive' | 'obsessing' | 'freshness'}_${'host' | 'service'}_checks`;

export type ExternalCommand =
  /** `output` is unescaped: it may have several lines and perfdata. `code` is 0 to 3, of hosts 0 to 2. */
  | { kind: 'check_result'; target: ObjectRef; code: number; output: string }
  | { kind: 'process_file'; path: string; isDeleted: boolean }
  | { kind: 'schedule_check'; target: CommandTarget; atMs: number; isForced: boolean }
  | {
      kind: 'schedule_downtime';
      target: CommandTarget;
      startAtMs: number;
      endAtMs: number;
      isFixed: boolean;
      /** Begins with that downtime instead of at a problem of its own. */
      triggerId?: number;
      /** Of a flexible downtime, from its trigger on. */
      durationMs: number;
      /** The hosts below: left alone, down for the same time, or triggered by this one. */
      children: 'none' | 'same' | 'triggered';
      author: string;
      comment: string;
    }
  | { kind: 'delete_downtime'; of: 'host' | 'service'; downtimeId: number }
  /** Absent = any. */
  | { kind: 'delete_downtimes'; hostName?: string; serviceName?: string; startAtMs?: number; comment?: string }
  | {
      kind: 'acknowledge';
      target: ObjectRef;
      /** Stays until the recovery, not only until the next change of state. */
      isSticky: boolean;
      isNotified: boolean;
      isPersistent: boolean;
      expiresAtMs?: number;
      author: string;
      comment: string;
    }
  | { kind: 'remove_acknowledgement'; target: ObjectRef }
  | { kind: 'add_comment'; target: ObjectRef; isPersistent: boolean; author: string; comment: string }
  | { kind: 'delete_comment'; of: 'host' | 'service'; commentId: number }
  | { kind: 'delete_comments'; target: ObjectRef }
  | {
      kind: 'send_notification';
      target: ObjectRef;
      isBroadcast: boolean;
      isForced: boolean;
      isCounted: boolean;
      author: string;
      comment: string;
    }
  | { kind: 'delay_notification'; target: ObjectRef; untilMs: number }
  | { kind: 'set_notification_number'; target: ObjectRef; number: number }
  | { kind: 'switch'; what: ObjectSwitch; isOn: boolean; target: CommandTarget }
  | { kind: 'switch_program'; what: ProgramSwitch; isOn: boolean }
  /** Intervals are in units of interval_length, a minute unless the site says otherwise. */
  | {
      kind: 'change_number';
      target: ObjectRef;
      setting: 'check_interval' | 'retry_interval' | 'max_attempts';
      value: number;
    }
  | {
      kind: 'change_text';
      target: ObjectRef;
      setting: 'check_command' | 'event_handler' | 'check_timeperiod' | 'notification_timeperiod';
      value: string;
    }
  | {
      kind: 'change_variable';
      target: ObjectRef | { of: 'contact'; contactName: string };
      variable: string;
      value: string;
    }
  | { kind: 'program'; action: 'save_state' | 'read_state' | 'restart' | 'shutdown' };

export type CommandReading<Read> =
  | { ok: true; value: Read }
  /** `name` is there for an unknown command, cut to 64 characters. `at` counts characters. */
  | { ok: false; reason: string; at: number; name?: string };

export interface CommandLine {
  sentAtMs: number;
  /** In capitals. */
  name: string;
  command: ExternalCommand;
}

const MAX_LINE_CHARS = 65_536;
const STAMP = /^\s*\[\s*(\d{1,12})(?:\.\d*)?\s*\]\s*/;

/** A line without its newline. Never throws. Grammar: checks-and-alerting.md §6. */
export function parseCommandLine(line: string): CommandReading<CommandLine> {
  if (line.length > MAX_LINE_CHARS) return { ok: false, reason: 'line_too_long', at: MAX_LINE_CHARS };
  const stamp = STAMP.exec(line);
  if (!stamp) return { ok: false, reason: 'no_time', at: 0 };
  const [{ length: at }, seconds] = [stamp[0], stamp[1]];
  const read = parseCommand(line.slice(at));
  if (!read.ok) return { ...read, at: read.at + at };
  return { ok: true, value: { sentAtMs: Number(seconds) * 1000, ...read.value } };
}

/** What stands behind the time. Never throws. */
export function parseCommand(text: string): CommandReading<Omit<CommandLine, 'sentAtMs'>> {
  if (text.length > MAX_LINE_CHARS) return { ok: false, reason: 'line_too_long', at: MAX_LINE_CHARS };
  const end = text.indexOf(';');
  const name = (end === -1 ? text : text.slice(0, end)).trim().toUpperCase();
  const read = COMMANDS.get(name);
  if (!read) return { ok: false, reason: 'unknown_command', at: 0, name: name.slice(0, 64) };
  try {
    return { ok: true, value: { name, command: read(createCommandArguments(text, end === -1 ? text.length : end)) } };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.message, at: error.at };
    throw error;
  }
}

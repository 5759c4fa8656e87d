// Table status: the one row about the program.

import { flag, float, int, text, time, type Table } from '../column.ts';
import type { ProgramRow } from '../source.ts';

/** Clients choose their columns by it; this is the oldest that has all of ours. */
const LIVESTATUS_VERSION = '1.2.8';

export const status: Table<ProgramRow> = {
  name: 'status',
  prefix: 'status_',
  columns: [
    text('program_version', (row) => row.version),
    text('livestatus_version', () => LIVESTATUS_VERSION),
    time('program_start', (row) => row.startedAtMs),
    int('nagios_pid', (row) => row.pid),
    flag('enable_notifications', (row) => row.notificationsEnabled),
    flag('execute_service_checks', (row) => row.serviceChecksEnabled),
    flag('execute_host_checks', (row) => row.hostChecksEnabled),
    flag('accept_passive_service_checks', (row) => row.passiveServiceChecksEnabled),
    flag('accept_passive_host_checks', (row) => row.passiveHostChecksEnabled),
    flag('enable_event_handlers', (row) => row.eventHandlersEnabled),
    flag('enable_flap_detection', (row) => row.flapDetectionEnabled),
    flag('process_performance_data', (row) => row.perfdataEnabled),
    flag('obsess_over_services', () => false),
    flag('obsess_over_hosts', () => false),
    flag('check_service_freshness', () => true),
    flag('check_host_freshness', () => true),
    flag('check_external_commands', () => true),
    time('last_command_check', (_, { nowMs }) => nowMs),
    time('last_log_rotation', () => undefined),
    int('interval_length', () => 60),
    int('service_checks', (row) => row.serviceChecks),
    float('service_checks_rate', (row) => row.serviceChecksPerSec),
    int('host_checks', (row) => row.hostChecks),
    float('host_checks_rate', (row) => row.hostChecksPerSec),
    int('connections', (row) => row.connections),
    int('requests', (row) => row.requests),
    int('num_hosts', (_, world) => world.all('hosts').length, 'hosts'),
    int('num_services', (_, world) => world.all('services').length, 'services'),
    int('cached_log_messages', () => 0),
  ],
  needs: [],
  rows: async ({ source }) => [await source.program()],
};

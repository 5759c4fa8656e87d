// Every kind of check there is, with what some of them need from the rest of Plexus.

import type { PluginRunner } from '../plugin-runner/plugin-runner.ts';
import type { InventoryApi } from '#inventory/api.ts';
import type { Db } from '#store/postgres.ts';
import { createAskAgent, type AskAgentDeps } from '../agent/agent-requests.ts';
import { createReadHeartbeat } from '../heartbeat/heartbeats.ts';
import { createAgentClockKind } from './agent-clock.ts';
import { createAgentPluginKind } from './agent-plugin.ts';
import { createAgentProcessKind } from './agent-process.ts';
import { createAgentServiceKind } from './agent-service.ts';
import type { CheckKind } from './check-kind.ts';
import { createCompositeKind, type FindStates } from './composite/composite.ts';
import { createStoredStates } from './composite/stored-states.ts';
import { createHeartbeatKind } from './heartbeat.ts';
import { dnsKind } from './dns.ts';
import { httpKind } from './http.ts';
import { createHostGroups, type HostGroupsDeps } from './host-groups.ts';
import { createMetricKind } from './metric/metric.ts';
import type { LatestMetric, QueryHistory } from './metric/metric-sources.ts';
import { createNrpeKind } from './nrpe.ts';
import { ntpKind } from './ntp.ts';
import { passiveKind } from './passive.ts';
import { createPingKind } from './ping.ts';
import { createPluginKind } from './plugin.ts';
import { createSelfKind, type ReadSelf } from './self.ts';
import { smtpKind } from './smtp.ts';
import { snmpKind } from './snmp.ts';
import { sqlKind } from './sql.ts';
import { sshKind } from './ssh.ts';
import { tcpKind } from './tcp.ts';

export interface KindDeps extends HostGroupsDeps, AskAgentDeps {
  db: Db;
  inventory: HostGroupsDeps['inventory'] & Pick<InventoryApi, 'getHost'>;
  /** Where states are at hand; else they are read from the database. */
  findStates?: FindStates;
  latestMetric: LatestMetric;
  queryHistory: QueryHistory;
  readSelf: ReadSelf;
  pluginRunner: Pick<PluginRunner, 'run'>;
}

export function createKinds(deps: KindDeps): CheckKind[] {
  const askAgent = createAskAgent(deps);
  return [
    createPluginKind(deps.pluginRunner),
    tcpKind,
    httpKind,
    createPingKind(),
    dnsKind,
    smtpKind,
    sshKind,
    ntpKind,
    snmpKind,
    sqlKind,
    createMetricKind({ ...deps, ...createHostGroups(deps) }),
    createCompositeKind(deps.findStates ?? createStoredStates(deps.db)),
    createHeartbeatKind(createReadHeartbeat(deps.db)),
    createAgentPluginKind(askAgent),
    createAgentProcessKind(askAgent),
    createAgentServiceKind(deps),
    createAgentClockKind(askAgent),
    createSelfKind(deps.readSelf),
    createNrpeKind(),
    passiveKind,
  ];
}

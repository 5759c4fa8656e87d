// Builds the parts on the stores and joins them: who hears whose samples, who asks
// whom. The only place that knows all of them.

import os from 'node:os';
import path from 'node:path';
import type { Clock } from '#kernel/clock.ts';
import type { Sample } from '#kernel/domain/metric.ts';
import type { Logger } from '#kernel/log.ts';
import type { Service } from '#kernel/service.ts';
import { createAlerting } from '#alerting/service.ts';
import type { ReadSelf } from '#checks/kinds/self.ts';
import { createObjects } from '#checks/objects-store/service.ts';
import { createChecks } from '#checks/service.ts';
import type { ListenEntry } from '#collector/listener.ts';
import { createCarbonExport } from '#collector/export/carbon.ts';
import { createCollector, type Collector, type CollectorOptions } from '#collector/service.ts';
import { createGateway } from '#gateway/service.ts';
import { createInventory } from '#inventory/service.ts';
import { createRemediation } from '#remediation/service.ts';
import { createCollectorLeases } from './collector-leases.ts';
import type { PortSetting } from './settings-collector.ts';
import { outsideOf } from './settings-monitoring.ts';
import type { Settings } from './settings.ts';
import type { Stores } from './stores.ts';
import { VERSION } from './version.ts';

export type Parts = ReturnType<typeof createParts>;

interface Deps {
  clock: Clock;
  log: Logger;
  stores: Stores;
  /** Hears every batch besides history and rules: the live feed of the console. */
  onSamples(samples: readonly Sample[]): void;
  /** What the self-health page says; asked for only later. */
  readSelf: ReadSelf;
}

function listenEntries(settings: Settings): ListenEntry[] {
  return settings.listen.map(({ bind, multicastGroup, xml, ...entry }) => ({
    ...entry,
    ...(bind !== undefined && { udpHost: bind }),
    ...(multicastGroup !== undefined && { multicast: multicastGroup }),
    ...(xml && {
      xmlPort: xml.port,
      xmlPortRequired: xml.explicit,
      xmlGzip: xml.gzip,
      ...(xml.host !== undefined && { xmlHost: xml.host }),
      ...(xml.acl && { xmlAcl: xml.acl }),
    }),
  }));
}

function gridOptions({ grid }: Settings): NonNullable<CollectorOptions['grid']> {
  const { host: bind, xml, queries, ...rest } = grid;
  const port = ({ port, explicit: required }: PortSetting) => ({ port, required });
  return { ...rest, bind, xml: port(xml), queries: port(queries) };
}

export function createParts(settings: Settings, deps: Deps) {
  const { clock, log, stores } = deps;
  const { notifications, eventWriter, queue, sealer, history } = stores;
  const { db } = stores.postgres;
  // The same after a restart, so that a process takes over from itself.
  const processName = `${os.hostname()}:${settings.home}`;
  const common = { db, clock, log, notifications };

  // Gateway and inventory ask each other: the gateway for the host of an agent that
  // joins, inventory to compare desired state on it. Both only after everything is built.
  const gateway = createGateway(
    {
      ...common,
      sealer,
      hosts: { ensureAgentHost: (trx, agent) => inventory.api.ensureAgentHost(trx, agent) },
      artifacts: {
        sizeOf: (sha256) => remediation.api.artifacts.sizeOf(sha256),
        readChunk: (sha256, offset) => remediation.api.artifacts.readChunk(sha256, offset),
      },
    },
    { host: settings.gateway.host, port: settings.gateway.port.port, name: processName },
  );
  const inventory = createInventory({ ...common, gateway: gateway.api });
  const alerting = createAlerting(
    { ...common, queue, sealer, eventWriter },
    {
      mailFrom: settings.mailFrom,
      ...(settings.smtpUrl && { smtpUrl: settings.smtpUrl.reveal() }),
      ...(settings.publicUrl !== undefined && { publicUrl: settings.publicUrl }),
    },
  );
  const carbon = settings.carbon && createCarbonExport({ clock, log }, settings.carbon);
  for (const { file, line, directive, verdict, why } of settings.polling.findings)
    log.warn('a line of the gmetad.conf is not used', { file, line, directive, verdict, why });
  const collector: Collector = createCollector(
    {
      clock,
      log,
      appendHistory(samples) {
        history.append(samples);
        carbon?.push(samples);
      },
      onSamples: (samples) => deps.onSamples(samples),
      judge: (samples) => alerting.onSamples(samples),
      onTakeOver: () => void alerting.ruleRunner.settle(),
      // The embedded database belongs to one process: there is nobody to agree with.
      ...(settings.databaseUrl && { leases: createCollectorLeases({ db, clock }, processName) }),
      publish: (events) => eventWriter.publish(events),
      expectedHosts: () => inventory.api.reportingHosts(),
    },
    {
      listen: listenEntries(settings),
      defaultHostTmaxSec: settings.hostTmaxSec,
      limits: settings.limits,
      grid: gridOptions(settings),
      polling: settings.polling,
      scrape: settings.scrape,
      stateFile: path.join(settings.home, 'collector-state'),
    },
  );
  const checks = createChecks(
    {
      ...common,
      sealer,
      appendHistory: (samples) => history.append(samples),
      inventory: inventory.api,
      gateway: gateway.api,
      readSelf: deps.readSelf,
      latestMetric: (cluster, host, metric) => latestOf(collector, clock, { cluster, host, metric }),
      queryHistory: (query) => history.query(query),
    },
    {
      holder: processName,
      isAlone: settings.databaseUrl === undefined,
      zone: settings.monitoring.timezone,
      historyDays: settings.checkHistoryDays,
      outside: { ...outsideOf(settings.monitoring), version: VERSION },
    },
  );
  const objects = createObjects({ ...common, sealer, kinds: checks.kinds, inventory: inventory.api });
  const remediation = createRemediation({ ...common, queue, gateway: gateway.api, inventory: inventory.api });

  return { gateway, inventory, alerting, collector, carbon, checks, objects, remediation };
}

/** The newest value of a series in live state, as metric checks ask for it. */
function latestOf(collector: Collector, clock: Clock, series: { cluster: string; host: string; metric: string }) {
  const hostKey = collector.api.keyOfHost(series.cluster, series.host);
  const metric = hostKey === undefined ? undefined : collector.api.latest(series.cluster, hostKey, series.metric);
  if (metric?.number === undefined) return undefined;
  return { value: metric.number, atMs: clock.nowMs() - metric.tnSec * 1000, tn: metric.tnSec };
}

/** Which parts a process with these roles runs, in the order of their start. */
export function servicesOf(roles: Settings['roles'], stores: Stores, parts: Parts): Service[] {
  const { gateway, inventory, alerting, collector, carbon, checks, objects, remediation } = parts;
  const has = (role: Settings['roles'][number]) => roles.includes(role);
  return [
    stores.notifications,
    stores.eventWriter,
    inventory,
    ...(has('alerter') ? [alerting.alerter] : []),
    ...(has('worker') ? [remediation] : []),
    ...(has('gateway') ? [gateway] : []),
    // Rules are judged where the samples are heard.
    ...(has('collector') ? [...(carbon ? [carbon] : []), alerting.ruleRunner, collector] : []),
    ...(has('checker') ? [checks, objects] : []),
  ];
}

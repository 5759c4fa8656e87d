// The process settings: one file plexus.yaml and the environment, compiled once into
// a frozen object. The only reader of the environment.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import {
  countSetting,
  createSettingReader,
  listSetting,
  oneOfSetting,
  portSetting,
  secondsSetting,
  secretSetting,
  secretUrlSetting,
  switchSetting,
  textSetting,
  urlSetting,
  SettingsError,
  type Secret,
  type SettingReader,
} from '#kernel/config-reader.ts';
import type { SourceLimits } from '#collector/source-table.ts';
import { readLimits, readListen, type ListenSetting, type PortSetting } from './settings-collector.ts';
import { readGrid, type GridSetting } from './settings-grid.ts';
import { readHistory, type HistorySetting } from './settings-history.ts';
import type { CarbonOptions } from '#collector/export/carbon.ts';
import type { ScrapeJob } from '#collector/prometheus/scrape.ts';
import { readMonitoring, type MonitoringSetting } from './settings-monitoring.ts';
import { readCarbon, readScrape } from './settings-exchange.ts';
import { carbonOf, readGmetadFile, readPolling, type PollingSetting } from './settings-polling.ts';

export const ROLES = ['collector', 'checker', 'alerter', 'worker', 'gateway', 'web'] as const;
export type ProcessRole = (typeof ROLES)[number];

export interface Settings {
  home: string;
  roles: readonly ProcessRole[];
  http: { host: string; port: number };
  publicUrl: string | undefined;
  tls: { cert: string; key: string } | undefined;
  gateway: { host: string; port: PortSetting };
  secretKey: Secret | undefined;
  localAgent: boolean;
  adminPassword: Secret | undefined;
  adminEmail: string | undefined;
  apiToken: Secret | undefined;
  listen: readonly ListenSetting[];
  limits: SourceLimits;
  grid: GridSetting;
  /** TMAX of every host: it is down after four times this silence. */
  hostTmaxSec: number;
  /** gmonds and gmetads that the collector polls. */
  polling: PollingSetting;
  /** Exporters that the collector reads. */
  scrape: readonly ScrapeJob[];
  /** A Graphite that gets every sample. */
  carbon: CarbonOptions | undefined;
  databaseUrl: Secret | undefined;
  queueUrl: Secret | undefined;
  history: HistorySetting;
  influx:
    | {
        url: string;
        version: '1' | '2' | '3';
        token: Secret | undefined;
        username: string | undefined;
        password: Secret | undefined;
        database: string;
        org: string;
        bucket: string;
        /** Undefined: unless the server is on this machine. */
        gzip: boolean | undefined;
        /** What the disk keeps of samples while the server is away. */
        spoolMb: number;
      }
    | undefined;
  /** Time zone of checks, and the wires of Nagios that are on. */
  monitoring: MonitoringSetting;
  /** How long the states of checks are kept for reports. */
  checkHistoryDays: number;
  smtpUrl: Secret | undefined;
  mailFrom: string;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

function readTlsFile(reader: SettingReader, where: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    reader.report(where, `${JSON.stringify(file)} cannot be read; a PEM file is accepted.`);
    return '';
  }
}

function readInflux(reader: SettingReader): Settings['influx'] {
  const url = reader.read<URL | undefined>('influx.url', urlSetting('http:', 'https:'), undefined).value;
  const version = reader.read<'1' | '2' | '3'>('influx.version', oneOfSetting(['1', '2', '3'] as const), '1').value;
  const gzip = reader.read<boolean | undefined>('influx.gzip', switchSetting, undefined).value;
  const spoolMb = reader.read('influx.spoolMb', countSetting, 256).value;
  const token = reader.read<Secret | undefined>('influx.token', secretSetting, undefined).value;
  const username = reader.read<string | undefined>('influx.username', textSetting, undefined).value;
  const password = reader.read<Secret | undefined>('influx.password', secretSetting, undefined).value;
  const database = reader.read('influx.database', textSetting, 'plexus').value;
  const org = reader.read('influx.org', textSetting, 'plexus').value;
  const bucket = reader.read('influx.bucket', textSetting, 'plexus').value;
  return (
    url && {
      url: url.href.replace(/\/$/, ''),
      version,
      token,
      username,
      password,
      database,
      org,
      bucket,
      gzip,
      spoolMb,
    }
  );
}

function readFileSettings(environment: NodeJS.ProcessEnv): { name: string; content: unknown } | undefined {
  const home = environment['PLEXUS_HOME'] ?? '.plexus';
  const file = ['plexus.yaml', path.join(home, 'plexus.yaml')].find((name) => existsSync(name));
  if (file === undefined) return undefined;
  try {
    return { name: file, content: parseYaml(readFileSync(file, 'utf8')) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError([{ where: file, problem: `is not YAML: ${reason}` }]);
  }
}

/** Processes that share the roles between them share nothing but these. */
function reportSplit(reader: SettingReader, settings: Settings): void {
  const needed: [setting: string, value: unknown, why: string][] = [
    ['PLEXUS_DATABASE_URL', settings.databaseUrl, 'the embedded database belongs to one process'],
    ['PLEXUS_INFLUX_URL', settings.influx, 'the embedded metric history belongs to one process'],
    ['PLEXUS_SECRET_KEY', settings.secretKey, 'every process must open the same sealed secrets'],
  ];
  for (const [setting, value, why] of needed) {
    if (value === undefined)
      reader.report(setting, `missing; with PLEXUS_ROLES=${settings.roles.join(',')} it is needed: ${why}.`);
  }
}

/** Throws SettingsError with every problem. */
export function readSettings(environment: NodeJS.ProcessEnv = process.env, roles?: string): Settings {
  const file = readFileSettings(environment);
  const source = roles === undefined ? environment : { ...environment, PLEXUS_ROLES: roles };
  const reader = createSettingReader({ environment: source, ...(file && { file }) });
  const home = path.resolve(reader.read('home', textSetting, './.plexus').value);
  const http = {
    host: reader.read('http.host', textSetting, '127.0.0.1').value,
    port: reader.read('http.port', portSetting, 8080).value,
  };
  const publicUrl = reader.read<URL | undefined>('publicUrl', urlSetting('http:', 'https:'), undefined).value;
  const cert = reader.read('tls.cert', textSetting, '');
  const key = reader.read('tls.key', textSetting, '');
  if (cert.explicit !== key.explicit)
    reader.report('PLEXUS_TLS_CERT, PLEXUS_TLS_KEY', 'only one is given; both or none are accepted.');
  const tls =
    cert.explicit && key.explicit
      ? {
          cert: readTlsFile(reader, 'PLEXUS_TLS_CERT', cert.value),
          key: readTlsFile(reader, 'PLEXUS_TLS_KEY', key.value),
        }
      : undefined;
  if (!LOOPBACK.includes(http.host) && !tls && publicUrl?.protocol !== 'https:') {
    reader.report(
      'PLEXUS_HTTP_HOST',
      `${JSON.stringify(http.host)} would send passwords in the clear; set PLEXUS_TLS_CERT and PLEXUS_TLS_KEY, or PLEXUS_PUBLIC_URL=https://… when a proxy in front does TLS, or keep 127.0.0.1.`,
    );
  }
  const gatewayPort = reader.read('gateway.port', portSetting, 8443);
  const adminPassword = reader.read<Secret | undefined>('adminPassword', secretSetting, undefined).value;
  if (adminPassword && adminPassword.reveal().length < 10)
    reader.report('PLEXUS_ADMIN_PASSWORD', 'is too short; at least 10 characters are accepted.');

  const apiToken = reader.read<Secret | undefined>('apiToken', secretSetting, undefined).value;
  if (apiToken && apiToken.reveal().length < 20)
    reader.report('PLEXUS_API_TOKEN', 'is too short; at least 20 characters are accepted.');

  const gmetad = readGmetadFile(reader, environment);
  const settings: Settings = {
    home,
    roles: reader.read<ProcessRole[]>('roles', listSetting(ROLES), [...ROLES]).value,
    http,
    publicUrl: publicUrl?.href.replace(/\/$/, ''),
    tls,
    gateway: {
      host: reader.read('gateway.host', textSetting, '127.0.0.1').value,
      port: { port: gatewayPort.value, explicit: gatewayPort.explicit },
    },
    secretKey: reader.read<Secret | undefined>('secretKey', secretSetting, undefined).value,
    localAgent: reader.read('localAgent', switchSetting, true).value,
    adminPassword,
    adminEmail: reader.read<string | undefined>('adminEmail', textSetting, undefined).value,
    apiToken,
    listen: readListen(reader),
    limits: readLimits(reader),
    grid: readGrid(reader, publicUrl?.href, gmetad?.conf),
    polling: readPolling(reader, gmetad),
    hostTmaxSec: reader.read('gmond.hostTmaxSec', secondsSetting, 20).value,
    scrape: readScrape(reader),
    carbon: readCarbon(reader) ?? carbonOf(gmetad),
    databaseUrl: reader.read<Secret | undefined>('databaseUrl', secretUrlSetting('postgres:', 'postgresql:'), undefined)
      .value,
    queueUrl: reader.read<Secret | undefined>(
      'queueUrl',
      secretUrlSetting('redis:', 'rediss:', 'postgres:', 'postgresql:'),
      undefined,
    ).value,
    history: readHistory(reader),
    influx: readInflux(reader),
    monitoring: readMonitoring(reader),
    checkHistoryDays: reader.read('checks.historyDays', countSetting, 730).value,
    smtpUrl: reader.read<Secret | undefined>('smtpUrl', secretUrlSetting('smtp:', 'smtps:'), undefined).value,
    mailFrom: reader.read('mailFrom', textSetting, 'Plexus <plexus@localhost>').value,
    logLevel: reader.read<Settings['logLevel']>(
      'logLevel',
      oneOfSetting(['debug', 'info', 'warn', 'error'] as const),
      'info',
    ).value,
  };
  if (settings.roles.length < ROLES.length) reportSplit(reader, settings);
  reader.finish();
  return Object.freeze(settings);
}

// Settings of checks: the time zone of time periods, and the wires that Nagios tools speak.
// Every wire is off until its setting names where it is.

import path from 'node:path';
import type { OutsideOptions } from '#checks/passive/outside.ts';
import {
  portSetting,
  secretSetting,
  textSetting,
  type Secret,
  type SettingParser,
  type SettingReader,
} from '#kernel/config-reader.ts';
import { isNscaMethod, NSCA_METHODS, type NscaMethod } from '#wire/nsca-cipher.ts';

export interface MonitoringSetting {
  /** IANA name: of time periods that name none. */
  timezone: string;
  nsca: { host: string; port: number; method: NscaMethod; password: Secret | undefined } | undefined;
  commandFile: OutsideOptions['commandFile'];
  livestatus: OutsideOptions['livestatus'];
}

/** As checks take them. */
export const outsideOf = ({ nsca, commandFile, livestatus }: MonitoringSetting): OutsideOptions => ({
  ...(nsca && { nsca: { ...nsca, password: nsca.password?.reveal() ?? '' } }),
  ...(commandFile && { commandFile }),
  ...(livestatus && { livestatus }),
});

const METHODS = Object.entries(NSCA_METHODS)
  .map(([number, name]) => `${number} (${name})`)
  .join(', ');

const methodSetting: SettingParser<NscaMethod> = (text) => {
  const method = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  return isNscaMethod(method) ? { ok: true, value: method } : { ok: false, accepted: `one of ${METHODS}` };
};

const zoneSetting: SettingParser<string> = (text) => {
  try {
    return { ok: true, value: new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone };
  } catch {
    return { ok: false, accepted: 'the name of a time zone, such as Europe/Berlin,' };
  }
};

const fileSetting: SettingParser<string> = (text) =>
  path.isAbsolute(text) ? { ok: true, value: text } : { ok: false, accepted: 'a full path' };

const foldersSetting: SettingParser<string[]> = (text) => {
  const folders = text.split(':').filter((folder) => folder !== '');
  return folders.every((folder) => path.isAbsolute(folder))
    ? { ok: true, value: folders }
    : { ok: false, accepted: 'full paths with : between them' };
};

export function readMonitoring(reader: SettingReader): MonitoringSetting {
  const optional = <Value>(name: string, parse: SettingParser<Value>): Value | undefined =>
    reader.read<Value | undefined>(name, parse as SettingParser<Value | undefined>, undefined).value;
  const commandFile = optional('commandFile', fileSetting);
  const folders = optional('commandFolders', foldersSetting) ?? [];
  const socket = optional('livestatus.socket', fileSetting);
  return {
    timezone: reader.read('timezone', zoneSetting, 'UTC').value,
    nsca: readNsca(reader, optional('nsca.port', portSetting)),
    commandFile: commandFile === undefined ? undefined : { path: commandFile, folders },
    livestatus: readLivestatus(reader, socket, optional('livestatus.port', portSetting)),
  };
}

function readNsca(reader: SettingReader, port: number | undefined): MonitoringSetting['nsca'] {
  const host = reader.read('nsca.host', textSetting, '127.0.0.1').value;
  const method = reader.read<NscaMethod>('nsca.method', methodSetting, 1).value;
  const password = reader.read<Secret | undefined>('nsca.password', secretSetting, undefined).value;
  return port === undefined ? undefined : { host, port, method, password };
}

function readLivestatus(
  reader: SettingReader,
  socket: string | undefined,
  port: number | undefined,
): MonitoringSetting['livestatus'] {
  const host = reader.read('livestatus.host', textSetting, '127.0.0.1').value;
  if (socket === undefined && port === undefined) return undefined;
  return { ...(socket !== undefined && { socket }), ...(port !== undefined && { tcp: { host, port } }) };
}

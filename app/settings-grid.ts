// Settings of what a gmetad would be to its readers: the grid's name, the two ports and
// who may read them. Data sources to poll belong elsewhere.

import os from 'node:os';
import { portSetting, switchSetting, textSetting, type SettingReader } from '#kernel/config-reader.ts';
import { gmetadDefaults, type GmetadConf } from '#wire/gmetad-conf.ts';
import type { PortSetting } from './settings-collector.ts';

export interface GridSetting {
  name: string;
  authority: string;
  /** Address to bind. */
  host: string;
  xml: PortSetting;
  queries: PortSetting;
  trustedHosts: readonly string[];
  allTrusted: boolean;
}

/** What a gmetad.conf says and nobody set here is taken from it. */
type Beneath = Pick<
  GmetadConf,
  'gridName' | 'authority' | 'trustedHosts' | 'allTrusted' | 'xmlPort' | 'interactivePort'
>;

/** `consoleUrl`: where people see this grid, unless `gmetad.authority` says otherwise. */
export function readGrid(
  reader: SettingReader,
  consoleUrl: string | undefined,
  beneath: Beneath = gmetadDefaults(),
): GridSetting {
  const authority = beneath.authority ?? consoleUrl ?? `http://${os.hostname()}/`;
  const port = (name: string, usual: number): PortSetting => {
    const { value, explicit } = reader.read(`gmetad.${name}`, portSetting, usual);
    return { port: value, explicit };
  };
  return {
    name: reader.read('gmetad.gridName', textSetting, beneath.gridName).value,
    authority: reader.read('gmetad.authority', textSetting, authority).value,
    host: reader.read('gmetad.host', textSetting, '127.0.0.1').value,
    xml: port('xmlPort', beneath.xmlPort),
    queries: port('queryPort', beneath.interactivePort),
    trustedHosts: readTrusted(reader) ?? beneath.trustedHosts,
    allTrusted: reader.read('gmetad.allTrusted', switchSetting, beneath.allTrusted).value,
  };
}

function readTrusted(reader: SettingReader): string[] | undefined {
  const { value } = reader.readStructure('gmetad.trustedHosts') ?? {};
  if (Array.isArray(value)) return value.map(String);
  const given = reader.read<string | undefined>('gmetad.trustedHosts', textSetting, undefined).value;
  return given?.split(/[\s,]+/).filter((host) => host !== '');
}

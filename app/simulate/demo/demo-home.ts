// The directory of a demo: wiped at its start unless it is to be kept, held by one
// demo at a time. Its record keeps login and ports, so that a kept one goes on.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import Type, { type Static } from 'typebox';
import { Parse } from 'typebox/value';
import { AppError } from '#kernel/errors.ts';
import { randomToken } from '#kernel/ids.ts';
import { openHome, runningServer, writePrivate } from '../../home.ts';
import { freeTcpPorts, freeUdpPorts } from './free-ports.ts';

export const DEMO_LOGIN = 'demo';

const Port = Type.Integer({ minimum: 1, maximum: 65_535 });
const DemoRecord = Type.Object({
  password: Type.String(),
  apiToken: Type.String(),
  ports: Type.Object({ http: Port, gateway: Port, shop: Port }),
  clusters: Type.Array(Type.Object({ name: Type.String(), udpPort: Port, xmlPort: Port })),
  /** Groups, checks, rules and the rest exist. */
  furnished: Type.Boolean(),
});
type DemoRecord = Static<typeof DemoRecord>;

export interface DemoHome {
  readonly directory: string;
  /** Home of the server. */
  readonly server: string;
  /** State directories of the virtual hosts. */
  readonly fleet: string;
  readonly record: DemoRecord;
  noteFurnished(): void;
  release(): void;
}

const RECORD = 'demo.json';

/** Throws `home_held` while another demo runs there, `bad_arguments` for a directory that is not a demo's. */
export async function openDemoHome(
  directory: string,
  options: { keep: boolean; clusters: readonly string[] },
): Promise<DemoHome> {
  const file = path.join(directory, RECORD);
  const holder = runningServer(directory);
  if (holder !== undefined)
    throw new AppError(
      'home_held',
      `A demo already runs in ${directory} (pid ${holder}). Stop it, or give --home another directory.`,
    );
  const strange = existsSync(directory) && !existsSync(file) && readdirSync(directory).length > 0;
  if (strange)
    throw new AppError(
      'bad_arguments',
      `${directory} holds something that is not a demo, and would be wiped. Give --home another directory.`,
    );
  const kept = options.keep && existsSync(file) ? readRecord(file) : undefined;
  if (!kept) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  const home = openHome(directory);
  const record = kept ?? (await newRecord(options.clusters));
  const save = () => writePrivate(file, `${JSON.stringify(record, null, 2)}\n`);
  save();
  const server = home.file('server');
  mkdirSync(server, { recursive: true });
  return {
    directory,
    server,
    fleet: home.file('fleet'),
    record,
    noteFurnished() {
      record.furnished = true;
      save();
    },
    release: () => home.release(),
  };
}

function readRecord(file: string): DemoRecord {
  try {
    return Parse(DemoRecord, JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new AppError('bad_arguments', `${file} cannot be read. Start the demo without --keep.`, { cause: error });
  }
}

async function newRecord(clusters: readonly string[]): Promise<DemoRecord> {
  const [http, gateway, shop, ...xmlPorts] = await freeTcpPorts(3 + clusters.length);
  const udpPorts = await freeUdpPorts(clusters.length);
  return {
    password: randomToken().slice(0, 14),
    apiToken: `plx_${randomToken()}`,
    ports: { http: http ?? 0, gateway: gateway ?? 0, shop: shop ?? 0 },
    clusters: clusters.map((name, at) => ({ name, udpPort: udpPorts[at] ?? 0, xmlPort: xmlPorts[at] ?? 0 })),
    furnished: false,
  };
}

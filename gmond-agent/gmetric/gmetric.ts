// One call of gmetric: reads its arguments and the send channels of a gmond.conf, puts
// two datagrams on each of them, and says what went wrong as gmetric does.

import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import os from 'node:os';
import { findingText } from '#wire/gmond-conf.ts';
import type { Environment } from '#wire/gmond-conf-tokens.ts';
import type { SendChannel } from '../gmond-config-channels.ts';
import { readGmondConfig } from '../gmond-config.ts';
import { readGmondConfFile } from '../gmond-config-file.ts';
import { multicastInterfaceOf } from '#kernel/network-interface.ts';
import { GMETRIC_USAGE, GMETRIC_VERSION, parseGmetricArguments } from './gmetric-arguments.ts';
import { gmetricPackets, type GmetricSender } from './gmetric-packets.ts';

export interface GmetricSurroundings {
  environment: Environment;
  hostName: string;
  /** Used where no other is named; gmond's own default channel when it is not there. */
  defaultConf: string;
  print(text: string): void;
  complain(text: string): void;
}

interface Channels extends GmetricSender {
  send: SendChannel[];
}

const GANGLIA_DEFAULT: SendChannel = { host: '239.2.11.71', port: 8649, ttl: 1, bindHostname: false };

/** Resolves to the exit status: 0 sent, 1 not. Never rejects. */
export async function runGmetric(args: readonly string[], surroundings: GmetricSurroundings): Promise<0 | 1> {
  const { print, complain } = surroundings;
  const parsed = parseGmetricArguments(args);
  if (parsed.kind === 'help') print(GMETRIC_USAGE);
  else if (parsed.kind === 'version') print(`${GMETRIC_VERSION}\n`);
  else if (parsed.kind === 'wrong') complain(`${parsed.message}\n`);
  if (parsed.kind !== 'arguments') return parsed.kind === 'wrong' ? 1 : 0;
  const { given } = parsed;
  const channels = readChannels(given.conf, surroundings);
  if (typeof channels === 'string') {
    complain(channels);
    return 1;
  }
  const packets = gmetricPackets(given, channels);
  if (!packets.ok) {
    complain(`${packets.message}\n`);
    return 1;
  }
  const failures = await Promise.all(channels.send.map((channel) => sendOn(channel, packets.datagrams)));
  for (const failure of failures) if (failure !== undefined) complain(`${failure}\n`);
  if (!packets.isWhole) complain('There was an error sending to 1 of the send channels.\n');
  return packets.isWhole && failures.every((failure) => failure === undefined) ? 0 : 1;
}

function readChannels(conf: string | undefined, surroundings: GmetricSurroundings): Channels | string {
  const { environment, hostName, defaultConf, complain } = surroundings;
  const file = conf ?? defaultConf;
  if (!existsSync(file)) {
    if (conf === undefined) return { send: [GANGLIA_DEFAULT], hostName };
    return `Configuration file '${file}' not found.\n\n`;
  }
  try {
    const { config, findings } = readGmondConfig(readGmondConfFile(file, environment));
    for (const finding of findings) if (finding.kind === 'wrong') complain(`${findingText(finding)}\n`);
    const { send, overrideHostname, overrideIp } = config;
    if (send.length === 0) return 'Unable to create ganglia send channels. Exiting.\n';
    return {
      ...{ send, hostName },
      ...(overrideHostname !== undefined && { overrideHostname }),
      ...(overrideIp !== undefined && { overrideIp }),
    };
  } catch (error) {
    return `The configuration ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}\n`;
  }
}

/** Undefined when all were handed to the system, else why not. */
async function sendOn(channel: SendChannel, datagrams: readonly Buffer[]): Promise<string | undefined> {
  const { host, port } = channel;
  try {
    const version = isIP(host);
    const found = version === 0 ? await lookup(host) : { address: host, family: version };
    await sendTo(channel, found.address, found.family === 6 ? 6 : 4, datagrams);
    return undefined;
  } catch (error) {
    return `Unable to send to ${host}:${port}: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

async function sendTo(channel: SendChannel, address: string, family: 4 | 6, datagrams: readonly Buffer[]) {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  const source = channel.bind ?? (channel.bindHostname ? (await lookup(os.hostname(), { family })).address : undefined);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ port: 0, ...(source !== undefined && { address: source }) }, resolve);
    });
    // Takes effect for multicast alone.
    socket.setMulticastTTL(channel.ttl);
    if (channel.multicastInterface !== undefined)
      socket.setMulticastInterface(multicastInterfaceOf(channel.multicastInterface, family));
    for (const datagram of datagrams)
      await new Promise<void>((resolve, reject) =>
        socket.send(datagram, channel.port, address, (error) => (error ? reject(error) : resolve())),
      );
  } finally {
    socket.close();
  }
}

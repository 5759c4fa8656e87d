// One SNMP GET. The package behind it is loaded with the first check that needs it, and is
// kept from bringing the process down over a packet that it cannot take.

import dgram from 'node:dgram';
import type { Session, SessionOptions, V3User, Varbind } from 'net-snmp';

export type SnmpAccess =
  | { version: '1' | '2c'; community: string }
  | {
      version: '3';
      user: string;
      context?: string;
      auth?: { protocol: 'md5' | 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512'; password: string };
      /** Only with `auth`. */
      priv?: { protocol: 'aes'; password: string };
    };

export interface SnmpPeer {
  address: string;
  family: number;
  port: number;
  /** Per try. */
  timeoutMs: number;
  retries: number;
}

export type SnmpValue = { oid: string } & ({ number: number } | { text: string } | { missing: string });

export type SnmpOutcome =
  | { how: 'answered'; values: SnmpValue[] }
  | { how: 'silent'; garbage: string | undefined }
  /** The agent, or the package on what came from it, says no. */
  | { how: 'failed'; reason: string }
  | { how: 'aborted' };

/** Values come in the order of `oids`. Never rejects; the socket is closed when it resolves. */
export async function getSnmp(
  peer: SnmpPeer,
  access: SnmpAccess,
  oids: readonly string[],
  signal: AbortSignal,
): Promise<SnmpOutcome> {
  const { default: snmp } = await import('net-snmp');
  if (signal.aborted) return { how: 'aborted' };
  let garbage: string | undefined;
  const versions = { '1': snmp.Version1, '2c': snmp.Version2c, '3': snmp.Version3 };
  const options: SessionOptions = {
    port: peer.port,
    version: versions[access.version],
    transport: peer.family === 6 ? 'udp6' : 'udp4',
    timeout: peer.timeoutMs,
    retries: peer.retries,
    dgramModule: guardedDgram((error) => {
      garbage ??= error.message;
    }),
    ...(access.version === '3' && access.context !== undefined && { context: access.context }),
  };
  const session: Session =
    access.version === '3'
      ? snmp.createV3Session(peer.address, userOf(snmp, access), options)
      : snmp.createSession(peer.address, access.community, options);
  // Something that is no answer: the answer may still come.
  session.on('error', (error: Error) => {
    garbage ??= error.message;
  });
  try {
    return await new Promise<SnmpOutcome>((resolve) => {
      signal.addEventListener('abort', () => resolve({ how: 'aborted' }), { once: true });
      session.get([...oids], (error, varbinds) => {
        if (error instanceof snmp.RequestTimedOutError) resolve({ how: 'silent', garbage });
        else if (error) resolve({ how: 'failed', reason: error.message });
        else resolve({ how: 'answered', values: varbinds.map((varbind) => valueOf(snmp, varbind)) });
      });
    });
  } finally {
    session.close();
  }
}

type Snmp = typeof import('net-snmp').default;

function userOf(snmp: Snmp, access: SnmpAccess & { version: '3' }): V3User {
  const { auth, priv } = access;
  const { authPriv, authNoPriv, noAuthNoPriv } = snmp.SecurityLevel;
  return {
    name: access.user,
    level: auth ? (priv ? authPriv : authNoPriv) : noAuthNoPriv,
    ...(auth && { authProtocol: snmp.AuthProtocols[auth.protocol], authKey: auth.password }),
    ...(priv && { privProtocol: snmp.PrivProtocols[priv.protocol], privKey: priv.password }),
  };
}

/** The package parses packets in its listener, where an exception would be nobody's. */
const guardedDgram = (onError: (error: Error) => void): SessionOptions['dgramModule'] => ({
  createSocket(type) {
    const socket = dgram.createSocket(type);
    const on = socket.on.bind(socket) as (event: string, listener: (...args: unknown[]) => void) => dgram.Socket;
    const guarded = (event: string, listener: (...args: unknown[]) => void): dgram.Socket =>
      on(event, (...args) => {
        try {
          listener(...args);
        } catch (error) {
          onError(error instanceof Error ? error : new Error(String(error)));
        }
      });
    return Object.assign(socket, { on: guarded });
  },
});

function valueOf(snmp: Snmp, varbind: Varbind): SnmpValue {
  const { oid, type, value } = varbind;
  if (snmp.isVarbindError(varbind)) return { oid, missing: snmp.varbindError(varbind) };
  if (typeof value === 'number' || typeof value === 'bigint') return { oid, number: Number(value) };
  // SMIv2's Counter64 comes as its bytes (RFC 2578 §7.1.10); beyond 2^53 the last digits are lost.
  if (Buffer.isBuffer(value) && type === snmp.ObjectType['Counter64'])
    return { oid, number: Number(BigInt(`0x${value.toString('hex') || '0'}`)) };
  if (Buffer.isBuffer(value)) return { oid, text: value.toString() };
  return { oid, text: String(value ?? '') };
}

// One question to an NRPE daemon and its answer: plain, or under TLS with or without
// certificates. Knows nothing of checks and states.

import net from 'node:net';
import tls from 'node:tls';
import { decodeNrpePacket, nrpePacketBytes, type NrpePacket } from '#wire/nrpe.ts';

export interface NrpePeer {
  host: string;
  port: number;
  tls: NrpeTls;
}

/** `adh`: encrypted, but nobody proves who they are, as NRPE has it from the package. Texts are PEM. */
export type NrpeTls =
  { mode: 'off' } | { mode: 'adh' } | { mode: 'cert'; ca: string; cert?: string | undefined; key?: string | undefined };

export type NrpeOutcome =
  | { kind: 'answered'; packet: NrpePacket }
  /** The daemon hung up without a byte: another version, an argument or an address that it does not take. */
  | { kind: 'closed' }
  | { kind: 'unreachable' | 'no_tls' | 'broken'; reason: string }
  | { kind: 'timed_out'; while: 'connecting' | 'waiting' };

/** Resolves soon after `signal` aborts, with 'timed_out'. Never rejects. Holds at most one packet in memory. */
export function exchangeNrpe(peer: NrpePeer, query: Buffer, signal: AbortSignal): Promise<NrpeOutcome> {
  const { promise, resolve } = Promise.withResolvers<NrpeOutcome>();
  const raw = net.connect({ host: peer.host, port: peer.port });
  let read = Buffer.alloc(0);
  let reached: 'nothing' | 'host' | 'daemon' = 'nothing';

  const finish = (outcome: NrpeOutcome) => {
    signal.removeEventListener('abort', onTimeout);
    raw.destroy();
    resolve(outcome);
  };
  const onTimeout = () => finish({ kind: 'timed_out', while: reached === 'daemon' ? 'waiting' : 'connecting' });
  const onEnd = () => {
    if (reached === 'host') finish({ kind: 'no_tls', reason: 'the connection was closed during the handshake' });
    else if (read.length === 0) finish({ kind: 'closed' });
    else finish(outcomeOf(read));
  };
  const onError = (error: NodeJS.ErrnoException) => {
    if (reached === 'nothing') finish({ kind: 'unreachable', reason: error.message });
    else if (reached === 'host') finish({ kind: 'no_tls', reason: error.message });
    // A daemon that closes before it has read the whole question resets the connection.
    else if (error.code === 'ECONNRESET' || error.code === 'EPIPE') onEnd();
    else finish({ kind: 'broken', reason: error.message });
  };
  const ask = (stream: net.Socket) => {
    reached = 'daemon';
    stream.write(query);
  };
  const onData = (chunk: Buffer) => {
    read = Buffer.concat([read, chunk]);
    const size = nrpePacketBytes(read);
    if (size && (!size.ok || read.length >= size.value)) finish(outcomeOf(read));
  };

  raw.once('connect', () => {
    reached = 'host';
    if (peer.tls.mode === 'off') return ask(raw);
    const secured = secure(raw, peer.tls);
    if (!secured.ok) return finish({ kind: 'no_tls', reason: secured.reason });
    const { stream } = secured;
    stream.once('secureConnect', () => ask(stream));
    stream.on('data', onData).on('end', onEnd).on('error', onError).on('close', onEnd);
  });
  if (peer.tls.mode === 'off') raw.on('data', onData).on('end', onEnd);
  raw.on('error', onError);
  if (signal.aborted) onTimeout();
  else signal.addEventListener('abort', onTimeout, { once: true });
  return promise;
}

function outcomeOf(bytes: Buffer): NrpeOutcome {
  const decoded = decodeNrpePacket(bytes);
  if (!decoded.ok) return { kind: 'broken', reason: decoded.reason.replaceAll('_', ' ') };
  if (decoded.value.type !== 'response') return { kind: 'broken', reason: 'the answer is a question' };
  return { kind: 'answered', packet: decoded.value };
}

type Secured = { ok: true; stream: tls.TLSSocket } | { ok: false; reason: string };

function secure(socket: net.Socket, mode: Exclude<NrpeTls, { mode: 'off' }>): Secured {
  try {
    const options: tls.ConnectionOptions =
      mode.mode === 'adh'
        ? // Anonymous Diffie-Hellman has no certificate that could be judged, and TLS 1.3 has no such suites.
          { ciphers: 'aNULL:@SECLEVEL=0', maxVersion: 'TLSv1.2', rejectUnauthorized: false }
        : {
            ca: mode.ca,
            ...(mode.cert !== undefined && { cert: mode.cert }),
            ...(mode.key !== undefined && { key: mode.key }),
            // As check_nrpe does: the chain is judged, the name is not, since daemons are asked by address.
            checkServerIdentity: () => undefined,
          };
    return { ok: true, stream: tls.connect({ socket, ...options }) };
  } catch (error) {
    // OpenSSL refuses PEM texts that are none here, before a byte is sent.
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

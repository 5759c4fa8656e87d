// Fetches an artifact from the gateway over the pinned connection, straight to a
// file, and checks it against its hash.

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import http from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '#kernel/errors.ts';
import { ARTIFACT_PATH } from '#wire/agent-channel.ts';
import { connectPinned } from './dial.ts';

interface ArtifactSource {
  /** wss:// address of the gateway. */
  url: string;
  fingerprint: string;
  sessionToken: string;
}

export interface WantedArtifact {
  /** Hex. */
  sha256: string;
  sizeBytes: number;
  /** Written anew; what it holds after a rejection is worthless. */
  file: string;
}

const SILENCE_MS = 60_000;

/** Rejects with `artifact_unavailable` unless exactly the wanted bytes are in the file. */
export async function fetchArtifact(
  source: ArtifactSource,
  wanted: WantedArtifact,
  signal: AbortSignal,
): Promise<void> {
  try {
    const response = await get(source, ARTIFACT_PATH + wanted.sha256, signal);
    if (response.statusCode !== 200) throw new Error(`the gateway answered ${response.statusCode}`);
    const hash = createHash('sha256');
    await pipeline(response, hashed(hash, wanted.sizeBytes), createWriteStream(wanted.file, { mode: 0o600 }), {
      signal,
    });
    const seen = hash.digest('hex');
    if (seen !== wanted.sha256) throw new Error(`it arrived with SHA-256 ${seen}, not ${wanted.sha256}`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('artifact_unavailable', `The artifact could not be fetched: ${why}.`, { cause });
  }
}

function hashed(hash: ReturnType<typeof createHash>, mostBytes: number): Transform {
  let seenBytes = 0;
  return new Transform({
    transform(part: Buffer, _encoding, done) {
      seenBytes += part.length;
      hash.update(part);
      if (seenBytes > mostBytes) done(new Error(`it is longer than ${mostBytes} bytes`));
      else done(null, part);
    },
  });
}

const get = (source: ArtifactSource, path: string, signal: AbortSignal): Promise<http.IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = http.get({
      path,
      headers: { authorization: `Bearer ${source.sessionToken}`, host: new URL(source.url).host },
      createConnection: () => connectPinned(source.url, source.fingerprint),
      signal,
      timeout: SILENCE_MS,
    });
    request.once('timeout', () => request.destroy(new Error(`no byte for ${SILENCE_MS / 1000} s`)));
    request.once('error', reject);
    request.once('response', resolve);
  });

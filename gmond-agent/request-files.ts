// The directory of each request: what was asked, what it printed, how its program
// ended. Gone when the server has the result.

import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { jsonObject, decodeJson, object, text } from '#wire/json-shape.ts';
import { MAX_BODY_CHARS } from '#wire/agent-channel.ts';
import { readIfThere } from './durable-file.ts';
import { openOutputSpool, type OutputSpool } from './output-spool.ts';

export interface AskedFor {
  action: string;
  body: Record<string, unknown>;
}

export interface RequestFiles {
  directoryOf(requestId: string): string;
  /** Survives a kill of the agent, not a power cut: then the request ends with that reason, since it had not begun. */
  keepRequest(requestId: string, asked: AskedFor): void;
  /** Undefined when it is gone or damaged. */
  readRequest(requestId: string): AskedFor | undefined;
  /** The one spool of a request that has been started. */
  spoolOf(requestId: string): OutputSpool;
  remove(requestId: string): void;
}

const asked = object({ action: text(64), body: jsonObject(MAX_BODY_CHARS) });

export function openRequestFiles(stateDir: string): RequestFiles {
  const root = path.join(stateDir, 'requests');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const spools = new Map<string, OutputSpool>();
  // An id comes from outside and may hold anything; its hash is a safe file name.
  const directoryOf = (requestId: string) =>
    path.join(root, createHash('sha256').update(requestId).digest('hex').slice(0, 32));
  return {
    directoryOf,
    keepRequest(requestId, request) {
      const directory = directoryOf(requestId);
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeFileSync(path.join(directory, 'request.json'), JSON.stringify(request), { mode: 0o600 });
    },
    readRequest(requestId) {
      const content = readIfThere(path.join(directoryOf(requestId), 'request.json'));
      const decoded = content === undefined ? undefined : decodeJson(asked, content);
      return decoded?.ok ? decoded.value : undefined;
    },
    spoolOf(requestId) {
      const spool = spools.get(requestId) ?? openOutputSpool(directoryOf(requestId));
      spools.set(requestId, spool);
      return spool;
    },
    remove(requestId) {
      spools.delete(requestId);
      rmSync(directoryOf(requestId), { recursive: true, force: true });
    },
  };
}

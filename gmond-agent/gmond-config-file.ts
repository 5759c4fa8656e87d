// Reads a gmond.conf and what it includes from disk.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseGmondConf, type ConfSource, type GmondConf } from '#wire/gmond-conf.ts';
import type { Environment } from '#wire/gmond-conf-tokens.ts';

// No configuration is larger; a device or a log named by mistake is not read whole.
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** Throws the system's error when the file itself cannot be read; an include that cannot is a finding. */
export function readGmondConfFile(file: string, environment: Environment): GmondConf {
  return parseGmondConf({ file, text: readBounded(file) }, { environment, include: readIncluded });
}

function readBounded(file: string): string {
  const found = statSync(file);
  if (!found.isFile()) throw new Error(`${file} is no file`);
  if (found.size > MAX_FILE_BYTES) throw new Error(`${file} is larger than ${MAX_FILE_BYTES} bytes`);
  return readFileSync(file, 'utf8');
}

/** A wildcard may stand in the last part of the path; a plain path must be there. */
function readIncluded(pattern: string): ConfSource[] | string {
  const name = path.basename(pattern);
  const isWildcard = /[*?[]/.test(name);
  const files = isWildcard ? matchingFiles(path.dirname(pattern), name) : [pattern];
  try {
    return files.map((file) => ({ file, text: readBounded(file) }));
  } catch (error) {
    return `a file that can be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function matchingFiles(folder: string, pattern: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [] : [entry.name]));
  } catch {
    // As where nothing matches: Debian's file includes a folder that is not there.
    return [];
  }
  return names
    .filter((name) => !name.startsWith('.') && isWildcardMatch(pattern, name))
    .toSorted()
    .map((name) => path.join(folder, name));
}

/** `*`, `?`, `[a-z]`, `[!a]` as in a shell. Never backtracks further than the last star. */
export function isWildcardMatch(pattern: string, name: string): boolean {
  const parts = pattern.match(/\*+|\?|\[[!^]?\]?[^\]]*\]|[^]/g) ?? [];
  let [part, at] = [0, 0];
  let star: { part: number; at: number } | undefined;
  while (at < name.length) {
    const wanted = parts[part];
    if (wanted?.startsWith('*')) {
      star = { part: part++, at };
    } else if (wanted !== undefined && matchesOne(wanted, name[at] ?? '')) {
      part++;
      at++;
    } else if (star === undefined) return false;
    else {
      part = star.part + 1;
      at = ++star.at;
    }
  }
  return parts.slice(part).every((rest) => rest.startsWith('*'));
}

function matchesOne(wanted: string, character: string): boolean {
  if (wanted === '?') return true;
  if (!wanted.startsWith('[') || wanted.length < 3) return wanted === character;
  const isNegated = wanted[1] === '!' || wanted[1] === '^';
  const members = wanted.slice(isNegated ? 2 : 1, -1);
  let isMember = false;
  for (let i = 0; i < members.length; i++) {
    const [from = '', to = ''] =
      members[i + 1] === '-' && i + 2 < members.length ? [members[i], members[(i += 2)]] : [members[i], members[i]];
    if (character >= from && character <= to) isMember = true;
  }
  return isMember !== isNegated;
}

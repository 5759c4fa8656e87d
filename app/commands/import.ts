// `plexus import gmetad-conf FILE`: what is taken from a site's gmetad.conf and what is
// not, line by line. Changes nothing.

import { readFileSync } from 'node:fs';
import { AppError } from '#kernel/errors.ts';
import { parseGmetadConf, type GmetadVerdict } from '#wire/gmetad-conf.ts';

const ORDER: readonly GmetadVerdict[] = ['taken', 'not needed', 'not supported', 'wrong'];

/** Throws AppError `import_failed` when the file cannot be read or a line is wrong. */
export function reportGmetadConf(file: string): void {
  const { conf, findings } = parseGmetadConf({ file, text: readText(file) }, process.env);
  for (const verdict of ORDER) {
    const lines = findings.filter((finding) => finding.verdict === verdict);
    if (lines.length === 0) continue;
    process.stdout.write(`${verdict}\n`);
    for (const { line, directive, why } of lines) process.stdout.write(`  ${file}:${line}  ${directive}: ${why}\n`);
  }
  const wrong = findings.filter(({ verdict }) => verdict === 'wrong').length;
  process.stdout.write(`${conf.sources.length} data sources. Use it: PLEXUS_COLLECTOR_GMETAD_CONF=${file}\n`);
  if (wrong > 0) throw new AppError('import_failed', `${wrong} lines of ${file} are wrong; the rest is usable.`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('import_failed', `${file} cannot be read: ${reason}`);
  }
}

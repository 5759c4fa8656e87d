// Structured logs by pino: to standard error for a supervisor, into the home when a
// person looks at the terminal. Warnings show on the terminal as plain lines besides.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import pino, { type DestinationStream, type Logger as Pino } from 'pino';
import type { LogFields, Logger } from '#kernel/log.ts';

const REDACTED = ['password', 'token', 'secret', 'routingKey', '*.password', '*.token', '*.secret', '*.routingKey'];

function wrap(target: Pino): Logger {
  const say = (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: LogFields) =>
    fields === undefined ? target[level](message) : target[level](fields, message);
  return {
    debug: say('debug'),
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    child: (fields) => wrap(target.child(fields)),
  };
}

export interface LogOptions {
  level: 'debug' | 'info' | 'warn' | 'error';
  /** Directory for plexus.log; standard error when absent. */
  directory?: string;
}

/** `file` is where the log goes, for the banner; undefined on standard error. */
export function openLog(options: LogOptions): { log: Logger; file: string | undefined } {
  const base = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: REDACTED, censor: '[secret]' },
  };
  if (options.directory === undefined) {
    return { log: wrap(pino(base, pino.destination({ fd: 2, sync: true }))), file: undefined };
  }
  mkdirSync(options.directory, { recursive: true });
  const file = path.join(options.directory, 'plexus.log');
  const toFile = pino.destination({ dest: file, sync: true, append: true });
  const toTerminal: DestinationStream = {
    write(line) {
      const { level, msg, error }: { level: number; msg: string; error?: string } = JSON.parse(line);
      if (level >= 40)
        process.stderr.write(`${level >= 50 ? 'error' : 'warning'}: ${msg}${error ? `: ${error}` : ''}\n`);
    },
  };
  const both = pino.multistream([
    { stream: toFile, level: options.level },
    { stream: toTerminal, level: 'warn' },
  ]);
  return { log: wrap(pino(base, both)), file };
}

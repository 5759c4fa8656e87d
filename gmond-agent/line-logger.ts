// The agent's log: one JSON object per line, so that journald and files alike can
// be searched.

import type { Clock } from '#kernel/clock.ts';
import type { LogFields, Logger } from '#kernel/log.ts';

export function createLineLogger(
  deps: { clock: Clock; write: (line: string) => void },
  options: { debug: boolean },
  bound: LogFields = {},
): Logger {
  const say = (level: string) => (message: string, fields?: LogFields) =>
    deps.write(
      `${JSON.stringify({ time: new Date(deps.clock.nowMs()).toISOString(), level, message, ...bound, ...fields })}\n`,
    );
  return {
    debug: options.debug ? say('debug') : () => {},
    info: say('info'),
    warn: say('warn'),
    error: say('error'),
    child: (fields) => createLineLogger(deps, options, { ...bound, ...fields }),
  };
}

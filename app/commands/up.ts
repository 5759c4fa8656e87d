// `plexus up`: one server process until a signal ends it.

import { systemClock } from '#kernel/clock.ts';
import { errorFields } from '#kernel/errors.ts';
import { openHome } from '../home.ts';
import { openLog } from '../logging.ts';
import { startServer } from '../server.ts';
import { listenForStop, whenAborted } from '../stop-signal.ts';
import { readSettings } from '../settings.ts';

export async function up(options: { roles?: string }): Promise<void> {
  const settings = readSettings(process.env, options.roles);
  const clock = systemClock();
  const startedTick = clock.monotonicMs();
  const stop = listenForStop(clock);
  const home = openHome(settings.home);
  const onTerminal = process.stderr.isTTY;
  const { log, file } = openLog({ level: settings.logLevel, ...(onTerminal && { directory: home.file('log') }) });
  process.on('unhandledRejection', (error) => {
    log.error('a bug: a promise nobody owned failed', errorFields(error));
    process.exit(1);
  });

  const server = await startServer(settings, home, { clock, log }).catch((error: unknown) => {
    home.release();
    throw error;
  });
  const readyMs = Math.round(clock.monotonicMs() - startedTick);

  const login = (await server.setupNeeded())
    ? 'open the page and make the first administrator'
    : settings.adminPassword
      ? 'user admin with the password of PLEXUS_ADMIN_PASSWORD'
      : 'with your user; "npx plexus user reset-password LOGIN" if it is forgotten';
  const lines = [
    `Plexus is ready: ${server.url}  (${readyMs} ms)`,
    `  log in   ${login}`,
    `  data     ${settings.home}`,
  ];
  if (file !== undefined) lines.push(`  log      ${file}`);
  process.stdout.write(`${lines.join('\n')}\n`);
  log.info('ready', { url: server.url, readyMs, roles: settings.roles });

  await whenAborted(stop);
  log.info('stopping');
  const failed = await server.stop();
  home.release();
  process.exit(failed.length === 0 ? 0 : 1);
}

// `plexus influx setup`: prepares the InfluxDB of the settings.

import { AppError } from '#kernel/errors.ts';
import { influxSettingsOf } from '../stores.ts';
import { readSettings } from '../settings.ts';

const DAY_SEC = 86_400;

export async function influxSetup(options: { rawDays: string }): Promise<void> {
  const rawDays = Number(options.rawDays);
  if (!Number.isInteger(rawDays) || rawDays < 2 || rawDays > 3650) {
    const given = JSON.stringify(options.rawDays);
    throw new AppError('bad_arguments', `--raw-days: ${given} was given; whole days from 2 to 3650 are accepted.`);
  }
  const { influx } = readSettings();
  if (!influx) throw new AppError('bad_settings', 'PLEXUS_INFLUX_URL is not set: there is no InfluxDB to set up.');
  const { setUpInflux } = await import('#store/history/influx/setup.ts');
  for await (const { what, done } of setUpInflux(influxSettingsOf(influx), { rawSec: rawDays * DAY_SEC }))
    process.stdout.write(`${done.padEnd(12)} ${what}\n`);
}

// The `influx` package, set up for one server: reading and set-up in InfluxQL go
// through it. Writing does not: it has no buffer and no retry.

import { InfluxDB } from 'influx';
import { serverOf, type InfluxSettings } from './endpoint.ts';

const TIMEOUT_MS = 10_000;

/** 3.x takes its token as the password of anybody. */
export function influxClient(settings: InfluxSettings): InfluxDB {
  const { url, base } = serverOf(settings);
  const [username, password] =
    settings.version === '3' ? ['plexus', settings.token] : [settings.username, settings.password];
  return new InfluxDB({
    ...(settings.database !== undefined && { database: settings.database }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    hosts: [
      {
        host: url.hostname,
        port: Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
        protocol: url.protocol === 'https:' ? 'https' : 'http',
        path: base,
      },
    ],
    // `maxRetries` of this package means other hosts, and there are none.
    pool: { maxRetries: 0, requestTimeout: TIMEOUT_MS },
  });
}

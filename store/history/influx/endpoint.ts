// The settings of an InfluxDB and what they mean for a write: one writer serves
// 1.x and 2.x, only URL and authorisation differ.

import { badRequest } from '#kernel/errors.ts';

export interface InfluxSettings {
  /** `http://host:8086`, with a path when a proxy adds one. */
  url: string;
  version: '1' | '2';
  /** 1.x: created when it is not there. */
  database?: string;
  username?: string;
  password?: string;
  /** 2.x. The bucket must exist: its retention is the operator's decision. */
  token?: string;
  org?: string;
  bucket?: string;
}

export interface WriteEndpoint {
  origin: string;
  path: string;
  headers: Record<string, string>;
}

/** Throws AppError `influx_bad_settings` that names what is missing. */
export function writeEndpoint(settings: InfluxSettings): WriteEndpoint {
  const url = URL.canParse(settings.url) ? new URL(settings.url) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw badRequest('influx_bad_settings', `InfluxDB URL: ${JSON.stringify(settings.url)} is not an http(s) URL.`);
  }
  const base = url.pathname.replace(/\/$/, '');
  if (settings.version === '2') {
    const { token, org, bucket } = required(settings, ['token', 'org', 'bucket']);
    const query = new URLSearchParams({ org, bucket, precision: 'ms' });
    return { origin: url.origin, path: `${base}/api/v2/write?${query}`, headers: { authorization: `Token ${token}` } };
  }
  const { database } = required(settings, ['database']);
  const query = new URLSearchParams({ db: database, precision: 'ms' });
  return { origin: url.origin, path: `${base}/write?${query}`, headers: basicAuth(settings) };
}

/** The named settings, all of them present. */
export function required<Name extends keyof InfluxSettings>(
  settings: InfluxSettings,
  names: Name[],
): Record<Name, string> {
  const missing = names.filter((name) => !settings[name]);
  if (missing.length > 0) {
    throw badRequest('influx_bad_settings', `InfluxDB ${settings.version}.x needs ${missing.join(', ')}.`);
  }
  return Object.fromEntries(names.map((name) => [name, String(settings[name])])) as Record<Name, string>;
}

function basicAuth({ username, password = '' }: InfluxSettings): Record<string, string> {
  if (!username) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

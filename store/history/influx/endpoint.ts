// The settings of an InfluxDB and what they mean for a write: one writer serves
// 1.x, 2.x and 3.x, only URL and authorisation differ.

import { badRequest } from '#kernel/errors.ts';

export interface InfluxSettings {
  /** `http://host:8086`, with a path when a proxy adds one. */
  url: string;
  version: InfluxVersion;
  /** 1.x: created when it is not there. 3.x: the server makes it with the first write. */
  database?: string;
  username?: string;
  password?: string;
  /** 2.x and 3.x. */
  token?: string;
  /** 2.x. The bucket must exist: `plexus influx setup` makes it. */
  org?: string;
  bucket?: string;
  /** Pack batches; worth it on a network, not on loopback. Default: unless the URL is this machine's. */
  gzip?: boolean;
}

export type InfluxVersion = '1' | '2' | '3';

export interface WriteEndpoint {
  origin: string;
  path: string;
  headers: Record<string, string>;
  gzip: boolean;
}

const LOOPBACK = /^(localhost|127\.[\d.]+|\[::1\])$/;

/** Throws AppError `influx_bad_settings` that names what is missing. */
export function writeEndpoint(settings: InfluxSettings): WriteEndpoint {
  const { url, base } = serverOf(settings);
  const target = writeTarget(settings);
  return {
    origin: url.origin,
    path: `${base}${target.path}?${new URLSearchParams({ ...target.query, precision: 'ms' })}`,
    headers: target.headers,
    gzip: settings.gzip ?? !LOOPBACK.test(url.hostname),
  };
}

/** The URL in its parts; `base` is what a proxy adds before every path, without a slash at its end. */
export function serverOf(settings: InfluxSettings): { url: URL; base: string } {
  const url = URL.parse(settings.url);
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    throw badRequest('influx_bad_settings', `InfluxDB URL: ${JSON.stringify(settings.url)} is not an http(s) URL.`);
  }
  return { url, base: url.pathname.replace(/\/$/, '') };
}

function writeTarget(
  settings: InfluxSettings,
): Pick<WriteEndpoint, 'path' | 'headers'> & { query: Record<string, string> } {
  if (settings.version === '1') {
    const { database } = required(settings, ['database']);
    return { path: '/write', query: { db: database }, headers: basicAuth(settings) };
  }
  if (settings.version === '2') {
    const { token, org, bucket } = required(settings, ['token', 'org', 'bucket']);
    return { path: '/api/v2/write', query: { org, bucket }, headers: { authorization: `Token ${token}` } };
  }
  const { database, token } = required(settings, ['database', 'token']);
  return { path: '/api/v2/write', query: { bucket: database }, headers: { authorization: `Bearer ${token}` } };
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

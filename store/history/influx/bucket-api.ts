// The few calls of InfluxDB 2.x's management API that set-up and reading need:
// organisation, buckets, tasks. Source: InfluxDB 2.x HTTP API reference.

import { request } from 'undici';
import { AppError } from '#kernel/errors.ts';
import { required, serverOf, type InfluxSettings } from './endpoint.ts';

export interface Bucket {
  id: string;
  name: string;
  /** 0 = for ever. */
  keptSec: number;
}

export interface Task {
  id: string;
  name: string;
  flux: string;
}

export interface BucketApi {
  /** Of the organisation. All reject with AppError `influx_setup` and the server's own words. */
  buckets(): Promise<Bucket[]>;
  createBucket(name: string, keptSec: number): Promise<void>;
  setRetention(bucket: Bucket, keptSec: number): Promise<void>;
  tasks(): Promise<Task[]>;
  createTask(flux: string): Promise<void>;
  changeTask(id: string, flux: string): Promise<void>;
}

const TIMEOUT_MS = 10_000;
// The server gives 20 unless asked for more; these are the most that it gives.
const MOST_BUCKETS = 100;
const MOST_TASKS = 500;

export function createBucketApi(settings: InfluxSettings): BucketApi {
  const { token, org } = required(settings, ['token', 'org']);
  const { url, base } = serverOf(settings);

  async function ask(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<unknown> {
    const response = await request(`${url.origin}${base}/api/v2${path}`, {
      method,
      headers: { authorization: `Token ${token}`, 'content-type': 'application/json' },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      ...(body && { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new AppError('influx_setup', `InfluxDB at ${settings.url} does not answer: ${String(cause)}`, { cause });
    });
    const text = await response.body.text();
    if (response.statusCode >= 300) {
      throw new AppError(
        'influx_setup',
        `InfluxDB answered ${response.statusCode} to ${method} ${path}: ${text.slice(0, 300)}`,
      );
    }
    return text === '' ? undefined : JSON.parse(text);
  }

  const list = async (path: string, name: string): Promise<unknown[]> => {
    const found = fieldOf(await ask('GET', path), name);
    return Array.isArray(found) ? found : [];
  };

  async function orgId(): Promise<string> {
    const [found] = await list(`/orgs?${new URLSearchParams({ org })}`, 'orgs');
    const id = textOf(found, 'id');
    if (id === '') throw new AppError('influx_setup', `InfluxDB knows no organisation ${JSON.stringify(org)}.`);
    return id;
  }

  const keep = (keptSec: number) => ({ retentionRules: [{ type: 'expire', everySeconds: keptSec }] });

  return {
    async buckets() {
      const found = await list(`/buckets?${new URLSearchParams({ org, limit: String(MOST_BUCKETS) })}`, 'buckets');
      return found.map((bucket) => ({
        id: textOf(bucket, 'id'),
        name: textOf(bucket, 'name'),
        keptSec: keptSecOf(bucket),
      }));
    },
    async createBucket(name, keptSec) {
      await ask('POST', '/buckets', { orgID: await orgId(), name, ...keep(keptSec) });
    },
    async setRetention(bucket, keptSec) {
      await ask('PATCH', `/buckets/${encodeURIComponent(bucket.id)}`, keep(keptSec));
    },
    async tasks() {
      const found = await list(`/tasks?${new URLSearchParams({ org, limit: String(MOST_TASKS) })}`, 'tasks');
      return found.map((task) => ({ id: textOf(task, 'id'), name: textOf(task, 'name'), flux: textOf(task, 'flux') }));
    },
    async createTask(flux) {
      await ask('POST', '/tasks', { orgID: await orgId(), flux, status: 'active' });
    },
    async changeTask(id, flux) {
      await ask('PATCH', `/tasks/${encodeURIComponent(id)}`, { flux });
    },
  };
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;

function textOf(value: unknown, name: string): string {
  const text = fieldOf(value, name);
  return typeof text === 'string' ? text : '';
}

function keptSecOf(bucket: unknown): number {
  const rules = fieldOf(bucket, 'retentionRules');
  const seconds = Array.isArray(rules) ? fieldOf(rules[0], 'everySeconds') : undefined;
  return typeof seconds === 'number' ? seconds : 0;
}

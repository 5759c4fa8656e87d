// Downtimes as people plan them: one or many at once, or again and again. Part of checks/api.ts.

import type { Actor } from '#kernel/domain/actor.ts';

/** At most so many downtimes are planned at once. */
export const MOST_PLANNED = 5000;
export const LONGEST_DOWNTIME_MS = 366 * 86_400_000;

/** What is named here together; an object named twice is meant once. */
export interface DowntimeTarget {
  hostIds: string[];
  /** The check of a host itself stands for its host. */
  checkIds: string[];
  groupIds: string[];
  serviceGroups: string[];
  /** A filter of the list of checks; see checks/query-text.ts. */
  filter: string | null;
  /** A downtime for each service of the hosts as well. Without, services are kept quiet by their host only. */
  withServices: boolean;
  /** Hosts beneath: not at all, in downtime at the same time, or when and as long as the one above is. */
  children: 'none' | 'same' | 'triggered';
}

export interface DowntimeWindow {
  startsAtMs: number;
  endsAtMs: number;
  isFixed: boolean;
  /** Of a flexible one, from its first problem on; 0 for a fixed one. */
  durationMs: number;
}

export interface DowntimeOrder extends DowntimeWindow {
  target: DowntimeTarget;
  comment: string;
}

export type DowntimeStatus = 'pending' | 'active' | 'ended' | 'cancelled' | 'expired';

export interface DowntimeRecord extends DowntimeWindow {
  id: string;
  hostId: string;
  hostName: string;
  /** Null = the host as such. */
  checkId: string | null;
  checkName: string | null;
  author: string;
  comment: string;
  triggeredBy: string | null;
  recurringId: string | null;
  /** Those with the same were planned together. */
  batch: string;
  status: DowntimeStatus;
  beganAtMs: number | null;
  overAtMs: number | null;
  enteredAtMs: number;
}

export interface DowntimeFilter {
  hostId?: string;
  /** Of the check, or of its host as such. */
  checkId?: string;
  status?: DowntimeStatus[];
  recurringId?: string;
  batch?: string;
  /** Those with a part between the two instants. */
  fromMs?: number;
  toMs?: number;
}

/** Downtimes that were planned together, as one bar of the calendar. */
export interface DowntimeBatch extends DowntimeWindow {
  batch: string;
  author: string;
  comment: string;
  recurringId: string | null;
  hosts: number;
  services: number;
  /** Of the first five. */
  names: string[];
  /** The most that is true of one of them: active, then pending, then over. */
  status: DowntimeStatus;
  /** Pending or under way. */
  open: number;
}

/** What an order would keep quiet. */
export interface DowntimePreview {
  /** Downtimes that would be planned. */
  downtimes: number;
  /** More than MOST_PLANNED. */
  isTooMany: boolean;
  hosts: number;
  /** With one of their own, or kept quiet by their host. */
  services: number;
  /** Of those, the ones that only their host keeps quiet. */
  servicesByHost: number;
  /** First 50 by name. */
  hostNames: string[];
  serviceNames: string[];
  /** Downtimes of the same objects that overlap in time: how many, and the first 20. */
  overlapping: number;
  overlaps: DowntimeRecord[];
}

/** `days`: forms of time periods with their times, such as `{monday: '02:00-03:00', 'day -1': '22:00-04:00'}`. */
export interface RecurringSchedule {
  /** IANA name. */
  zone: string;
  days: Record<string, string>;
}

export interface RecurringOrder {
  name: string;
  target: DowntimeTarget;
  schedule: RecurringSchedule;
  isFixed: boolean;
  durationMs: number;
  comment: string;
  enabled: boolean;
}

export interface Occurrence {
  startMs: number;
  endMs: number;
}

export interface RecurringRecord extends RecurringOrder {
  id: string;
  author: string;
  version: number;
  createdAtMs: number;
  /** The next five; none while it is switched off. */
  next: Occurrence[];
}

/**
 * Commands throw `invalid_downtime` (400) with what is accepted, `too_many` (400), `bad_filter` (400), `not_found`,
 * `name_taken` (409), `stale_version` (409); each writes its audit entry.
 */
export interface DowntimesApi {
  /** By start, latest first. `cursor` as the last page gave it. */
  list(
    filter: DowntimeFilter,
    page: { cursor?: string; limit: number },
  ): Promise<{ items: DowntimeRecord[]; nextCursor: string | null }>;
  /** By start; the first 2000 of the time, with how many there are. */
  batches(filter: DowntimeFilter): Promise<{ items: DowntimeBatch[]; total: number }>;
  preview(order: Pick<DowntimeOrder, 'target' | 'startsAtMs' | 'endsAtMs'>): Promise<DowntimePreview>;
  schedule(actor: Actor, order: DowntimeOrder): Promise<{ batch: string; planned: number }>;
  /** Open ones among `ids` and `batches`; returns how many. */
  cancel(actor: Actor, which: { ids: string[]; batches: string[] }): Promise<number>;
  /** Of these, what is a problem now and would be told again. */
  wouldTell(which: { ids: string[]; batches: string[] }): Promise<{ open: number; problems: number; names: string[] }>;
  recurring: {
    list(): Promise<RecurringRecord[]>;
    get(id: string): Promise<RecurringRecord>;
    /** Also while it is being written: the next five, or what is wrong with it. */
    occurrences(schedule: RecurringSchedule): Occurrence[];
    create(actor: Actor, order: RecurringOrder): Promise<string>;
    /** Pending occurrences are cancelled and planned anew; one under way goes on. */
    update(actor: Actor, id: string, order: RecurringOrder & { version?: number }): Promise<void>;
    /** Pending occurrences are cancelled; one under way goes on. */
    remove(actor: Actor, id: string): Promise<void>;
  };
}

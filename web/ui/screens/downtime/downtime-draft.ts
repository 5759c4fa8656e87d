// A downtime while it is being written, and what is sent of it. Pure.

import type { DowntimeOrder, DowntimePreviewOrder, DowntimeTarget } from '#web/contract/downtimes.ts';

export interface TargetDraft {
  hostIds: string[];
  checkIds: string[];
  groupIds: string[];
  /** Names with commas between. */
  serviceGroups: string;
  filter: string;
  withServices: boolean;
  children: 'none' | 'same' | 'triggered';
}

export interface DowntimeDraft extends TargetDraft {
  /** As a datetime-local input has them, in the browser's zone. */
  from: string;
  to: string;
  kind: 'fixed' | 'flexible';
  minutes: number;
  comment: string;
}

const HOUR_MS = 3_600_000;

export const EMPTY_TARGET: TargetDraft = {
  ...{ hostIds: [], checkIds: [], groupIds: [], serviceGroups: '', filter: '', withServices: false },
  children: 'none',
};

/** What a link to the form says: `?hosts=&checks=&q=`, ids with commas between. */
export function draftFromParams(params: URLSearchParams, nowMs: number): DowntimeDraft {
  const ids = (name: string): string[] => (params.get(name) ?? '').split(',').filter(Boolean);
  return {
    ...{ ...EMPTY_TARGET, hostIds: ids('hosts'), checkIds: ids('checks'), groupIds: ids('groups') },
    ...{ filter: params.get('q') ?? '', from: localText(nowMs), to: localText(nowMs + 2 * HOUR_MS) },
    ...{ kind: 'fixed', minutes: 60, comment: '' },
  };
}

/** "2026-11-20T03:04" in the browser's zone. */
function localText(atMs: number): string {
  const at = new Date(atMs);
  return new Date(atMs - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function targetToSend(draft: TargetDraft): DowntimeTarget {
  const serviceGroups = draft.serviceGroups
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  return {
    ...(draft.hostIds.length > 0 && { hostIds: draft.hostIds }),
    ...(draft.checkIds.length > 0 && { checkIds: draft.checkIds }),
    ...(draft.groupIds.length > 0 && { groupIds: draft.groupIds }),
    ...(serviceGroups.length > 0 && { serviceGroups }),
    ...(draft.filter.trim() !== '' && { q: draft.filter.trim() }),
    withServices: draft.withServices,
    children: draft.children,
  };
}

export const targetDraftOf = (target: DowntimeTarget): TargetDraft => ({
  hostIds: target.hostIds ?? [],
  checkIds: target.checkIds ?? [],
  groupIds: target.groupIds ?? [],
  serviceGroups: (target.serviceGroups ?? []).join(', '),
  filter: target.q ?? '',
  withServices: target.withServices ?? false,
  children: target.children ?? 'none',
});

export const namesSomething = ({ hostIds, checkIds, groupIds, serviceGroups, q }: DowntimeTarget): boolean =>
  [hostIds, checkIds, groupIds, serviceGroups, q].some((part) => part !== undefined);

/** Null while it cannot be asked about: nothing named, or no time. */
export function previewOf(draft: DowntimeDraft): DowntimePreviewOrder | null {
  const target = targetToSend(draft);
  const from = instantOf(draft.from);
  const until = instantOf(draft.to);
  return namesSomething(target) && from !== null && until !== null && from < until ? { target, from, until } : null;
}

export function orderOf(draft: DowntimeDraft): DowntimeOrder | null {
  const asked = previewOf(draft);
  if (!asked || draft.comment.trim() === '') return null;
  const isFixed = draft.kind === 'fixed';
  return {
    ...asked,
    comment: draft.comment.trim(),
    fixed: isFixed,
    ...(!isFixed && { durationSec: draft.minutes * 60 }),
  };
}

function instantOf(local: string): string | null {
  const atMs = new Date(local).getTime();
  return Number.isNaN(atMs) ? null : new Date(atMs).toISOString();
}

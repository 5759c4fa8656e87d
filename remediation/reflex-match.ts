// Which alerts a reflex answers: pure.

import type { ReflexMatch } from './reflex.ts';

interface AlertFacts {
  ruleId: string;
  checkId: string | undefined;
  checkName: string | undefined;
  hostId: string | undefined;
  groupIds: readonly string[];
}

/** Every key that is present must hold; hosts and groups together are one key, "where". */
export function matchesAlert(match: ReflexMatch, alert: AlertFacts): boolean {
  if (match.ruleId !== undefined && match.ruleId !== alert.ruleId) return false;
  if (match.checkId !== undefined && match.checkId !== alert.checkId) return false;
  if (match.checkName !== undefined && match.checkName !== alert.checkName) return false;
  const hostIds = match.hostIds ?? [];
  const groupIds = match.groupIds ?? [];
  if (hostIds.length + groupIds.length === 0) return true;
  const isNamed = alert.hostId !== undefined && hostIds.includes(alert.hostId);
  return isNamed || groupIds.some((id) => alert.groupIds.includes(id));
}

/** True for a match that names nothing, and so would answer every alert there is. */
export const matchesEverything = (match: ReflexMatch): boolean =>
  match.ruleId === undefined &&
  match.checkId === undefined &&
  match.checkName === undefined &&
  (match.hostIds ?? []).length + (match.groupIds ?? []).length === 0;

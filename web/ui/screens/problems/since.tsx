// Since when an episode lasts, or from when to when it lasted.

import { useTranslation } from 'react-i18next';
import type { Alert } from '#web/contract/alerting.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime, formatDuration } from '../../format/time.ts';

export function Since({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  const nowMs = useNow();
  const openedMs = Date.parse(alert.openedAt);
  const from = dateTime(alert.openedAt, nowMs);
  if (alert.resolvedAt) {
    const to = dateTime(alert.resolvedAt, nowMs);
    return <>{t('problems.was', { from, to, age: formatDuration(Date.parse(alert.resolvedAt) - openedMs) })}</>;
  }
  return <>{t('problems.since', { at: from, age: formatDuration(nowMs - openedMs) })}</>;
}

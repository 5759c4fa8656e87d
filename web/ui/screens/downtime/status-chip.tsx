// Whether a downtime is planned, under way or over. Blue is what Plexus does now.

import { useTranslation } from 'react-i18next';
import type { DowntimeStatusWord } from '#web/contract/downtimes.ts';

export function StatusChip({ status }: { status: DowntimeStatusWord }) {
  const { t } = useTranslation();
  const tone = status === 'active' ? 'act' : 'off';
  return (
    <span className={`chip chip--${tone}${status === 'pending' ? ' chip--owned' : ''}`}>
      {t(`downtime.status.${status}`)}
    </span>
  );
}

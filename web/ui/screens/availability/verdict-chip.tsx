// Whether a target was met. That it was is nothing to be coloured.

import { useTranslation } from 'react-i18next';
import type { AvailabilityRow } from '#web/contract/availability.ts';

const TONE = { met: 'off', missed: 'crit', undetermined: 'off' } as const;

export function VerdictChip({ verdict }: { verdict: AvailabilityRow['verdict'] }) {
  const { t } = useTranslation();
  const isQuiet = verdict === 'undetermined';
  return (
    <span className={`chip chip--${TONE[verdict]}${isQuiet ? ' chip--owned' : ''}`}>
      {t(`availability.${verdict}`)}
    </span>
  );
}

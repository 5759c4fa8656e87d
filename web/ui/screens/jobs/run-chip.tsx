// How a run stands, as a chip; filled when it is over, outlined while it goes.

import { useTranslation } from 'react-i18next';
import type { RunStatus } from '#web/contract/remediation.ts';
import { toneOfRun } from '../../parts/tone.ts';

export function RunChip({ status }: { status: RunStatus }) {
  const { t } = useTranslation();
  return <span className={`chip chip--${toneOfRun(status)}`}>{t(`jobs.status.${status}`)}</span>;
}

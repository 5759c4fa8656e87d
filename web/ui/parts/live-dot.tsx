// How old the picture is: "live", or since when nothing came. Old data must look old.

import { useTranslation } from 'react-i18next';
import { useLiveStatus } from '../data/live-context.tsx';
import { useNow } from '../data/use-now.ts';
import { clockTime, formatDuration } from '../format/time.ts';
import './live-dot.css';

export function LiveDot() {
  const { t } = useTranslation();
  const status = useLiveStatus();
  const now = useNow();
  const age = formatDuration(now - status.heardAtMs);
  return (
    <span className="live-dot" data-connected={status.connected}>
      <i aria-hidden="true" />
      <span>{status.connected ? t('live.on', { age }) : t('live.off', { age })}</span>
    </span>
  );
}

/** One banner for the whole page while the connection is gone; it goes by itself. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const status = useLiveStatus();
  const now = useNow();
  if (status.connected) return null;
  return (
    <div className="connection-banner" role="status">
      {t('live.lost', { at: clockTime(status.heardAtMs), age: formatDuration(now - status.heardAtMs) })}
    </div>
  );
}

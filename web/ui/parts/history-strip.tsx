// The last results of a check as cells of fixed number, newest right. Height says how
// bad, so that it reads without colour; results that are not there are drawn as gaps.

import { useTranslation } from 'react-i18next';
import './history-strip.css';

interface StripCell {
  state: string;
  /** Said on hover and focus: time, state, output. */
  title?: string;
}

export function HistoryStrip({ cells, count, label }: { cells: readonly StripCell[]; count: number; label: string }) {
  const { t } = useTranslation();
  const shown = cells.slice(-count);
  const gaps = Math.max(0, count - shown.length);
  const bad = shown.filter((cell) => cell.state !== 'ok' && cell.state !== 'up').length;
  return (
    <div className="history-strip" role="img" aria-label={t('strip.summary', { label, bad, count: shown.length })}>
      {Array.from({ length: gaps }, (_, at) => (
        <i key={`gap-${at}`} className="history-strip__gap" />
      ))}
      {shown.map((cell, at) => (
        <i key={at} data-state={cell.state} title={cell.title} />
      ))}
    </div>
  );
}

// Lines, areas, a stack, or shares.

import { useTranslation } from 'react-i18next';
import type { ChartKind } from '#web/contract/views.ts';
import { CHART_KINDS } from './graph-query.ts';

interface ChartKindPickerProps {
  value: ChartKind;
  onChange: (kind: ChartKind) => void;
}

export function ChartKindPicker({ value, onChange }: ChartKindPickerProps) {
  const { t } = useTranslation();
  return (
    <div className="pick-row" role="group" aria-label={t('graphs.kind.label')}>
      {CHART_KINDS.map((kind) => (
        <button key={kind} type="button" aria-pressed={kind === value} onClick={() => onChange(kind)}>
          {t(`graphs.kind.${kind}`)}
        </button>
      ))}
    </div>
  );
}

// Fixed, from start to end, or flexible, from the first problem on.

import { useTranslation } from 'react-i18next';

type Kind = 'fixed' | 'flexible';

export function KindPick({ value, onChange }: { value: Kind; onChange: (kind: Kind) => void }) {
  const { t } = useTranslation();
  return (
    <div>
      <div className="pick-row downtime-kind" role="group" aria-label={t('downtime.form.kind')}>
        {(['fixed', 'flexible'] as const).map((kind) => (
          <button key={kind} type="button" aria-pressed={value === kind} onClick={() => onChange(kind)}>
            {t(`downtime.form.${kind}`)}
          </button>
        ))}
      </div>
      {value === 'flexible' && <p className="second">{t('downtime.form.flexibleWhy')}</p>}
    </div>
  );
}

// Chooses the kind of a new check, by what one wants to know.

import { useTranslation } from 'react-i18next';
import type { CheckKinds } from '#web/contract/checks.ts';
import { inFamilies, isKnownKind, useKindTitle } from './kind-words.ts';

interface KindPickerProps {
  kinds: CheckKinds['items'];
  value: string;
  onChange: (kind: string) => void;
}

export function KindPicker({ kinds, value, onChange }: KindPickerProps) {
  const { t } = useTranslation();
  const kindTitle = useKindTitle();
  return (
    <div className="kind-picker" role="group" aria-label={t('checks.form.kind')}>
      {inFamilies(kinds).map(({ family, kinds: members }) => (
        <div key={family} className="kind-picker__family">
          <p className="second">{t(`checks.family.${family}`)}</p>
          <div>
            {members.map(({ kind }) => (
              <button
                key={kind}
                type="button"
                className="check-chip"
                aria-pressed={kind === value}
                onClick={() => onChange(kind)}
              >
                {kindTitle(kind)}
              </button>
            ))}
          </div>
        </div>
      ))}
      {isKnownKind(value) && <p className="second">{t(`checks.kindWhy.${value}`)}</p>}
    </div>
  );
}

// What else is to be known of a check beside its state: who has it, why nobody hears of it,
// that it flaps. Words with a symbol, never a colour alone.

import { useTranslation } from 'react-i18next';
import type { Check } from '#web/contract/checks.ts';
import { Icon } from '../../parts/icon.tsx';
import { mutedWord } from './muted-word.ts';

type Marked = Pick<
  Check,
  'stale' | 'acknowledged' | 'downtimeDepth' | 'mutedBy' | 'flapping' | 'enabled' | 'via' | 'changePercent'
>;

export function CheckMarks({ check }: { check: Marked }) {
  const { t } = useTranslation();
  const { acknowledged, downtimeDepth, mutedBy } = check;
  const isSaid = mutedBy === 'acknowledged' || mutedBy === 'flapping' || (downtimeDepth > 0 && mutedBy === 'downtime');
  return (
    <>
      {check.stale && (
        <span className="check-mark" title={t('state.long.stale')}>
          <Icon name="timeline" size={13} />
          {t('checks.mark.stale')}
        </span>
      )}
      {acknowledged !== 'none' && (
        <span className="check-mark">
          <Icon name="hand" size={13} />
          {t(acknowledged === 'sticky' ? 'checks.mark.sticky' : 'checks.mark.acknowledged')}
        </span>
      )}
      {downtimeDepth > 0 && (
        <span className="check-mark">
          <Icon name="wrench" size={13} />
          {t('checks.mark.downtime')}
        </span>
      )}
      {mutedBy !== null && !isSaid && (
        <span className="check-mark">
          <Icon name="bellOff" size={13} />
          {mutedWord(mutedBy, t)}
        </span>
      )}
      {check.flapping && (
        <span className="check-mark tone-warn">
          <Icon name="wave" size={13} />
          {t('checks.flapping')}
        </span>
      )}
      {check.via !== 'active' && <span className="check-mark">{t('checks.mark.passive')}</span>}
      {!check.enabled && <span className="check-mark">{t('form.disabled')}</span>}
    </>
  );
}

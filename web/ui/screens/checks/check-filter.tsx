// The filter of the list: as text, with chips for what is asked most, and the mistake shown
// at its place.

import { useTranslation } from 'react-i18next';
import type { ApiError } from '../../data/api-client.ts';
import { useParamFields } from '../../data/use-param-fields.ts';
import { FilterBox } from '../../parts/filter-box.tsx';
import { hasTerm, placeOfProblem, toggleTerm } from './filter-terms.ts';

const CHIPS = [
  ['is:unhandled', 'unhandled'],
  ['state:critical,down', 'critical'],
  ['state:warning', 'warning'],
  ['state:unknown', 'unknown'],
  ['object:host', 'hosts'],
  ['is:acked', 'acknowledged'],
  ['is:downtime', 'downtime'],
  ['is:flapping', 'flapping'],
  ['is:stale', 'stale'],
] as const;

export function CheckFilter({ error }: { error: ApiError | null }) {
  const { t } = useTranslation();
  const [params, setParam] = useParamFields({ replace: true });
  const typed = params.get('q') ?? '';
  const byHost = params.get('sort') === 'host';
  const at = error?.code === 'bad_filter' ? placeOfProblem(error.fields) : null;
  return (
    <div className="check-filter">
      <div className="filter-bar">
        <FilterBox placeholder={t('checks.filter')} />
        <div className="pick-row" role="group" aria-label={t('checks.sort.label')}>
          <button type="button" aria-pressed={!byHost} onClick={() => setParam('sort', null)}>
            {t('checks.sort.worst')}
          </button>
          <button type="button" aria-pressed={byHost} onClick={() => setParam('sort', 'host')}>
            {t('checks.sort.host')}
          </button>
        </div>
      </div>
      {at !== null && (
        <p className="check-filter__problem" role="alert">
          <code>
            {typed.slice(0, at)}
            <mark>{typed.slice(at) || '␣'}</mark>
          </code>
          <span>{error?.fields[`query.q.${at}`]}</span>
        </p>
      )}
      <div className="check-filter__chips" role="group" aria-label={t('checks.chip.label')}>
        {CHIPS.map(([term, name]) => (
          <button
            key={term}
            type="button"
            className="check-chip"
            aria-pressed={hasTerm(typed, term)}
            onClick={() => setParam('q', toggleTerm(typed, term))}
          >
            {t(`checks.chip.${name}`)}
          </button>
        ))}
        <span className="second check-filter__example">{t('checks.filterExample')}</span>
      </div>
    </div>
  );
}

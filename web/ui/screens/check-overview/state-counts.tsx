// Hosts or services by state, unhandled beside handled.

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { StateCount } from '#web/contract/check-views.ts';
import { StatusMark } from '../../parts/status-mark.tsx';
import { toneOfState } from '../../parts/tone.ts';
import { checksPath } from '../checks/filter-terms.ts';
import { countOf, filterOf, HOST_ROWS, isProblem, SERVICE_ROWS, totalOf } from './overview-counts.ts';
import '../../parts/grid-table.css';

export function StateCounts({ object, states }: { object: 'host' | 'service'; states: readonly StateCount[] }) {
  const { t } = useTranslation();
  const total = totalOf(states, object);
  const title = t(object === 'host' ? 'checks.overview.hosts' : 'checks.overview.services');
  return (
    <section className="card" aria-label={title}>
      <table className="state-counts">
        <caption className="sr-only">{title}</caption>
        <thead>
          <tr>
            <th>{title}</th>
            <th>
              <span className="sr-only">{t('checks.overview.share')}</span>
            </th>
            <th>{t('checks.overview.unhandled')}</th>
            <th>{t('checks.overview.handled')}</th>
          </tr>
        </thead>
        <tbody>
          {(object === 'host' ? HOST_ROWS : SERVICE_ROWS).map((state) => {
            const count = countOf(states, { object, state });
            const tone = toneOfState(state);
            return (
              <tr key={state}>
                <th scope="row">
                  <StatusMark state={state} />
                </th>
                <td className="state-counts__bar" aria-hidden="true">
                  <i
                    data-problem={isProblem(state) || undefined}
                    className={`tone-${tone}`}
                    style={{ width: total === 0 ? 0 : `max(${count === 0 ? 0 : 2}px, ${(count / total) * 100}%)` }}
                  />
                </td>
                {isProblem(state) ? (
                  [false, true].map((isHandled) => (
                    <td key={String(isHandled)}>
                      <Count
                        count={countOf(states, { object, state, isHandled })}
                        to={checksPath(filterOf({ object, state, isHandled }))}
                        tone={isHandled ? undefined : tone}
                      />
                    </td>
                  ))
                ) : (
                  <td colSpan={2}>
                    <Count count={count} to={checksPath(filterOf({ object, state }))} />
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

interface CountProps {
  count: number;
  to: string;
  /** Drawn only when there is something to be told. */
  tone?: string | undefined;
}

export function Count({ count, to, tone }: CountProps) {
  return (
    <Link
      to={to}
      className={`overview-count ${count > 0 && tone ? `tone-${tone}` : ''}`}
      data-none={count === 0 || undefined}
      data-tone={(count > 0 && tone) || undefined}
    >
      {count.toLocaleString()}
    </Link>
  );
}

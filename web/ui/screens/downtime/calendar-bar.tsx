// Which time the calendar shows and how; all of it in the URL.

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useParamFields } from '../../data/use-param-fields.ts';
import { dayText, stepped, type CalendarSpan } from './calendar-span.ts';

const VIEWS = ['week', 'month', 'list', 'repeating'] as const;
type View = (typeof VIEWS)[number];

export const viewOf = (params: URLSearchParams): View => VIEWS.find((view) => view === params.get('view')) ?? 'week';

export function CalendarBar({ span }: { span: CalendarSpan }) {
  const { t } = useTranslation();
  const [params, setParam] = useParamFields();
  const view = viewOf(params);
  const byHost = params.get('lanes') === 'host';
  const step = view === 'week' ? 'week' : 'month';
  const go = (by: 1 | -1): void => setParam('at', dayText(stepped(step, span, by)));
  return (
    <div className="filter-bar">
      <div className="pick-row" role="group" aria-label={t('downtime.view.label')}>
        {VIEWS.map((one) => (
          <button key={one} type="button" aria-pressed={view === one} onClick={() => setParam('view', one)}>
            {t(`downtime.view.${one}`)}
          </button>
        ))}
      </div>
      {view !== 'repeating' && (
        <>
          <div className="calendar-steps">
            <Button size="xs" aria-label={t('downtime.earlier')} onClick={() => go(-1)}>
              ‹
            </Button>
            <Button size="xs" onClick={() => setParam('at', null)}>
              {t('downtime.today')}
            </Button>
            <Button size="xs" aria-label={t('downtime.later')} onClick={() => go(1)}>
              ›
            </Button>
          </div>
          <span className="strong">{spanName(step, span)}</span>
        </>
      )}
      {(view === 'week' || view === 'month') && (
        <div className="pick-row filter-bar__end downtime-wide" role="group" aria-label={t('downtime.lanes.label')}>
          <button type="button" aria-pressed={!byHost} onClick={() => setParam('lanes', null)}>
            {t('downtime.lanes.reason')}
          </button>
          <button type="button" aria-pressed={byHost} onClick={() => setParam('lanes', 'host')}>
            {t('downtime.lanes.host')}
          </button>
        </div>
      )}
    </div>
  );
}

function spanName(step: 'week' | 'month', { days }: CalendarSpan): string {
  const [first, last] = [days[0], days.at(-2)];
  if (!first || !last) return '';
  if (step === 'month') return new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric' }).format(first);
  const format = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
  return format.formatRange(first, last);
}

// Downtimes: as a calendar or a list, and those that repeat. View, time and the open downtime
// stand in the URL; ?hosts=, ?checks= and ?q= open the form for them.

import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { DowntimeBatches, RecurringDowntime } from '#web/contract/downtimes.ts';
import { nowMs } from '../../data/browser-clock.ts';
import { useDowntimeBatches, useDowntimes, useRecurringDowntimes } from '../../data/downtimes.ts';
import { useMay } from '../../data/session.tsx';
import { useParamFields } from '../../data/use-param-fields.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { useShortcuts } from '../../parts/shortcuts.ts';
import { ChecksTabs } from '../checks/checks-tabs.tsx';
import { calendarSpan, dayFromText, type CalendarSpan } from './calendar-span.ts';
import { CalendarBar, viewOf } from './calendar-bar.tsx';
import { DowntimeCalendar } from './downtime-calendar.tsx';
import { draftFromParams } from './downtime-draft.ts';
import { DowntimeForm } from './downtime-form.tsx';
import { lanesByHost, lanesByReason } from './downtime-lanes.ts';
import { DowntimePanel } from './downtime-panel.tsx';
import { DowntimeTable } from './downtime-table.tsx';
import { RecurringEditor } from './recurring-editor.tsx';
import { RecurringTable } from './recurring-table.tsx';
import '../checks/checks.css';
import './downtime.css';

const FORM_PARAMS = ['new', 'hosts', 'checks', 'groups', 'q'];
const MOST_BY_HOST = 1000;

export default function DowntimesScreen() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const [, setParam] = useParamFields();
  const mayPlan = useMay('operator');
  const view = viewOf(params);
  const span = calendarSpan(view === 'week' ? 'week' : 'month', dayFromText(params.get('at')) ?? nowMs());
  const batches = useDowntimeBatches({
    from: new Date(span.fromMs).toISOString(),
    to: new Date(span.toMs).toISOString(),
  });
  const [editing, setEditing] = useState<RecurringDowntime | 'new' | null>(null);
  const isPlanning = mayPlan && FORM_PARAMS.some((name) => params.has(name));
  const open = params.get('open');
  const closeForm = (): void =>
    setParams((before) => {
      for (const name of FORM_PARAMS) before.delete(name);
      return before;
    });
  useShortcuts({ d: () => mayPlan && setParam('new', '1') });
  const add = mayPlan && (
    <Button variant="filled" leftSection={<Icon name="plus" size={15} />} onClick={() => setParam('new', '1')}>
      {t('downtime.add')}
    </Button>
  );
  return (
    <>
      <PageHead
        title={t('downtime.title')}
        note={view !== 'repeating' && batches.data && t('downtime.known', { count: batches.data.total })}
        actions={
          <>
            {mayPlan && <Button onClick={() => setEditing('new')}>{t('downtime.repeat')}</Button>}
            {add}
          </>
        }
      />
      <ChecksTabs />
      <CalendarBar span={span} />
      {view === 'repeating' ? (
        <Repeating onEdit={mayPlan ? setEditing : undefined} />
      ) : (
        <LoadGate query={batches} rows={8}>
          {(data) => <Shown batches={data} span={span} add={add} onOpen={(batch) => setParam('open', batch)} />}
        </LoadGate>
      )}
      {open !== null && <DowntimePanel batch={open} onClose={() => setParam('open', null)} />}
      {isPlanning && <DowntimeForm draft={draftFromParams(params, nowMs())} onClose={closeForm} />}
      {editing !== null && (
        <RecurringEditor recurring={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      )}
    </>
  );
}

interface ShownProps {
  batches: DowntimeBatches;
  span: CalendarSpan;
  add: ReactNode;
  onOpen: (batch: string) => void;
}

function Shown({ batches: { items, total }, span, add, onOpen }: ShownProps) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const view = viewOf(params);
  if (items.length === 0)
    return (
      <div className="card">
        <EmptyState title={t('downtime.none')} reason={t('downtime.noneWhy')} action={add} />
      </div>
    );
  const table = <DowntimeTable batches={items} onOpen={onOpen} />;
  if (view === 'list') return table;
  return (
    <>
      {/* Bars of a few pixels are nothing to press with a thumb: there it is a list. */}
      <div className="downtime-narrow">{table}</div>
      <div className="downtime-wide">
        {params.get('lanes') === 'host' ? (
          <ByHost span={span} isMonth={view === 'month'} onOpen={onOpen} />
        ) : (
          <DowntimeCalendar span={span} lanes={lanesByReason(items)} isMonth={view === 'month'} onOpen={onOpen} />
        )}
      </div>
      {total > items.length && <p className="second">{t('downtime.firstOnly', { count: items.length })}</p>}
    </>
  );
}

function ByHost({ span, isMonth, onOpen }: { span: CalendarSpan; isMonth: boolean; onOpen: (batch: string) => void }) {
  const { t } = useTranslation();
  const query = { from: new Date(span.fromMs).toISOString(), to: new Date(span.toMs).toISOString() };
  const downtimes = useDowntimes({ ...query, limit: MOST_BY_HOST }, { keepPrevious: true });
  return (
    <LoadGate query={downtimes} rows={8}>
      {({ items, nextCursor }) => (
        <>
          <DowntimeCalendar span={span} lanes={lanesByHost(items)} isMonth={isMonth} onOpen={onOpen} />
          {nextCursor !== null && <p className="second">{t('downtime.firstOnly', { count: MOST_BY_HOST })}</p>}
        </>
      )}
    </LoadGate>
  );
}

function Repeating({ onEdit }: { onEdit: ((recurring: RecurringDowntime) => void) | undefined }) {
  const { t } = useTranslation();
  const recurring = useRecurringDowntimes();
  return (
    <LoadGate query={recurring} rows={4}>
      {({ items }) =>
        items.length === 0 ? (
          <div className="card">
            <EmptyState title={t('downtime.recurring.none')} reason={t('downtime.recurring.noneWhy')} />
          </div>
        ) : (
          <RecurringTable recurring={items} onEdit={onEdit} />
        )
      }
    </LoadGate>
  );
}

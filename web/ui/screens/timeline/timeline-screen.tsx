// Everything that happened, newest first, by day; with filters, and each event's cause linked.

import { Button, Select } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { TimelineEvent } from '#web/contract/events.ts';
import { useTimeline } from '../../data/events.ts';
import { useHosts } from '../../data/hosts.ts';
import { dateTime, dayName } from '../../format/time.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { EventList } from '../../parts/event-list.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import '../../parts/filter-box.css';
import './timeline.css';

const FAMILIES = {
  all: '',
  alert: 'alert.*',
  check: 'check.*,downtime.*',
  reflex: 'reflex.*',
  run: 'run.*,release.*',
  notification: 'notification.sent,notification.failed',
  host: 'host.*,agent.*',
  drift: 'drift.*',
  config: 'config.*,objects.*',
} as const;
type Family = keyof typeof FAMILIES;

// What people do not look for when they look at everything.
const QUIET = [
  'agent.reported',
  'notification.due',
  'request.started',
  'request.finished',
  'task.finished',
  'check.recheck_requested',
];

/** Links carry epoch milliseconds, the API takes instants; what is no time is none. */
function instantOf(text: string | null): string | null {
  const ms = text === null ? NaN : Number(text);
  return Number.isFinite(ms) && Math.abs(ms) < 8e15 ? new Date(ms).toISOString() : null;
}

const shown = (instant: string | null): string => (instant === null ? '…' : dateTime(instant, 0));

export default function TimelineScreen() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const asked = params.get('kind') ?? 'all';
  const family: Family = asked in FAMILIES ? (asked as Family) : 'all';
  const hostId = params.get('host');
  const [from, to] = [instantOf(params.get('from')), instantOf(params.get('to'))];
  const hosts = useHosts();
  const timeline = useTimeline({ kinds: FAMILIES[family], hostId, from, to });
  const set = (name: string, value: string | null): void =>
    setParams((before) => {
      if (value && value !== 'all') before.set(name, value);
      else before.delete(name);
      return before;
    });
  return (
    <>
      <PageHead title={t('timeline.title')} note={t('timeline.note')} />
      <div className="filter-bar">
        <div className="pick-row" role="group" aria-label={t('form.filter')}>
          {(Object.keys(FAMILIES) as Family[]).map((name) => (
            <button key={name} type="button" aria-pressed={name === family} onClick={() => set('kind', name)}>
              {t(`timeline.family.${name}`)}
            </button>
          ))}
        </div>
        <Select
          aria-label={t('timeline.hostFilter')}
          placeholder={t('timeline.hostFilter')}
          data={(hosts.data?.items ?? []).map((host) => ({ value: host.id, label: host.name }))}
          searchable
          clearable
          value={hostId}
          onChange={(value) => set('host', value)}
        />
        {(from !== null || to !== null) && (
          <Button
            title={t('timeline.anyTime')}
            rightSection={<Icon name="close" size={13} />}
            onClick={() => {
              set('from', null);
              set('to', null);
            }}
          >
            {t('timeline.between', { from: shown(from), to: shown(to) })}
          </Button>
        )}
      </div>
      <LoadGate query={timeline} rows={12}>
        {(events) => (
          <Days
            events={family === 'all' ? events.filter((event) => !QUIET.includes(event.kind)) : events}
            filtered={family !== 'all' || hostId !== null || from !== null || to !== null}
          />
        )}
      </LoadGate>
      {timeline.hasNextPage && (
        <p className="timeline__more">
          <Button loading={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>
            {t('timeline.older')}
          </Button>
        </p>
      )}
    </>
  );
}

function Days({ events, filtered }: { events: readonly TimelineEvent[]; filtered: boolean }) {
  const { t } = useTranslation();
  const days = useMemo(() => Map.groupBy(events, (event) => dayName(event.at)), [events]);
  if (events.length === 0) {
    return (
      <div className="card">
        <EmptyState
          title={t(filtered ? 'timeline.noMatch' : 'timeline.empty')}
          reason={filtered ? undefined : t('timeline.emptyWhy')}
        />
      </div>
    );
  }
  return (
    <div className="stack">
      {[...days].map(([day, own]) => (
        <section key={day} className="card timeline__day">
          <div className="card__head">
            <h2>{day}</h2>
            <span className="second">{own.length}</span>
          </div>
          <EventList events={own} withHost />
        </section>
      ))}
    </div>
  );
}

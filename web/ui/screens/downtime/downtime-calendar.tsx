// Downtimes over days: a lane for each reason or host, a bar for each downtime. Every bar is a
// button with all of it in words, so that the calendar can be heard and used by keys.

import { useTranslation } from 'react-i18next';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { placeBars, type CalendarSpan } from './calendar-span.ts';
import type { Lane, LaneBar } from './downtime-lanes.ts';
import { useWhat } from './use-what.ts';

const ROW_PX = 26;

interface CalendarProps {
  span: CalendarSpan;
  lanes: readonly Lane[];
  isMonth: boolean;
  onOpen: (batch: string) => void;
}

export function DowntimeCalendar({ span, lanes, isMonth, onOpen }: CalendarProps) {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  const days = span.days.slice(0, -1);
  const format = new Intl.DateTimeFormat(
    undefined,
    isMonth ? { day: 'numeric' } : { weekday: 'short', day: 'numeric' },
  );
  const now = (nowMs - span.fromMs) / (span.toMs - span.fromMs);
  return (
    <section className="card downtime-calendar" data-month={isMonth || undefined} aria-label={t('downtime.title')}>
      <div className="downtime-calendar__head" aria-hidden="true">
        <span />
        <div className="downtime-calendar__days">
          {days.map((day) => (
            <span
              key={day.getTime()}
              data-today={day.toDateString() === new Date(nowMs).toDateString() || undefined}
              data-weekend={day.getDay() % 6 === 0 || undefined}
            >
              {format.format(day)}
            </span>
          ))}
        </div>
      </div>
      {lanes.map((lane) => (
        <CalendarLane key={lane.name} lane={lane} span={span} days={days} now={now} onOpen={onOpen} />
      ))}
    </section>
  );
}

interface LaneProps {
  lane: Lane;
  span: CalendarSpan;
  days: readonly Date[];
  /** Place of the present instant, 0..1 when it is shown. */
  now: number;
  onOpen: (batch: string) => void;
}

function CalendarLane({ lane, span, days, now, onOpen }: LaneProps) {
  const placed = placeBars(lane.bars, span);
  const rows = placed.reduce((most, { row }) => Math.max(most, row + 1), 1);
  return (
    <div className="downtime-lane">
      <h3 className="cut" title={lane.name}>
        {lane.name}
      </h3>
      <div className="downtime-lane__plot" style={{ height: rows * ROW_PX + 8 }}>
        <div className="downtime-lane__days" aria-hidden="true">
          {days.map((day) => (
            <i key={day.getTime()} data-weekend={day.getDay() % 6 === 0 || undefined} />
          ))}
        </div>
        {now > 0 && now < 1 && (
          <i className="downtime-lane__now" style={{ left: `${now * 100}%` }} aria-hidden="true" />
        )}
        {placed.map(({ bar, left, width, row }) => (
          <Bar
            key={bar.key}
            bar={bar}
            style={{ left: `${left * 100}%`, width: `${width * 100}%`, top: row * ROW_PX + 4 }}
            onOpen={() => onOpen(bar.batch)}
          />
        ))}
      </div>
    </div>
  );
}

function Bar({ bar, style, onOpen }: { bar: LaneBar; style: React.CSSProperties; onOpen: () => void }) {
  const { t } = useTranslation();
  const what = useWhat();
  const nowMs = useNow(60_000);
  const more = [bar.recurring && t('downtime.repeats'), !bar.fixed && t('downtime.flexible')].filter(Boolean);
  const title = [
    t('downtime.bar', {
      status: t(`downtime.status.${bar.status}`),
      comment: bar.comment,
      what: what(bar),
      from: dateTime(bar.startsAt, nowMs),
      to: dateTime(bar.endsAt, nowMs),
    }),
    ...more,
    // What is seen on the bar is part of what is said of it (WCAG 2.5.3).
    bar.label,
  ].join(', ');
  return (
    <button
      type="button"
      className="downtime-bar"
      data-status={bar.status}
      data-flexible={!bar.fixed || undefined}
      style={style}
      title={title}
      aria-label={title}
      onClick={onOpen}
    >
      {bar.recurring && <span aria-hidden="true">↻ </span>}
      {bar.label}
    </button>
  );
}

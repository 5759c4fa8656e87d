// On which days and at which times a downtime repeats, with the next five times that it does.

import { Autocomplete, Button, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DowntimeSchedule } from '#web/contract/downtimes.ts';
import { useOccurrences } from '../../data/downtimes.ts';
import { useNow } from '../../data/use-now.ts';
import { useSettled } from '../../data/use-settled.ts';
import { dateTime } from '../../format/time.ts';
import { Icon } from '../../parts/icon.tsx';
import { FormPart } from '../../parts/object-form.tsx';
import { scheduleOf, WEEKDAYS, type DayDraft } from './recurring-draft.ts';

const SETTLE_MS = 400;

interface SchedulePartProps {
  zone: string;
  days: readonly DayDraft[];
  onChange: (change: { zone?: string; days?: DayDraft[] }) => void;
}

export function SchedulePart({ zone, days, onChange }: SchedulePartProps) {
  const { t } = useTranslation();
  const change = (at: number, part: Partial<DayDraft>): void =>
    onChange({ days: days.map((day, place) => (place === at ? { ...day, ...part } : day)) });
  return (
    <FormPart title={t('downtime.recurring.schedule')} why={t('downtime.recurring.dayWhy')}>
      {days.map(({ day, times }, at) => (
        <div className="schedule-day" key={at}>
          <Autocomplete
            label={t('downtime.recurring.day')}
            data={[...WEEKDAYS]}
            maxLength={100}
            value={day}
            onChange={(value) => change(at, { day: value })}
          />
          <TextInput
            label={t('downtime.recurring.times')}
            placeholder="02:00-04:00"
            maxLength={500}
            value={times}
            onChange={(event) => change(at, { times: event.currentTarget.value })}
          />
          <button
            type="button"
            className="icon-button"
            disabled={days.length === 1}
            aria-label={t('downtime.recurring.removeDay', { day })}
            onClick={() => onChange({ days: days.filter((_, place) => place !== at) })}
          >
            <Icon name="trash" />
          </button>
        </div>
      ))}
      <div>
        <Button
          size="xs"
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => onChange({ days: [...days, { day: '', times: days.at(-1)?.times ?? '' }] })}
        >
          {t('downtime.recurring.addDay')}
        </Button>
      </div>
      <TextInput
        label={t('downtime.recurring.zone')}
        required
        maxLength={60}
        value={zone}
        onChange={(event) => onChange({ zone: event.currentTarget.value })}
      />
      <NextFive schedule={scheduleOf({ zone, days: [...days] })} />
    </FormPart>
  );
}

function NextFive({ schedule }: { schedule: DowntimeSchedule | null }) {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  const asked = useSettled(schedule === null ? '' : JSON.stringify(schedule), SETTLE_MS);
  const next = useOccurrences(asked === '' ? null : (JSON.parse(asked) as DowntimeSchedule));
  return (
    <section className="reach" aria-live="polite" aria-label={t('downtime.recurring.nextFive')}>
      <h3>{t('downtime.recurring.nextFive')}</h3>
      {next.error && <p className="tone-crit">{next.error.message}</p>}
      {!next.error && next.data && (
        <ol>
          {next.data.items.map(({ startsAt, endsAt }) => (
            <li key={startsAt}>
              {dateTime(startsAt, nowMs)} – {dateTime(endsAt, nowMs)}
            </li>
          ))}
        </ol>
      )}
      {!next.error && next.data?.items.length === 0 && <p className="second">{t('downtime.recurring.nextNone')}</p>}
    </section>
  );
}

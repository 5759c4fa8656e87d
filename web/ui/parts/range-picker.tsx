// The time range of the page: quick picks, or two instants. What is chosen stands in the URL.

import { Button, Popover } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { QUICK_RANGES, spanOf, type TimeRange } from '../data/time-range.ts';
import { nowMs } from '../data/browser-clock.ts';
import { dateTime } from '../format/time.ts';
import { useBoard } from './charts/chart-board.tsx';
import './range-picker.css';

export function RangePicker() {
  const { t } = useTranslation();
  const { range, show } = useBoard();
  const [opened, setOpened] = useState(false);
  const choose = (next: TimeRange): void => {
    show(next);
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus radius={10}>
      <Popover.Target>
        <button type="button" className="range-picker" onClick={() => setOpened((was) => !was)} aria-haspopup="dialog">
          {rangeName(range, (key) => t(`range.last.${key}`))}
        </button>
      </Popover.Target>
      <Popover.Dropdown className="range-picker__drop">
        <div className="range-picker__quick">
          {QUICK_RANGES.map((quick) => (
            <button
              key={quick.key}
              type="button"
              aria-pressed={range.kind === 'last' && range.sec === quick.sec}
              onClick={() => choose({ kind: 'last', sec: quick.sec })}
            >
              {t(`range.last.${quick.key}`)}
            </button>
          ))}
        </div>
        <FixedRange range={range} onChoose={choose} />
      </Popover.Dropdown>
    </Popover>
  );
}

function FixedRange({ range, onChoose }: { range: TimeRange; onChoose: (range: TimeRange) => void }) {
  const { t } = useTranslation();
  const span = spanOf(range, nowMs());
  const [from, setFrom] = useState(() => forInput(span.fromMs));
  const [to, setTo] = useState(() => forInput(span.toMs));
  const fromMs = new Date(from).getTime();
  const toMs = new Date(to).getTime();
  const valid = toMs - fromMs >= 60_000;
  const apply = (event: FormEvent): void => {
    event.preventDefault();
    if (valid) onChoose({ kind: 'fixed', fromMs, toMs });
  };
  return (
    <form className="range-picker__fixed" onSubmit={apply}>
      <label>
        {t('range.from')}
        <input type="datetime-local" value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
      </label>
      <label>
        {t('range.to')}
        <input type="datetime-local" value={to} onChange={(event) => setTo(event.currentTarget.value)} />
      </label>
      <Button type="submit" variant="filled" disabled={!valid}>
        {t('range.show')}
      </Button>
    </form>
  );
}

function rangeName(range: TimeRange, lastName: (key: (typeof QUICK_RANGES)[number]['key']) => string): string {
  if (range.kind === 'fixed') return `${dateTime(range.fromMs, nowMs())} – ${dateTime(range.toMs, nowMs())}`;
  const quick = QUICK_RANGES.find((entry) => entry.sec === range.sec);
  return quick ? lastName(quick.key) : '';
}

/** "2026-11-20T03:04" in the browser's zone, as a datetime-local input takes it. */
function forInput(atMs: number): string {
  const date = new Date(atMs);
  return new Date(atMs - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

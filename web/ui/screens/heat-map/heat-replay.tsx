// The time slider of a heat map: the last 24 hours in steps, by hand or by itself.

import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { nowMs, repeat } from '../../data/browser-clock.ts';
import { REPLAY_STEPS, replayStep } from '../../data/grid.ts';
import { dateTime } from '../../format/time.ts';
import { Icon } from '../../parts/icon.tsx';

interface HeatReplayProps {
  /** Start of the shown step; null = now. */
  startMs: number | null;
  playing: boolean;
  /** The shown picture is not here yet: playing waits for it. */
  loading: boolean;
  onStart(startMs: number | null): void;
  onPlay(playing: boolean): void;
}

const PLAY_MS = 400;

export function HeatReplay({ startMs, playing, loading, onStart, onPlay }: HeatReplayProps) {
  const { t } = useTranslation();
  const atMs = nowMs();
  // 0 is a day ago, REPLAY_STEPS is now.
  const position =
    startMs === null
      ? REPLAY_STEPS
      : Math.max(0, REPLAY_STEPS - 1 - Math.round((replayStep(atMs, 0) - startMs) / stepMs(atMs)));
  const show = (at: number): void => {
    onStart(at >= REPLAY_STEPS ? null : replayStep(atMs, REPLAY_STEPS - 1 - at));
    if (at >= REPLAY_STEPS) onPlay(false);
  };
  useEffect(() => {
    if (!playing || loading) return undefined;
    return repeat(PLAY_MS, () => show(position + 1));
  });
  const time = startMs === null ? t('heat.now') : dateTime(startMs, atMs);
  return (
    <div className="heat-replay">
      <button
        type="button"
        className="icon-button"
        aria-label={t(playing ? 'heat.pause' : 'heat.play')}
        onClick={() => {
          if (!playing && startMs === null) show(0);
          onPlay(!playing);
        }}
      >
        <Icon name={playing ? 'pause' : 'jobs'} size={14} />
      </button>
      <input
        type="range"
        min={0}
        max={REPLAY_STEPS}
        step={1}
        value={position}
        aria-label={t('heat.time')}
        aria-valuetext={time}
        onChange={(event) => {
          onPlay(false);
          show(Number(event.currentTarget.value));
        }}
      />
      <output className="num heat-replay__time">{time}</output>
    </div>
  );
}

const stepMs = (atMs: number): number => replayStep(atMs, 0) - replayStep(atMs, 1);

// The time in each state as one bar: what was fine is neutral, colour is trouble, stripes are
// downtime, grey is where nobody looked. All of it is also said in words.

import { useTranslation } from 'react-i18next';
import type { AvailabilityStateWord, StateShares } from '#web/contract/availability.ts';
import './share-bar.css';

const ORDER: readonly AvailabilityStateWord[] = [
  ...(['ok', 'up', 'warning', 'unknown', 'unreachable', 'critical', 'down', 'undetermined'] as const),
];

export function ShareBar({ states }: { states: StateShares }) {
  const say = useShareWords();
  const wholeSec = ORDER.reduce((sum, state) => sum + (states[state]?.sec ?? 0), 0);
  const parts = ORDER.flatMap((state) => {
    const share = states[state];
    return share && share.sec > 0 ? [{ state, ...share }] : [];
  });
  return (
    <span className="share-bar" role="img" aria-label={say(states)} title={say(states)}>
      {parts.map(({ state, sec, downtimeSec }) => (
        <i key={state} data-state={state} style={{ flexGrow: sec / wholeSec }}>
          {downtimeSec > 0 && <b style={{ width: `${(downtimeSec / sec) * 100}%` }} />}
        </i>
      ))}
    </span>
  );
}

/** "OK 99.2 %, critical 0.8 %, of it 1 h in downtime" */
export function useShareWords(): (states: StateShares) => string {
  const { t } = useTranslation();
  return (states) =>
    ORDER.flatMap((state) => {
      const share = states[state];
      if (!share || share.sec === 0 || share.percent === null) return [];
      const said = { state: t(`availability.state.${state}`), percent: share.percent.toFixed(3) };
      const downtimePercent = `${((share.downtimeSec / share.sec) * 100).toFixed(1)} %`;
      return share.downtimeSec > 0
        ? [t('availability.ofDowntime', { ...said, downtime: downtimePercent })]
        : [t('availability.shares', said)];
    }).join(', ');
}

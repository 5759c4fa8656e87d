// A state as shape, word and colour together, so that it reads without any one of them.

import { useTranslation } from 'react-i18next';
import { toneOfState, type StateWord } from './tone.ts';
import './status-mark.css';

export function StatusShape({ state }: { state: StateWord }) {
  return (
    <svg
      className={`status-shape tone-${toneOfState(state)}`}
      viewBox="0 0 14 14"
      width="13"
      height="13"
      aria-hidden="true"
    >
      {shapeOf(state)}
    </svg>
  );
}

export function StatusMark({ state, soft = false }: { state: StateWord; soft?: boolean }) {
  const { t } = useTranslation();
  return (
    <span className={`status-mark tone-${toneOfState(state)}`} title={t(`state.long.${state}`)}>
      <StatusShape state={state} />
      {t(`state.word.${state}`)}
      {soft && <span className="status-mark__soft">{t('state.soft')}</span>}
    </span>
  );
}

function shapeOf(state: StateWord) {
  switch (state) {
    case 'critical':
    case 'down':
      return <path fill="currentColor" d="M4.2.5h5.6l3.7 3.7v5.6l-3.7 3.7H4.2L.5 9.8V4.2z" />;
    case 'warning':
      return <path fill="currentColor" d="M7 1l6.5 12H.5z" />;
    case 'unknown':
      return <path fill="currentColor" d="M7 .5L13.5 7 7 13.5.5 7z" />;
    case 'ok':
    case 'up':
      return <circle cx="7" cy="7" r="4" fill="currentColor" />;
    case 'info':
      return <rect x="3" y="3" width="8" height="8" rx="1.5" fill="currentColor" />;
    case 'unreachable':
      return <path d="M7 1.5a5.5 5.5 0 100 11 5.5 5.5 0 000-11zM3 11L11 3" {...line} />;
    case 'stale':
      return (
        <>
          <circle cx="7" cy="7" r="5.6" {...line} strokeDasharray="2.4 2" />
          <path d="M7 4v3l2 1.4" {...line} />
        </>
      );
    case 'pending':
      return <circle cx="7" cy="7" r="5" {...line} strokeDasharray="1.5 2.2" />;
    default:
      return state satisfies never;
  }
}

const line = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.6 } as const;

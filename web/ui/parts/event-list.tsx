// Events as lines: time, a mark in the colour of what happened, a sentence, and the fact behind it.

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { TimelineEvent } from '#web/contract/events.ts';
import { useNow } from '../data/use-now.ts';
import { clockTime, dateTime } from '../format/time.ts';
import { eventWords } from './event-words.ts';
import './event-list.css';

interface EventListProps {
  events: readonly TimelineEvent[];
  /** The page on which the list stands: links back to it are left out. */
  within?: string;
  /** Also names the host of each event. */
  withHost?: boolean;
}

export function EventList({ events, within, withHost = false }: EventListProps) {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  const known = new Map(events.map((event) => [event.id, event]));
  return (
    <ol className="event-list">
      {events.map((event) => {
        const words = eventWords(event, t);
        const cause = event.causeId === null ? undefined : known.get(event.causeId);
        return (
          <li key={event.id} id={`event-${event.id}`} className="event-list__line">
            <time dateTime={event.at} title={dateTime(event.at, nowMs)}>
              {clockTime(event.at)}
            </time>
            <span className={`event-list__dot tone-${words.tone}`} aria-hidden="true" />
            <div className="event-list__what">
              {words.to && words.to !== within ? (
                <Link to={words.to} className="quiet-link">
                  {words.title}
                </Link>
              ) : (
                words.title
              )}
              {withHost && event.hostId && event.hostName && (
                <Link to={`/hosts/${event.hostId}`} className="event-list__host quiet-link">
                  {event.hostName}
                </Link>
              )}
              {words.detail !== '' && <div className="second event-list__detail">{words.detail}</div>}
              {cause && withHost && (
                <a href={`#event-${cause.id}`} className="event-list__cause quiet-link" title={t('timeline.causeShow')}>
                  {t('timeline.cause')} {eventWords(cause, t).title}
                </a>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

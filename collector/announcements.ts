// One object for equal metadata: ten thousand hosts announce the same cpu_user, and
// repeat it every minute.

import { slopeOf, type ExtraElement, type MetricMetadata } from '#wire/gmond-packet.ts';
import { displayText } from '#wire/wire-text.ts';
import type { Announcement } from './metric-state.ts';

export interface Announcements {
  /** The shared form of `metadata`; `known` itself when it says the same. */
  share(metadata: MetricMetadata, known: Announcement | undefined): Announcement;
}

// Beyond this many different ones sharing has stopped to pay, and hostile input has begun.
const MAX_SHARED = 20_000;

export function createAnnouncements(): Announcements {
  const shared = new Map<string, Announcement>();
  return {
    share(metadata, known) {
      if (known !== undefined && saysTheSame(known, metadata)) return known;
      const made = fromMetadata(metadata);
      const key = JSON.stringify(made);
      const existing = shared.get(key);
      if (existing !== undefined) return existing;
      if (shared.size >= MAX_SHARED) shared.clear();
      shared.set(key, made);
      return made;
    },
  };
}

function fromMetadata(metadata: MetricMetadata): Announcement {
  return {
    type: displayText(metadata.type),
    units: displayText(metadata.units),
    slope: slopeOf(metadata.slope),
    tmaxSec: metadata.tmaxSec,
    dmaxSec: metadata.dmaxSec,
    extra: metadata.extra.map(([key, value]): ExtraElement => [displayText(key), displayText(value)]),
  };
}

// Text that is not shown as sent never compares equal and takes the slow way: rare, and still right.
function saysTheSame(known: Announcement, metadata: MetricMetadata): boolean {
  if (known.type !== metadata.type || known.units !== metadata.units || known.slope !== slopeOf(metadata.slope))
    return false;
  if (known.tmaxSec !== metadata.tmaxSec || known.dmaxSec !== metadata.dmaxSec) return false;
  if (known.extra.length !== metadata.extra.length) return false;
  return known.extra.every(([key, value], i) => {
    const other = metadata.extra[i];
    return other !== undefined && key === other[0] && value === other[1];
  });
}

/** First value of an extra element, such as TITLE. */
export const extraValue = (announcement: Pick<Announcement, 'extra'> | undefined, key: string): string | undefined =>
  announcement?.extra.find(([name]) => name === key)?.[1];

/** All groups that the sender put a metric into. */
export const groupsOf = (announcement: Pick<Announcement, 'extra'> | undefined): string[] =>
  announcement === undefined ? [] : announcement.extra.filter(([name]) => name === 'GROUP').map(([, value]) => value);

// Hands the live feed to the screens, and refreshes cached answers when events come in.

import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from 'react';
import { later } from './browser-clock.ts';
import { resourcesTouchedBy } from './event-effects.ts';
import { createLiveFeed, type LiveFeed, type LiveMessage, type LiveStatus } from './live.ts';
import type { Resource } from './use-api-query.ts';

const LiveContext = createContext<LiveFeed | null>(null);

// At most two refreshes a second for each resource, however many events arrive.
const COALESCE_MS = 500;

export function LiveProvider({ children }: { children: ReactNode }) {
  const cache = useQueryClient();
  const [feed] = useState(() => createLiveFeed(() => void cache.invalidateQueries()));
  useEffect(() => {
    const due = new Set<Resource>();
    let cancel: (() => void) | null = null;
    const unsubscribe = feed.subscribe(['problems', 'events'], (message) => {
      if (message.type !== 'event') return;
      for (const resource of resourcesTouchedBy(message.event)) due.add(resource);
      cancel ??= later(COALESCE_MS, () => {
        cancel = null;
        for (const resource of due) void cache.invalidateQueries({ queryKey: [resource] });
        due.clear();
      });
    });
    return () => {
      unsubscribe();
      cancel?.();
    };
  }, [feed, cache]);
  return <LiveContext value={feed}>{children}</LiveContext>;
}

function useFeed(): LiveFeed {
  const feed = useContext(LiveContext);
  if (!feed) throw new Error('the live feed is used outside of LiveProvider');
  return feed;
}

/** Looks at topics while the component is on screen; `listen` may change between renders. */
export function useLive(topics: readonly string[], listen: (message: LiveMessage) => void): void {
  const feed = useFeed();
  const latest = useRef(listen);
  useEffect(() => {
    latest.current = listen;
  });
  const key = topics.join(',');
  useEffect(() => {
    if (key === '') return;
    return feed.subscribe(key.split(','), (message) => latest.current(message));
  }, [feed, key]);
}

export function useLiveStatus(): LiveStatus {
  const feed = useFeed();
  return useSyncExternalStore(feed.onStatus, feed.status);
}

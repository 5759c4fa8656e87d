// One EventSource for the whole page. Screens say which topics they look at; the
// stream carries the union, and resumes by itself where it was cut.

import type { LiveSamples, OutputHint, TimelineEvent } from '#web/contract/events.ts';
import { later, nowMs } from './browser-clock.ts';

export type LiveMessage =
  | { type: 'event'; event: TimelineEvent }
  | { type: 'samples'; samples: LiveSamples }
  | { type: 'output'; hint: OutputHint };

export interface LiveStatus {
  /** False from the moment the stream broke until it carries again. */
  connected: boolean;
  /** When the server was last heard, epoch ms. */
  heardAtMs: number;
}

export interface LiveFeed {
  /** Adds topics and a listener; the returned function takes both back. */
  subscribe(topics: readonly string[], listen: (message: LiveMessage) => void): () => void;
  status(): LiveStatus;
  onStatus(listen: () => void): () => void;
  close(): void;
}

// Leaving one screen and entering the next changes the topics twice within a frame.
const SETTLE_MS = 60;
// The browser gives up for good after some HTTP errors, so then it is opened anew.
const REOPEN_MS = 3000;
// Three missed beats of 5 s.
const SILENT_MS = 16_000;

/** `onResume` is called when the stream is back after a break: what was missed must be asked for. */
export function createLiveFeed(onResume: () => void): LiveFeed {
  const listeners = new Map<(message: LiveMessage) => void, readonly string[]>();
  const statusListeners = new Set<() => void>();
  let status: LiveStatus = { connected: true, heardAtMs: nowMs() };
  let source: EventSource | null = null;
  let openTopics = '';
  let broken = false;
  let cancelPending: () => void = () => {};
  let cancelWatch: () => void = () => {};

  const setStatus = (next: LiveStatus): void => {
    status = next;
    for (const listen of statusListeners) listen();
  };
  const heard = (): void => {
    cancelWatch();
    cancelWatch = later(SILENT_MS, lost);
    setStatus({ connected: true, heardAtMs: nowMs() });
    if (!broken) return;
    broken = false;
    onResume();
  };
  const tell = (message: LiveMessage): void => {
    heard();
    for (const listen of listeners.keys()) listen(message);
  };

  function lost(): void {
    broken = true;
    if (status.connected) setStatus({ ...status, connected: false });
    if (source && source.readyState !== EventSource.CLOSED) return;
    cancelPending();
    cancelPending = later(REOPEN_MS, () => open(true));
  }

  function open(again: boolean): void {
    const topics = [...new Set([...listeners.values()].flat())].sort().join(',');
    if (!again && topics === openTopics && source) return;
    openTopics = topics;
    source?.close();
    source = null;
    if (topics === '') return;
    const next = new EventSource(`/api/v1/stream?topics=${encodeURIComponent(topics)}`);
    source = next;
    next.onopen = heard;
    next.onerror = lost;
    next.addEventListener('beat', heard);
    next.addEventListener('event', (m) => tell({ type: 'event', event: JSON.parse(m.data) as TimelineEvent }));
    next.addEventListener('samples', (m) => tell({ type: 'samples', samples: JSON.parse(m.data) as LiveSamples }));
    next.addEventListener('output', (m) => tell({ type: 'output', hint: JSON.parse(m.data) as OutputHint }));
  }

  const settle = (): void => {
    cancelPending();
    cancelPending = later(SETTLE_MS, () => open(false));
  };

  return {
    subscribe(topics, listen) {
      listeners.set(listen, topics);
      settle();
      return () => {
        listeners.delete(listen);
        settle();
      };
    },
    status: () => status,
    onStatus(listen) {
      statusListeners.add(listen);
      return () => statusListeners.delete(listen);
    },
    close() {
      cancelPending();
      cancelWatch();
      source?.close();
      source = null;
    },
  };
}

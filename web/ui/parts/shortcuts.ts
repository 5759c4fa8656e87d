// Keyboard shortcuts: single keys and the two-key sequences that begin with g. They
// never fire while somebody types.

import { useEffect, useRef } from 'react';
import { nowMs } from '../data/browser-clock.ts';

type Shortcuts = Readonly<Record<string, () => void>>;

// How long "g" waits for its second key.
const SEQUENCE_MS = 1200;

/** Names a key press: "j", "?", "g p", "shift+x", "mod+k" (Ctrl or ⌘). */
export function keyName(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'> & Partial<Pick<KeyboardEvent, 'shiftKey'>>,
  inSequence: boolean,
): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return `mod+${key}`;
  if (event.altKey) return `alt+${key}`;
  if (inSequence) return `g ${key}`;
  return event.shiftKey === true && /^[a-z]$/.test(key) ? `shift+${key}` : key;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

const hasOpenChoices = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.getAttribute('aria-expanded') === 'true' && target.tagName === 'INPUT';

/** Listens while the component is on screen; a component that mounts later hears a key first. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    let startedAtMs = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      // A dialog in front, or an open list of choices, has the keys to itself.
      if (document.querySelector('.mantine-Modal-content') || hasOpenChoices(event.target)) return;
      const name = keyName(event, nowMs() - startedAtMs < SEQUENCE_MS);
      startedAtMs = name === 'g' ? nowMs() : Number.NEGATIVE_INFINITY;
      if (isTyping(event.target) && !name.startsWith('mod+') && name !== 'Escape') return;
      // Enter belongs to the control that has the focus.
      if (name === 'Enter' && event.target instanceof HTMLElement && event.target.closest('a, button')) return;
      const act = latest.current[name];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

// Which marks stand in the event lane under a chart, and where. Pure.

import type { Tone } from '../tone.ts';

export interface LaneEvent {
  atMs: number;
  tone: Tone;
  /** What happened, in plain words. */
  title: string;
  /** Where a click leads. */
  to: string;
}

interface LaneMark {
  /** 0 at the left edge of the plot, 1 at the right. */
  at: number;
  tone: Tone;
  titles: string[];
  to: string;
}

// About the width of a mark on the narrowest chart.
const SLOTS = 60;
// Width of a mark on a chart of 380 px.
const MARK_SHARE = 0.024;

/** Events of one tone that would cover each other become one mark with all their titles; different tones never merge. */
export function laneMarks(events: readonly LaneEvent[], fromMs: number, toMs: number): LaneMark[] {
  const marks = new Map<string, LaneMark>();
  for (const event of events) {
    const at = (event.atMs - fromMs) / (toMs - fromMs);
    if (!(at >= 0 && at <= 1)) continue;
    const key = `${Math.floor(at * SLOTS)} ${event.tone}`;
    const mark = marks.get(key);
    if (mark) mark.titles.push(event.title);
    else marks.set(key, { at, tone: event.tone, titles: [event.title], to: event.to });
  }
  return sideBySide([...marks.values()].sort((a, b) => a.at - b.at));
}

/** Marks that would cover each other stand beside each other, in their order. */
function sideBySide(marks: readonly LaneMark[]): LaneMark[] {
  const placed: LaneMark[] = [];
  for (const mark of marks) {
    const before = placed.at(-1);
    placed.push({ ...mark, at: before ? Math.max(mark.at, before.at + MARK_SHARE) : mark.at });
  }
  const over = Math.max(0, (placed.at(-1)?.at ?? 0) - 1);
  return over === 0 ? placed : placed.map((mark) => ({ ...mark, at: mark.at - over }));
}

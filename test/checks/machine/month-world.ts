// What really happens in the simulated month: which machines are off, which services are
// ill, who plans downtime. Drawn from a seed; the machine sees only results.

import type { ServiceState } from '#kernel/domain/check-state.ts';

const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
/** Sunday 1 November 2026. */
export const MONTH_FROM_MS = Date.UTC(2026, 10, 1);
/** Nothing new breaks on the last day, so that every story has an end. */
export const QUIET_FROM_MS = MONTH_FROM_MS + 29 * DAY_MS;
export const MONTH_TO_MS = MONTH_FROM_MS + 30 * DAY_MS;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Spell<What> {
  fromMs: number;
  toMs: number;
  what: What;
}

/** Spells of trouble, in order, never two at once. */
function drawSpells<What>(random: () => number, perMonth: number, longestMs: number, what: () => What): Spell<What>[] {
  const spells: Spell<What>[] = [];
  const meanGapMs = (QUIET_FROM_MS - MONTH_FROM_MS) / perMonth;
  let atMs = MONTH_FROM_MS;
  for (;;) {
    const fromMs = atMs + HOUR_MS + Math.floor(random() * 2 * meanGapMs);
    const toMs = fromMs + MINUTE_MS + Math.floor(random() * random() * longestMs);
    if (toMs >= QUIET_FROM_MS) return spells;
    spells.push({ fromMs, toMs, what: what() });
    atMs = toMs;
  }
}

export const drawOutages = (random: () => number): Spell<'off'>[] => drawSpells(random, 3, 10 * HOUR_MS, () => 'off');

const ILL = ['warning', 'critical', 'unknown', 'restless', 'restless'] as const;
export type Illness = (typeof ILL)[number];

/** A restless service is ill and well by turns. */
export const drawIllnesses = (random: () => number): Spell<Illness>[] =>
  drawSpells(random, 5, 12 * HOUR_MS, () => ILL[Math.floor(random() * ILL.length)] ?? 'critical');

export const spellAt = <What>(spells: readonly Spell<What>[], atMs: number): What | undefined =>
  spells.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)?.what;

export const seenState = (illness: Illness | undefined, random: () => number): ServiceState =>
  illness === undefined ? 'ok' : illness !== 'restless' ? illness : random() < 0.5 ? 'critical' : 'ok';

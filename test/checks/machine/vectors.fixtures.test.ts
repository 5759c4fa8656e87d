// The judge: 541 rows recorded from a live Nagios 4.4.6. Each set is played again as one
// site and every recorded field of every row is compared.

import { expect, test } from 'vitest';
import { downtimeDepth } from '#checks/machine/downtime-window.ts';
import { changePercent } from '#checks/machine/flapping.ts';
import { isOwnCopy, readFixture } from '../../support/fixtures.ts';
import { buildRecordedSite } from './recorded-definitions.ts';
import { DIFFERENCES, isFineWord, type Comparison } from './recorded-differences.ts';
import {
  actionsOf,
  idOf,
  main,
  rows,
  scenarioOf,
  setOf,
  type Action,
  type Field,
  type Line,
  type Row,
  type Visible,
} from './recorded-rows.ts';
import { RecordedSite, type Happening } from './recorded-site.ts';

/** Plays one action; the wait that it asks for, in seconds. */
function play(site: RecordedSite, row: Row, action: Action): number {
  const output = `step${String(row.step)}`;
  switch (action[0]) {
    case 'P':
      site.passive(idOf(row), action[1], action[2] ?? output);
      break;
    case 'A':
      site.forcedCheck(idOf(row), action[1]);
      break;
    case 'F':
      site.feedPlugin(action[1], action[2]);
      break;
    case 'H':
      site.passive(action[1], action[2], output);
      break;
    case 'S':
      site.passive(`${action[1]};${action[2]}`, action[3], output);
      break;
    case 'X':
      site.command(action[1]);
      break;
    case 'W':
      return action[1];
  }
  return 0;
}

const STALE =
  /^Warning: The results of (?:service|host) .* are stale by 0d 0h (\d+)m (\d+)s \(threshold=0d 0h (\d+)m (\d+)s\)/;
const secondsIn = (minutes: string | undefined, seconds: string | undefined): number =>
  Number(minutes) * 60 + Number(seconds);

/** When Nagios found a result stale, the clock is where Nagios's was, and ours must find the same. */
function playStaleness(site: RecordedSite, row: Row): string[] {
  const found: string[] = [];
  for (const warning of row.warnings) {
    const parts = STALE.exec(warning);
    if (!parts) continue;
    const checkedAtMs = site.node(idOf(row)).current.checkedAtMs ?? 0;
    site.nowMs = checkedAtMs + (secondsIn(parts[1], parts[2]) + secondsIn(parts[3], parts[4])) * 1000;
    const freshness = site.freshness(idOf(row));
    if (!freshness.isStale) continue;
    found.push(`${String(freshness.staleForMs / 1000)} of ${String(freshness.thresholdMs / 1000)}`);
    site.refresh(idOf(row));
    site.runDue();
  }
  return found;
}

const LOGGED = {
  started: 'STARTED',
  ended: 'STOPPED',
  stopped: 'STOPPED',
  disabled: 'DISABLED',
  cancelled: 'CANCELLED',
} as const;
const lineOf = ({ state, type, attempt }: Line): string => `${state};${type};${String(attempt)}`.toUpperCase();

function oursOf(site: RecordedSite, row: Row, happenings: readonly Happening[], stale: string[]): Visible {
  const { current, settings } = site.node(idOf(row));
  return {
    state: current.state.toUpperCase(),
    type: current.type.toUpperCase(),
    attempt: current.attempt,
    max_attempts: settings.maxAttempts,
    last_hard_state: current.lastHardState.toUpperCase(),
    has_been_checked: current.isChecked,
    notification_number: current.told.number,
    is_flapping: current.isFlapping,
    percent_state_change: changePercent(current.history).toFixed(2),
    acknowledged: current.acknowledgement !== null,
    ack_type: current.acknowledgement === null ? 'none' : current.acknowledgement.isSticky ? 'sticky' : 'normal',
    downtime_depth: downtimeDepth(current.downtimes),
    alert: happenings.flatMap(({ effect }) => {
      if (effect.kind === 'transition') return lineOf({ state: effect.to, type: effect.type, attempt: effect.attempt });
      return effect.kind === 'log_stalked' ? lineOf(effect) : [];
    }),
    event_handler: happenings.flatMap(({ effect }) => (effect.kind === 'event_handler' ? lineOf(effect) : [])),
    notifications: happenings.flatMap(({ effect, state }) => {
      if (effect.kind !== 'notification' || effect.verdict.outcome !== 'sent') return [];
      const { type, contacts } = effect.verdict;
      const word = state.toUpperCase();
      const isPlain = type === 'problem' || type === 'recovery';
      return contacts.map(
        (contact) => `${contact} ${isPlain ? word : `${type.replace('_', '').toUpperCase()} (${word})`}`,
      );
    }),
    flapping: happenings.flatMap(({ effect }) => (effect.kind === 'flapping' ? LOGGED[effect.what] : [])),
    downtime: happenings.flatMap(({ effect }) =>
      effect.kind === 'downtime' && effect.what !== 'expired' ? LOGGED[effect.what] : [],
    ),
    stale,
  };
}

function theirsOf(row: Row): Visible {
  const { after } = row;
  return {
    state: after.state,
    type: after.type,
    attempt: after.attempt,
    max_attempts: after.max_attempts,
    last_hard_state: after.last_hard_state,
    has_been_checked: after.has_been_checked,
    notification_number: after.notification_number,
    is_flapping: after.is_flapping,
    percent_state_change: after.percent_state_change.toFixed(2),
    acknowledged: after.acknowledged,
    ack_type: after.ack_type,
    downtime_depth: after.downtime_depth,
    alert: row.alert.map(lineOf),
    event_handler: row.event_handler.map(lineOf),
    notifications: row.notifications.map(({ contact, what }) => `${contact} ${what}`),
    flapping: row.flapping,
    downtime: row.downtime,
    stale: row.warnings.flatMap((warning) => {
      const parts = STALE.exec(warning);
      return parts ? `${String(secondsIn(parts[1], parts[2]))} of ${String(secondsIn(parts[3], parts[4]))}` : [];
    }),
  };
}

/** Steps were about this far apart. */
const STEP_MS = 2_600;

/** Every row of a set with what we made of it. */
function replay(set: string): Comparison[] {
  const ofSet = rows.filter((row) => setOf(row) === set);
  const program = ofSet[0]?.program;
  if (!program) throw new Error(`no rows of set ${set}`);
  const objects = readFixture('nagios', 'statemachine', `objects-${set}.cfg`);
  const site = new RecordedSite(buildRecordedSite(objects, main, program));
  const told = new Map<string, Set<string>>();
  const lost = new Set<string>();
  const compared: Comparison[] = [];
  for (let step = 0; step <= Math.max(...ofSet.map((row) => row.step)); step++) {
    site.happenings.clear();
    const now = ofSet.filter((row) => row.step === step);
    const waits = now.flatMap((row) => actionsOf(row.input).map((action) => play(site, row, action)));
    site.runDue();
    const endMs = site.nowMs + STEP_MS + Math.max(0, ...waits) * 1000;
    const stale = new Map(now.map((row) => [row.id, playStaleness(site, row)]));
    site.passTime(endMs);
    for (const row of now) {
      const happenings = site.happenings.get(idOf(row)) ?? [];
      const ours = oursOf(site, row, happenings, stale.get(row.id) ?? []);
      const theirs = theirsOf(row);
      const next = ofSet.find((other) => scenarioOf(other) === scenarioOf(row) && other.step === step + 1);
      const known = told.get(idOf(row)) ?? new Set();
      const isRecovery = ours.alert.some((line) => /^(OK|UP);HARD/.test(line));
      if (isRecovery) {
        if (theirs.alert.some((line) => line.startsWith('OK;SOFT'))) lost.add(idOf(row));
        else lost.delete(idOf(row));
      }
      compared.push({ row, next, site, ours, theirs, told: new Set(known), isCountLost: lost.has(idOf(row)) });
      for (const { contact, what } of row.notifications) {
        if (!what.includes('(') && !isFineWord(what)) known.add(contact);
      }
      // Whoever hears that all is well, in whatever words, knows.
      for (const line of ours.notifications) {
        const [contact, word] = line.split(/ (?:FLAPPINGSTART \()?/);
        if (isFineWord(word?.replace(')', '') ?? '')) known.delete(contact ?? '');
      }
      told.set(idOf(row), known);
    }
  }
  return compared;
}

const sets = [...new Set(rows.map(setOf))];
const comparisons = sets.flatMap(replay);

function differing({ ours, theirs }: Comparison): Field[] {
  const fields = Object.keys(ours) as Field[];
  return fields.filter((field) => JSON.stringify(ours[field]) !== JSON.stringify(theirs[field]));
}

const excused = (comparison: Comparison): Field[] =>
  DIFFERENCES.filter((difference) => difference.holds(comparison)).flatMap(({ fields }) => fields);

for (const [scenario, steps] of Map.groupBy(comparisons, ({ row }) => scenarioOf(row))) {
  test(`${scenario}: every field of every step as Nagios recorded it`, () => {
    for (const comparison of steps) {
      const { row, ours, theirs } = comparison;
      const excuses = excused(comparison);
      const story = `${row.id}\nours   ${JSON.stringify(ours)}\nNagios ${JSON.stringify(theirs)}`;
      expect(
        differing(comparison).filter((field) => !excuses.includes(field)),
        story,
      ).toEqual([]);
    }
  });
}

// These speak of the recording in this tree; another one of the same layout has other rows.
if (isOwnCopy) {
  const needed = (index: number): string[] =>
    comparisons
      .filter((comparison) => {
        const fields = differing(comparison);
        const difference = DIFFERENCES[index];
        return difference?.holds(comparison) === true && fields.some((field) => difference.fields.includes(field));
      })
      .map(({ row }) => row.id);

  test('the rows in which we differ from Nagios are these, and no others', () => {
    expect(DIFFERENCES.map((_, index) => needed(index))).toEqual(DIFFERENCES.map((difference) => difference.rows));
  });

  test('all 541 rows were compared', () => {
    expect(comparisons.length).toBe(541);
  });
}

// The judge: 541 rows recorded from a live Nagios 4.4.6, replayed scenario by scenario
// through our machines, whose own state is carried from row to row. What is not met
// stands in tables below, and each entry must still be true.

import { expect, test } from 'vitest';
import { HOST_STATES, SERVICE_STATES, type HostState } from '#kernel/domain/check-state.ts';
import { decideCheckState, initialCheckState } from '#checks/check-state.ts';
import { changePercent, DEFAULT_FLAP_SETTINGS } from '#checks/flapping.ts';
import { decideHostState, initialHostCheckState, reachableState } from '#checks/host-state.ts';
import { hostStateOfExit, serviceStateOfExit } from '#checks/exit-code.ts';
import { isOwnCopy, readJsonLines } from '../support/fixtures.ts';

type Action = ['P' | 'A', number] | ['F', string, number] | ['X', string] | ['H' | 'S' | 'W', ...unknown[]];

interface AlertLine {
  state: string;
  type: string;
  attempt: number;
}

interface Row {
  id: string;
  object: 'service' | 'host';
  host: string;
  step: number;
  settings: Record<string, string>;
  input: number | Action | (number | Action)[];
  before: { state: string };
  after: {
    state: string;
    type: string;
    attempt: number;
    max_attempts: number;
    last_hard_state: string;
    is_flapping: boolean;
    percent_state_change: number;
  };
  alert: AlertLine[];
  event_handler: AlertLine[];
  flapping: string[];
  program: { passive_host_checks_are_soft: boolean; use_aggressive_host_checking: boolean };
}

const rows = readJsonLines<Row>('nagios', 'statemachine', 'vectors.jsonl');

/** Fields of each row that are compared. Notifications, acknowledgements and downtime are alerting's, not this machine's. */
const FIELDS = ['state', 'type', 'attempt', 'lastHard', 'flapping', 'percent', 'alert', 'handler', 'flapLog'] as const;
type Field = (typeof FIELDS)[number];
type Visible = Record<Field, unknown>;

/** Fields that differ from the recording, each with its reason. An entry that starts to agree fails the test. */
const UNMET: { row: string; fields: Field[]; reason: string }[] = [
  {
    row: 'B/s_first_after_down/9',
    fields: ['alert', 'handler'],
    reason: 'wanted: a defect of 4.4.6 makes this recovery SOFT, so that nobody hears of it; ours is HARD',
  },
  ...['A/stalk/0', 'A/stalk/1', 'A/stalk/4'].map((row) => ({
    row,
    fields: ['alert' as const],
    reason: 'stalking_options is not built: a new text alone makes no log line',
  })),
  {
    row: 'B/fresh/3',
    fields: ['state', 'lastHard', 'percent'],
    reason: 'recording: the log lines of this row came after its snapshot; row 4 has the state',
  },
  ...['xsig', 'xmissing', 'xerrout', 'xmulti'].map((name) => ({
    row: `B/${name}/0`,
    fields: ['alert' as const, 'handler' as const],
    reason: 'recording: the first run was over before the log was read; only its state was seen',
  })),
];

/** The percentage of hosts of set B counts on-demand checks of which the recording knows nothing (its README). */
const UNSEEN_HOST_CHECKS = ['B/gw', 'B/p1', 'B/hd'];

/** Exit codes of runs that the recording asks for only by a command; all were run twice. */
const FORCED_RUNS: Record<string, number> = {
  'B/xslow/0': 2, // over its time; imported objects keep Nagios's CRITICAL
  'B/xsig/0': 3,
  'B/xmissing/0': 2,
  'B/xsilent/0': 0,
  'B/xerrout/0': 2,
  'B/xmulti/0': 2,
};

/** Runs that Nagios's scheduler started or held back by itself; ours does not yet, so the replay plays that part. */
const SCHEDULER: Record<string, { exits: number[]; reason: string }> = {
  'B/child/6': { exits: [2], reason: 'children are re-checked when a parent recovers' },
  'B/c2/3': { exits: [2], reason: 'children are re-checked when their last parent goes down' },
  'B/ch3/2': { exits: [2], reason: 'children are re-checked when a parent goes down' },
  'B/ch3/4': { exits: [2], reason: 'children are re-checked when a parent recovers' },
  'B/fresh/3': { exits: [2], reason: 'a stale passive result makes a forced run' },
  'B/dep_exec/4': { exits: [], reason: 'an execution dependency holds the run back' },
};

const scenarioOf = (row: Row): string => row.id.slice(0, row.id.lastIndexOf('/'));
const scenarios = Map.groupBy(rows, scenarioOf);
const lower = <State extends string>(states: readonly State[], text: string): State => {
  const state = states.find((known) => known === text.toLowerCase());
  if (!state) throw new Error(`the recording names a state ${text}`);
  return state;
};

function actionsOf(input: Row['input']): Action[] {
  if (typeof input === 'number') return [['P', input]];
  if (typeof input[0] === 'string') return [input as Action];
  return (input as (number | Action)[]).map((action) => (typeof action === 'number' ? ['P', action] : action));
}

/** Results that reach the object in this row, with where they came from. */
function resultsOf(row: Row, plugin: { exit: number }): { code: number; isPassive: boolean }[] {
  const active = (code: number) => ({ code, isPassive: false });
  const scheduled = SCHEDULER[row.id];
  const results: { code: number; isPassive: boolean }[] = [];
  for (const action of actionsOf(row.input)) {
    if (action[0] === 'P') results.push({ code: action[1], isPassive: true });
    if (action[0] === 'A' || action[0] === 'F') plugin.exit = Number(action.at(-1));
    if (action[0] === 'A') results.push(active(plugin.exit));
    if (action[0] === 'X' && /^SCHEDULE_(FORCED_)?(SVC|HOST)_CHECK/.test(action[1]) && !scheduled) {
      const exit = FORCED_RUNS[row.id];
      results.push(...(exit === undefined ? [active(plugin.exit)] : [active(exit), active(exit)]));
    }
  }
  return scheduled ? scheduled.exits.map(active) : results;
}

/** State of a host at the end of a step, as recorded, or as this row's own inputs set it. */
function hostStateAt(row: Row, host: string): HostState {
  const recorded = scenarios
    .get(`${row.id[0]}/${host}`)
    ?.find((other) => other.object === 'host' && other.step === row.step);
  if (recorded) return lower(HOST_STATES, recorded.after.state);
  const told = (scenarios.get(scenarioOf(row)) ?? [])
    .filter((other) => other.step <= row.step)
    .flatMap((other) => actionsOf(other.input))
    .findLast((action) => action[0] === 'H' && action[1] === host);
  return HOST_STATES[Number(told?.[2] ?? 0)] ?? 'up';
}

const flapSettings = (settings: Row['settings']) => ({
  ...DEFAULT_FLAP_SETTINGS,
  isEnabled: settings['flap_detection_enabled'] === '1',
});

/** `o,w` → the states whose word begins so. */
const pickStates = <State extends string>(states: readonly State[], letters: string | undefined): readonly State[] =>
  letters === undefined ? states : states.filter((state) => letters.split(',').includes(state.charAt(0)));

type Step = { transition?: { to: string; type: string; attempt: number }; flapping?: string };
type Replay = (row: Row) => Visible;

function visible(
  machine: Omit<Visible, 'alert' | 'handler' | 'flapLog' | 'percent'>,
  history: unknown[],
  steps: Step[],
): Visible {
  const lines = steps.flatMap(({ transition }) =>
    transition ? [`${transition.to};${transition.type};${transition.attempt}`] : [],
  );
  return {
    ...machine,
    percent: changePercent(history).toFixed(2),
    alert: lines,
    handler: lines,
    flapLog: steps.flatMap(({ flapping }) => flapping ?? []),
  };
}

function replayService(first: Row): Replay {
  const maxAttempts = first.after.max_attempts;
  const settings = {
    maxAttempts,
    isVolatile: first.settings['is_volatile'] === '1',
    flap: flapSettings(first.settings),
    flapStates: pickStates(SERVICE_STATES, first.settings['flap_detection_options']),
  };
  let machine = initialCheckState(maxAttempts, lower(SERVICE_STATES, first.before.state));
  const plugin = { exit: 0 };
  return (row) => {
    const host = { isUp: hostStateAt(row, row.host) === 'up' };
    const steps = resultsOf(row, plugin).map(({ code, isPassive }) => {
      const state = serviceStateOfExit(code, isPassive ? 'unknown' : 'critical');
      const { after, effects } = decideCheckState(machine, state, settings, host);
      machine = after;
      return effects;
    });
    const { state, type, attempt, lastHardState: lastHard, isFlapping: flapping, history } = machine;
    return visible({ state, type, attempt, lastHard, flapping }, history, steps);
  };
}

function replayHost(first: Row): Replay {
  const { passive_host_checks_are_soft: isPassiveSoft, use_aggressive_host_checking: isAggressive } = first.program;
  const maxAttempts = first.after.max_attempts;
  const settings = {
    maxAttempts,
    flap: flapSettings(first.settings),
    flapStates: pickStates(HOST_STATES, first.settings['flap_detection_options']),
  };
  let machine = initialHostCheckState(maxAttempts, lower(HOST_STATES, first.before.state));
  const plugin = { exit: 0 };
  return (row) => {
    const parents = row.settings['parents']?.split(',').map((parent) => hostStateAt(row, parent)) ?? [];
    const steps = resultsOf(row, plugin).map(({ code, isPassive }) => {
      // Passive host results name the state itself (0, 1, 2) and are not translated by parents.
      const state = isPassive
        ? (HOST_STATES[code] ?? 'down')
        : reachableState(hostStateOfExit(code, !isAggressive), parents);
      const { after, effects } = decideHostState(
        machine,
        state,
        settings,
        isPassive && !isPassiveSoft ? 'hard_at_once' : 'attempts',
      );
      machine = after;
      return effects;
    });
    const { state, type, attempt, lastHardState: lastHard, isFlapping: flapping, history } = machine;
    return visible({ state, type, attempt, lastHard, flapping }, history, steps);
  };
}

function recordedOf(row: Row): Visible {
  const line = ({ state, type, attempt }: AlertLine) => `${state.toLowerCase()};${type.toLowerCase()};${attempt}`;
  return {
    state: row.after.state.toLowerCase(),
    type: row.after.type.toLowerCase(),
    attempt: row.after.attempt,
    lastHard: row.after.last_hard_state.toLowerCase(),
    flapping: row.after.is_flapping,
    percent: row.after.percent_state_change.toFixed(2),
    alert: row.alert.map(line),
    handler: row.event_handler.map(line),
    flapLog: row.flapping.map((what) => what.toLowerCase()),
  };
}

for (const [scenario, steps] of scenarios) {
  test(`${scenario}: state, attempt, alert lines, handlers and flapping as Nagios recorded them`, () => {
    const first = steps[0];
    if (!first) throw new Error('an empty scenario');
    const replay = first.object === 'service' ? replayService(first) : replayHost(first);
    for (const row of steps) {
      const ours = replay(row);
      const theirs = recordedOf(row);
      const compared = FIELDS.filter((field) => field !== 'percent' || !UNSEEN_HOST_CHECKS.includes(scenario));
      const differing = compared.filter((field) => JSON.stringify(ours[field]) !== JSON.stringify(theirs[field]));
      const known = UNMET.find((entry) => entry.row === row.id)?.fields ?? [];
      const story = `${row.id}\nours   ${JSON.stringify(ours)}\nNagios ${JSON.stringify(theirs)}`;
      if (isOwnCopy) expect(differing, story).toEqual(known);
      // In another recording of the same scenarios the artefacts of this one may be missing.
      else
        expect(
          differing.filter((field) => !known.includes(field)),
          story,
        ).toEqual([]);
    }
  });
}

// The tables speak of the recording in this tree; another one of the same layout has other rows.
if (isOwnCopy) {
  test('the percentages set aside do differ somewhere in each of their scenarios', () => {
    for (const scenario of UNSEEN_HOST_CHECKS) {
      const steps = scenarios.get(scenario) ?? [];
      const replay = replayHost(steps[0] as Row);
      expect(steps.some((row) => replay(row).percent !== recordedOf(row).percent)).toBe(true);
    }
  });

  test('every entry of the tables names a row', () => {
    const named = [...UNMET.map((entry) => entry.row), ...Object.keys(SCHEDULER), ...Object.keys(FORCED_RUNS)];
    expect(named.filter((id) => !rows.some((row) => row.id === id))).toEqual([]);
    expect(rows.length).toBe(541);
  });
}

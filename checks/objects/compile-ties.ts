// Dependencies and escalations in whole words. A dependency on no state at all does nothing
// and is dropped.

import type { CompiledDependency, CompiledEscalation } from './compiled-site.ts';
import type { StateLetters } from './directive-value.ts';
import { isState, readValues, wordsOf } from './read-values.ts';
import type { ResolvedDependency, ResolvedEscalation } from './resolved-site.ts';

type MasterState = CompiledDependency['states'][number];

/** Each once. */
export const compileDependencies = (dependencies: readonly ResolvedDependency[]): CompiledDependency[] => [
  ...new Map(compileEach(dependencies).map((entry) => [JSON.stringify({ ...entry, definedAt: null }), entry])).values(),
];

const compileEach = (dependencies: readonly ResolvedDependency[]): CompiledDependency[] =>
  dependencies
    .map(({ definedAt, master, dependent, purpose, states, period, inheritsParent }) => ({
      masterHost: master.hostName,
      ...(master.description !== undefined && { masterService: master.description }),
      dependentHost: dependent.hostName,
      ...(dependent.description !== undefined && { dependentService: dependent.description }),
      purpose,
      states: masterStates(states, master.description === undefined ? 'host' : 'service'),
      ...(period !== undefined && { period }),
      inheritsParent,
      definedAt,
    }))
    .filter(({ states }) => states.length > 0);

const ALL_LETTERS = { host: ['o', 'd', 'u', 'p'], service: ['o', 'w', 'u', 'c', 'p'] };

function masterStates(letters: StateLetters, about: 'host' | 'service'): MasterState[] {
  const chosen = letters === 'all' ? ALL_LETTERS[about] : letters;
  const states = wordsOf(chosen, about).filter(isState);
  return chosen.includes('p') ? [...states, 'pending'] : states;
}

export const compileEscalations = (
  escalations: readonly ResolvedEscalation[],
  hasPeriod: (name: string) => boolean,
): CompiledEscalation[] =>
  escalations.map(({ hostName, description, values, contacts, contactGroups, definedAt }) => {
    const read = readValues(description === undefined ? 'hostescalation' : 'serviceescalation', values);
    const period = read.text('escalation_period');
    const options = read.options('escalation_options');
    return {
      hostName,
      ...(description !== undefined && { serviceName: description }),
      first: Math.max(1, read.integer('first_notification', 1)),
      last: Math.max(0, read.integer('last_notification', 0)),
      intervalSec: read.seconds('notification_interval', 0),
      period: period !== undefined && hasPeriod(period) ? period : null,
      options: options ?? null,
      contacts,
      contactGroups,
      definedAt,
    };
  });

// Whether results and orders from outside find their way. Pure: counters in, one part of the
// self-health page out.

import type { OutsideCounters } from '#checks/passive/outside.ts';
import type { HealthPart } from '#web/contract/health.ts';
import { healthPart, type Facts } from './health-part.ts';

const NAMES_SHOWN = 5;
/** Half of what may wait. */
const MANY_WAITING = 5000;

type Counts = Readonly<Record<string, number>>;

const words = (counts: Counts): string =>
  Object.entries(counts)
    .toSorted(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${outcome.replaceAll('_', ' ')} ${count.toLocaleString('en')}`)
    .join(', ') || 'none';

const sumOf = (by: OutsideCounters['results'], outcome: string): number =>
  Object.values(by).reduce((sum, counts: Counts) => sum + (counts[outcome] ?? 0), 0);

/** Undefined where nothing is open and nothing came. */
export function judgeOutside(outside: OutsideCounters): HealthPart | undefined {
  const { listeners, results, orders, waiting, unknown, nrdp } = outside;
  if (listeners.length === 0 && Object.keys(results).length === 0 && Object.keys(nrdp).length === 0) return undefined;
  const facts: Facts = { 'waiting to be written': waiting };
  for (const { name, at, counts } of listeners) facts[`${name} at ${at}`] = words(counts);
  for (const [via, counts] of Object.entries(results)) facts[`results by ${via.replaceAll('_', ' ')}`] = words(counts);
  for (const [via, counts] of Object.entries(orders)) facts[`orders by ${via.replaceAll('_', ' ')}`] = words(counts);
  if (Object.keys(nrdp).length > 0) facts['NRDP posts'] = words(nrdp);
  const names = unknown.map(
    ({ hostName, serviceName, results: count }) =>
      `${hostName}${serviceName === undefined ? '' : `/${serviceName}`} (${count.toLocaleString('en')})`,
  );
  if (names.length > 0) facts['for objects nobody defined'] = names.join(', ');
  const say = (status: HealthPart['status'], summary: string) =>
    healthPart('Results from outside', status, summary, facts);
  const full = sumOf(results, 'full');
  if (waiting > MANY_WAITING)
    return say('warning', `${waiting} results wait to be written: PostgreSQL is away or slow.`);
  if (full > 0) return say('warning', `${full} results were turned away since the start: too many waited.`);
  if (names.length > 0) {
    const shown = names.slice(0, NAMES_SHOWN).join(', ');
    return say('warning', `Results come for objects nobody defined: ${shown}. Define them, or mend the sender.`);
  }
  return say('ok', `${sumOf(results, 'taken')} results were taken since the start.`);
}

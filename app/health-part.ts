// One part of the self-health page: how well it is, in a sentence, and the numbers behind it.

import type { HealthPart } from '#web/contract/health.ts';

export type Facts = Record<string, string | number>;

/** Numbers are written as people write them. */
export const healthPart = (
  name: string,
  status: HealthPart['status'],
  summary: string,
  facts: Facts = {},
): HealthPart => ({
  name,
  status,
  summary,
  facts: Object.entries(facts).map(([factName, value]) => ({
    name: factName,
    value: typeof value === 'number' ? value.toLocaleString('en') : value,
  })),
});

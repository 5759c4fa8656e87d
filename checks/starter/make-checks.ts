// Makes those checks of a set of rules that a host has not had yet, each once: it may be
// changed and deleted, and does not come back.

import type { Clock } from '#kernel/clock.ts';
import { SYSTEM } from '#kernel/domain/actor.ts';
import type { AgentReport } from '#kernel/domain/event.ts';
import type { Trx } from '#store/postgres.ts';
import { readSetting, writeSetting } from '#store/settings.ts';
import type { CheckCommands } from '../check-commands.ts';
import { checkOf, type StarterRule } from './starter-rules.ts';

export interface MakeDeps {
  clock: Clock;
  commands: Pick<CheckCommands, 'insert'>;
}

/** Made by versions that kept one mark for all of them. */
const FIRST_SET = ['load', 'memory', 'disk', 'console port', 'console'];

export async function makeChecks(
  { clock, commands }: MakeDeps,
  trx: Trx,
  wanted: { hostId: string; rules: readonly StarterRule[]; report?: AgentReport },
): Promise<void> {
  const { hostId, rules, report } = wanted;
  const key = `checks.starter:${hostId}`;
  // Two processes at once: the second waits here, then sees what the first has made.
  const host = await trx
    .selectFrom('host')
    .select(['id', 'lifecycle'])
    .where('id', '=', hostId)
    .forUpdate()
    .executeTakeFirst();
  if (!host || host.lifecycle === 'retired') return;
  const made = new Set(namesIn(await readSetting(trx, key)));
  if ((await readSetting(trx, `checks.default:${hostId}`)) !== undefined) for (const name of FIRST_SET) made.add(name);
  const due = rules.flatMap((rule) => {
    const check = made.has(rule.name) ? undefined : checkOf(rule, report);
    return check ? [{ rule, check }] : [];
  });
  if (due.length === 0) return;
  const rows = await trx.selectFrom('check').select('name').where('host_id', '=', hostId).execute();
  const taken = new Set(rows.map(({ name }) => name));
  for (const { rule, check } of due) {
    made.add(rule.name);
    // Somebody has thought of it before.
    if (taken.has(check.name)) continue;
    taken.add(check.name);
    await commands.insert(trx, SYSTEM, { ...check, hostId }, `starter:${rule.name}`);
  }
  await writeSetting(trx, key, [...made], clock.nowMs());
}

const namesIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];

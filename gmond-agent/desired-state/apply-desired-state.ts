// Compares a host with its catalog, item by item, and in mode 'enforce' puts right
// what differs and looks again. One item's failure never stops the others.

import type { Clock } from '#kernel/clock.ts';
import type {
  CatalogItem,
  DesiredStateMode,
  DesiredStateResult,
  FileItem,
  ServiceItem,
} from '#kernel/domain/desired-state.ts';
import { readAccountNames, type AccountNames } from './account-names.ts';
import { compareFile, writeFileState } from './file-state.ts';
import { createCommandRunner, type RunCommand } from './run-command.ts';
import { changeService, compareService, type ServiceDeps } from './service-state.ts';

interface DesiredStateDeps {
  clock: Clock;
  /** Former versions of changed files are kept here, readable by the agent alone. */
  backupDir: string;
  signal: AbortSignal;
  run?: RunCommand;
  hasSystemd?: boolean;
}

type Outcome = Pick<DesiredStateResult, 'status' | 'changed' | 'summary'> & { diff?: string };

/** In the order given; never rejects. After an abort the rest is 'failed' untouched. */
export async function applyDesiredState(
  items: readonly CatalogItem[],
  mode: DesiredStateMode,
  deps: DesiredStateDeps,
): Promise<DesiredStateResult[]> {
  const names = await readAccountNames();
  const serviceDeps: ServiceDeps = {
    clock: deps.clock,
    run: deps.run ?? createCommandRunner(deps.clock),
    signal: deps.signal,
    ...(deps.hasSystemd !== undefined && { hasSystemd: deps.hasSystemd }),
  };
  const results: DesiredStateResult[] = [];
  for (const item of items) {
    const outcome = await applyOne(item, mode, deps, names, serviceDeps);
    results.push({ desiredStateId: item.desiredStateId, version: item.version, diff: '', ...outcome });
  }
  return results;
}

async function applyOne(
  item: CatalogItem,
  mode: DesiredStateMode,
  deps: DesiredStateDeps,
  names: AccountNames,
  serviceDeps: ServiceDeps,
): Promise<Outcome> {
  if (deps.signal.aborted) return failed('the request was canceled before this item');
  try {
    return item.kind === 'file'
      ? await applyFile(item, mode, deps, names)
      : await applyService(item, mode, serviceDeps);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

const failed = (summary: string, diff = ''): Outcome => ({ status: 'failed', changed: false, summary, diff });

async function applyFile(
  item: FileItem,
  mode: DesiredStateMode,
  deps: DesiredStateDeps,
  names: AccountNames,
): Promise<Outcome> {
  const before = await compareFile(item, names);
  if (before.problem !== undefined) return failed(`${item.path}: ${before.problem}`);
  if (before.differences.length === 0)
    return { status: 'in_sync', changed: false, summary: `${item.path} is as desired` };
  const what = `${item.path}: ${before.differences.join(', ')}`;
  if (mode === 'report') return { status: 'drifted', changed: false, summary: what, diff: before.diff };

  // Zero-padded, so that names sort by age.
  const stamp = String(deps.clock.nowMs()).padStart(15, '0');
  await writeFileState(item, names, { backupDir: deps.backupDir, stamp, exists: before.exists });
  const after = await compareFile(item, names);
  if (after.problem !== undefined || after.differences.length > 0)
    return {
      status: 'failed',
      changed: true,
      summary: `${item.path} was written but did not hold: ${after.problem ?? after.differences.join(', ')}`,
      diff: after.diff,
    };
  return { status: 'in_sync', changed: true, summary: `${what}; put right`, diff: before.diff };
}

async function applyService(item: ServiceItem, mode: DesiredStateMode, deps: ServiceDeps): Promise<Outcome> {
  const before = await compareService(item, deps);
  if ('problem' in before) return failed(`${item.service}: ${before.problem}`);
  const state = (running: boolean) => `${item.service} is ${running ? 'running' : 'not running'}`;
  if (before.running === item.running)
    return { status: 'in_sync', changed: false, summary: `${state(item.running)}, as desired` };
  const diff = `--- ${item.service}\n+++ ${item.service} (desired)\n@@ -1 +1 @@\n-running: ${before.running}\n+running: ${item.running}\n`;
  if (mode === 'report') return { status: 'drifted', changed: false, summary: state(before.running), diff };
  const problem = await changeService(item, deps);
  if (problem !== undefined) return failed(`${item.service}: ${problem}`, diff);
  return {
    status: 'in_sync',
    changed: true,
    summary: `${state(before.running)}; ${item.running ? 'started' : 'stopped'}`,
    diff,
  };
}

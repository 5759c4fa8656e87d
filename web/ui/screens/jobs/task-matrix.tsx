// One small cell per host: where the odd ones are shows at a glance.

import { useTranslation } from 'react-i18next';
import type { RunDetail, Task } from '#web/contract/remediation.ts';
import { phaseOf } from './run-accounting.ts';

interface TaskMatrixProps {
  run: RunDetail;
  chosen: string | null;
  onChoose: (taskId: string) => void;
}

export function TaskMatrix({ run, chosen, onChoose }: TaskMatrixProps) {
  const { t } = useTranslation();
  const tasks = latestOfEachHost(run.tasks);
  return (
    <section className="card">
      <div className="card__head">
        <h2>{t('jobs.page.hosts')}</h2>
      </div>
      <div className="task-matrix">
        {tasks.map((task) => {
          const label = t('jobs.page.matrix', { host: task.hostName, status: t(`jobs.taskStatus.${task.status}`) });
          return (
            <button
              key={task.id}
              type="button"
              data-phase={phaseOf(task.status)}
              aria-pressed={task.id === chosen}
              aria-label={label}
              title={label}
              onClick={() => onChoose(task.id)}
            />
          );
        })}
      </div>
    </section>
  );
}

/** A host has a task for each step and attempt; its cell shows the one it is at. */
function latestOfEachHost(tasks: readonly Task[]): Task[] {
  const latest = new Map<string, Task>();
  for (const task of tasks) {
    const before = latest.get(task.hostId);
    const later = !before || task.step > before.step || (task.step === before.step && task.attempt > before.attempt);
    if (later && !(before && task.status === 'queued' && task.step > before.step)) latest.set(task.hostId, task);
  }
  return [...latest.values()];
}

// What one host printed, as it prints it: errors marked, following the tail until one scrolls up.

import { Switch } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Task } from '#web/contract/remediation.ts';
import { useTaskOutput } from '../../data/runs.ts';
import { formatQuantity } from '../../format/quantity.ts';
import { clockTime, formatElapsed } from '../../format/time.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import { toneOfRun } from '../../parts/tone.ts';
import { outputLines } from './output-lines.ts';

const INSTANTS = ['created', 'sent', 'delivered', 'started', 'finished', 'reported'] as const;
const NEAR_TAIL_PX = 40;

export function TaskOutputView({ runId, task }: { runId: string; task: Task }) {
  const { t } = useTranslation();
  const output = useTaskOutput(runId, task.id);
  const [onlyErrors, setOnlyErrors] = useState(false);
  const lines = useMemo(() => outputLines(output.data?.chunks ?? []), [output.data]);
  const shown = onlyErrors ? lines.filter((line) => line.stream === 'stderr') : lines;
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  useEffect(() => {
    if (following.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [shown.length]);
  const took = task.startedAt && task.finishedAt ? Date.parse(task.finishedAt) - Date.parse(task.startedAt) : null;
  return (
    <section className="card task-output" aria-label={t('jobs.page.output', { host: task.hostName })}>
      <div className="card__head task-output__head">
        <h2 className="heading">
          <Link to={`/hosts/${task.hostId}`} className="quiet-link">
            {task.hostName}
          </Link>
        </h2>
        <span className={`chip chip--${toneOfRun(task.status)}`}>{t(`jobs.taskStatus.${task.status}`)}</span>
        <span className="second">
          {[
            task.exitCode === null ? null : t('jobs.page.exit', { code: task.exitCode }),
            task.signal,
            took === null ? null : t('jobs.page.took', { age: formatElapsed(took) }),
          ]
            .filter(Boolean)
            .join(' ')}
        </span>
        <Switch
          size="xs"
          label={t('jobs.page.onlyErrors')}
          checked={onlyErrors}
          onChange={(event) => setOnlyErrors(event.currentTarget.checked)}
        />
      </div>
      {task.reason && <p className="task-output__reason">{task.reason}</p>}
      <div
        className="task-output__text"
        ref={box}
        tabIndex={0}
        onScroll={({ currentTarget: at }) => {
          following.current = at.scrollHeight - at.scrollTop - at.clientHeight < NEAR_TAIL_PX;
        }}
      >
        <LoadGate query={output} rows={3}>
          {(data) => (
            <>
              {data.omittedBytes > 0 && (
                <p className="tone-warn">
                  {t('jobs.page.omitted', { size: formatQuantity(data.omittedBytes, 'bytes') })}
                </p>
              )}
              {shown.length === 0 && (
                <p className="mute">{t(data.finished ? 'jobs.page.noOutput' : 'jobs.page.waitingOutput')}</p>
              )}
              {shown.map((line, at) => (
                <div key={at} data-stream={line.stream}>
                  <time>{clockTime(line.at)}</time>
                  <span>{line.text}</span>
                </div>
              ))}
            </>
          )}
        </LoadGate>
      </div>
      <ol className="task-output__instants">
        {INSTANTS.map((name) => {
          const at = task[`${name}At`];
          return (
            <li key={name} data-reached={at !== null}>
              {t(`jobs.page.instants.${name}`)} <span className="num">{at ? clockTime(at) : '–'}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

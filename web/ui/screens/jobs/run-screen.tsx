// One run: where every host stands, who printed something else, and what each one said.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import type { RunDetail } from '#web/contract/remediation.ts';
import { useLive } from '../../data/live-context.tsx';
import { useCancelRun, useRetryRun, useRun } from '../../data/runs.ts';
import { useMay } from '../../data/session.tsx';
import { useNow } from '../../data/use-now.ts';
import { dateTime, formatElapsed } from '../../format/time.ts';
import { ConfirmBlast } from '../../parts/confirm-blast.tsx';
import { personName } from '../../parts/event-words.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { OutputGroups } from './output-groups.tsx';
import { RunAccounting } from './run-accounting-card.tsx';
import { RunChip } from './run-chip.tsx';
import { RunSteps } from './run-steps.tsx';
import { TaskMatrix } from './task-matrix.tsx';
import { TaskOutputView } from './task-output.tsx';
import './jobs.css';

export default function RunScreen() {
  const { runId = '' } = useParams();
  const run = useRun(runId);
  useLive([`run:${runId}`, 'output'], () => {});
  return (
    <LoadGate query={run} rows={10}>
      {(data) => <RunPage run={data} />}
    </LoadGate>
  );
}

function RunPage({ run }: { run: RunDetail }) {
  const { t } = useTranslation();
  const nowMs = useNow();
  const [chosen, setChosen] = useState<string | null>(null);
  const open = run.status === 'queued' || run.status === 'running';
  // With one task there is nothing to choose; with many, the first one at odds is what one came for.
  const taskId = chosen ?? run.outputGroups[0]?.taskIds[0] ?? run.tasks[0]?.id ?? null;
  const task = run.tasks.find((entry) => entry.id === taskId);
  const startedMs = Date.parse(run.startedAt ?? run.createdAt);
  return (
    <>
      <PageHead
        title={run.title}
        crumbs={[{ to: '/jobs', label: t('jobs.title') }]}
        mark={<RunChip status={run.status} />}
        note={
          <>
            {t('jobs.page.note', { by: personName(run.requestedBy), at: dateTime(run.createdAt, nowMs) })} ·{' '}
            {t('jobs.page.elapsed', {
              age: formatElapsed((run.finishedAt ? Date.parse(run.finishedAt) : nowMs) - startedMs),
            })}
          </>
        }
        actions={<RunActions run={run} open={open} />}
      />
      <div className="stack">
        <RunAccounting run={run} />
        <RunSteps run={run} />
        <div className="columns">
          <div className="stack">
            {run.tasks.length > 1 && <TaskMatrix run={run} chosen={taskId} onChoose={setChosen} />}
            <OutputGroups run={run} chosen={taskId} onChoose={setChosen} />
          </div>
          {task ? (
            <TaskOutputView key={task.id} runId={run.id} task={task} />
          ) : (
            <section className="card">
              <p className="card__body mute" style={{ paddingTop: 14 }}>
                {t('jobs.page.pickHost')}
              </p>
            </section>
          )}
        </div>
      </div>
    </>
  );
}

function RunActions({ run, open }: { run: RunDetail; open: boolean }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const may = useMay('operator');
  const [asking, setAsking] = useState(false);
  const cancel = useCancelRun(() => t('jobs.page.stopped'));
  const retry = useRetryRun((again) => void go(`/jobs/runs/${again.id}`));
  return (
    <>
      {run.alertId && (
        <Button component={Link} to={`/problems/${run.alertId}`}>
          {t('jobs.page.forProblem')}
        </Button>
      )}
      {may && !open && run.status !== 'succeeded' && (
        <Button variant="filled" loading={retry.isPending} onClick={() => retry.mutate(run.id)}>
          {t('jobs.page.retry')}
        </Button>
      )}
      {may && open && (
        <Button data-danger disabled={run.cancelRequested} onClick={() => setAsking(true)}>
          {t(run.cancelRequested ? 'jobs.page.stopping' : 'jobs.page.stop')}
        </Button>
      )}
      {asking && (
        <ConfirmBlast
          title={t('jobs.page.stopTitle')}
          confirm={t('jobs.page.stop')}
          danger
          busy={cancel.isPending}
          onConfirm={() => cancel.mutate(run.id, { onSuccess: () => setAsking(false) })}
          onClose={() => setAsking(false)}
        >
          {t('jobs.page.stopWhy')}
        </ConfirmBlast>
      )}
    </>
  );
}

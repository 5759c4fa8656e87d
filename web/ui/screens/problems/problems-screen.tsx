// The start page: what is wrong now, worst and unowned first, and what was wrong before.

import { lazy, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import type { ProblemList } from '#web/contract/alerting.ts';
import { useAcknowledge, useProblems } from '../../data/alerts.ts';
import { useCoverage } from '../../data/hosts.ts';
import { useSeries } from '../../data/metrics.ts';
import { useMay } from '../../data/session.tsx';
import { useNow } from '../../data/use-now.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadGate, Skeleton } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { useRowCursor } from '../../parts/row-cursor.ts';
import { useShortcuts } from '../../parts/shortcuts.ts';
import { ProblemCounts } from './problem-counts.tsx';
import { inOrder, passing } from './problem-order.ts';
import { ProblemRow } from './problem-row.tsx';
import './problems.css';

const EpisodePanel = lazy(() => import('./episode-panel.tsx'));
const AlertHistory = lazy(() => import('./alert-history.tsx'));

const SPARK_RANGE = { kind: 'last', sec: 3600 } as const;
const SPARK_POINTS = 46;

export function ProblemsScreen() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const problems = useProblems();
  const view = params.get('view') === 'history' ? 'history' : 'open';
  const openId = params.get('open');
  const closePanel = (): void =>
    setParams(
      (before) => {
        before.delete('open');
        return before;
      },
      { preventScrollReset: true },
    );
  return (
    <>
      <PageHead
        title={t('problems.title')}
        note={problems.data && t('problems.summary', { count: problems.data.items.length })}
        actions={<ProblemCounts counts={problems.data?.counts} view={view} />}
      />
      {view === 'history' ? (
        <Suspense fallback={<Skeleton rows={8} />}>
          <AlertHistory />
        </Suspense>
      ) : (
        <LoadGate query={problems} rows={6}>
          {(list) => <OpenProblems list={list} openId={openId} />}
        </LoadGate>
      )}
      {openId && (
        <Suspense>
          <EpisodePanel key={openId} alertId={openId} onClose={closePanel} />
        </Suspense>
      )}
    </>
  );
}

function OpenProblems({ list, openId }: { list: ProblemList; openId: string | null }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const [params] = useSearchParams();
  const nowMs = useNow(1000);
  const may = useMay('operator');
  const acknowledge = useAcknowledge((count) => t('problems.taken', { count }));
  const shown = useMemo(() => passing(inOrder(list.items), params.get('show')), [list.items, params]);
  const wanted = useMemo(() => shown.flatMap((problem) => problem.series ?? []).slice(0, 200), [shown]);
  const sparks = useSeries(wanted, SPARK_RANGE, SPARK_POINTS);
  const pointsOf = useMemo(
    () =>
      new Map(
        (sparks.data?.series ?? []).map((s) => [`${s.labels.cluster}/${s.labels.host}/${s.labels.metric}`, s.points]),
      ),
    [sparks.data],
  );
  const withOpen = (alertId: string): string => {
    const next = new URLSearchParams(params);
    next.set('open', alertId);
    return `/problems?${next.toString()}`;
  };
  const cursor = useRowCursor(shown.length, (at) => {
    const problem = shown[at];
    if (problem)
      void go(openId === problem.id ? `/problems/${problem.id}` : withOpen(problem.id), { preventScrollReset: true });
  });
  useShortcuts({
    a: () => {
      const chosen = shown.find((problem, at) => (openId ? problem.id === openId : at === cursor.at));
      if (may && chosen && chosen.owner === null) acknowledge.take([chosen.id]);
    },
  });
  if (shown.length === 0) return <AllClear filtered={list.items.length > 0} />;
  return (
    <>
      <ul className="card problem-list">
        {shown.map((problem, at) => (
          <ProblemRow
            key={problem.id}
            problem={problem}
            points={
              problem.series
                ? pointsOf.get(`${problem.series.cluster}/${problem.series.host}/${problem.series.metric}`)
                : undefined
            }
            nowMs={nowMs}
            to={withOpen(problem.id)}
            open={problem.id === openId}
            row={cursor.rowProps(at)}
            onTake={(alertId) => acknowledge.take([alertId])}
          />
        ))}
      </ul>
      <Elsewhere />
    </>
  );
}

function AllClear({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  const coverage = useCoverage();
  return (
    <div className="card">
      <EmptyState
        title={t(filtered ? 'problems.noneInFilter' : 'problems.clear')}
        reason={!filtered && coverage && t('problems.clearWhy', coverage)}
      />
    </div>
  );
}

function Elsewhere() {
  const { t } = useTranslation();
  const coverage = useCoverage();
  return coverage ? <p className="second problem-list__elsewhere">{t('problems.healthy', coverage)}</p> : null;
}

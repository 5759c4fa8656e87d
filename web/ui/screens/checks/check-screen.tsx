// One check: what it says, how it got there, how it is set up.

import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { CheckDetail } from '#web/contract/checks.ts';
import { useCheck, useCheckResults, useRunChecks } from '../../data/checks.ts';
import { useTimeline } from '../../data/events.ts';
import { useMay } from '../../data/session.tsx';
import { useNow } from '../../data/use-now.ts';
import { dateTime, formatDuration, formatElapsed } from '../../format/time.ts';
import { EventList } from '../../parts/event-list.tsx';
import { HistoryStrip } from '../../parts/history-strip.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { CheckEditor } from './check-editor.tsx';
import { CheckSeries } from './check-series.tsx';
import { PerfdataTable } from './perfdata-table.tsx';
import './checks.css';

const STRIP_CELLS = 90;

export default function CheckScreen() {
  const { checkId = '' } = useParams();
  const check = useCheck(checkId);
  return (
    <LoadGate query={check} rows={8}>
      {(data) => <CheckPage check={data} />}
    </LoadGate>
  );
}

function CheckPage({ check }: { check: CheckDetail }) {
  const { t } = useTranslation();
  const operator = useMay('operator');
  const engineer = useMay('engineer');
  const [editing, setEditing] = useState(false);
  const run = useRunChecks((count) => t('checks.ranNow', { count }));
  const results = useCheckResults(check.id);
  const timeline = useTimeline({ checkId: check.id });
  return (
    <>
      <PageHead
        title={check.name}
        crumbs={[
          { to: '/checks', label: t('checks.title') },
          { to: `/hosts/${check.hostId}/checks`, label: check.hostName },
        ]}
        mark={
          <StatusMark
            state={check.stale ? 'stale' : check.state}
            soft={check.stateType === 'soft' && check.state !== 'ok'}
          />
        }
        note={
          <>
            {t(`checks.kind.${check.kind}`)} · <Link to={`/hosts/${check.hostId}`}>{check.hostName}</Link>
          </>
        }
        actions={
          <>
            {engineer && <Button onClick={() => setEditing(true)}>{t('form.edit')}</Button>}
            {operator && (
              <Button variant="filled" loading={run.isPending} onClick={() => run.mutate([check.id])}>
                {t('checks.runNow')}
              </Button>
            )}
          </>
        }
      />
      <CheckFacts check={check} />
      <div className="stack">
        <section className="card">
          <div className="card__head">
            <h2>{t('checks.lastResults', { count: results.data?.items.length ?? 0 })}</h2>
          </div>
          <div className="card__body">
            <LoadGate query={results} rows={1}>
              {(list) => <ResultStrip results={list.items} name={check.name} />}
            </LoadGate>
          </div>
          <div className="check-output">
            <p className="check-output__first">{check.output || t('checks.noOutput')}</p>
            {check.longOutput !== '' && <pre className="code-block">{check.longOutput}</pre>}
          </div>
        </section>
        {check.perfdata.length > 0 && <PerfdataTable check={check} />}
        <CheckSeries check={check} />
        <div className="columns">
          <section className="card">
            <div className="card__head">
              <h2>{t('checks.changes')}</h2>
            </div>
            <LoadGate query={timeline} rows={4}>
              {(events) =>
                events.length > 0 ? (
                  <EventList events={events} within={`/checks/${check.id}`} />
                ) : (
                  <p className="card__body mute">{t('checks.noChanges')}</p>
                )
              }
            </LoadGate>
          </section>
          <CheckSetup check={check} />
        </div>
      </div>
      {editing && <CheckEditor check={check} onClose={() => setEditing(false)} />}
    </>
  );
}

function CheckFacts({ check }: { check: CheckDetail }) {
  const { t } = useTranslation();
  const nowMs = useNow();
  const duration = (sec: number): string => formatElapsed(sec * 1000);
  return (
    <div className="facts" style={{ margin: '-6px 0 14px' }}>
      {!check.enabled && <span className="tone-warn">{t('checks.fact.off')}</span>}
      <span>
        <Trans
          i18nKey="checks.fact.attempt"
          values={{ attempt: check.attempt, max: check.maxAttempts }}
          components={{ b: <b /> }}
        />
        {' · '}
        {t(`checks.fact.${check.stateType}`)}
      </span>
      <span>
        <Trans
          i18nKey="checks.fact.every"
          values={{ every: formatDuration(check.intervalSec * 1000) }}
          components={{ b: <b /> }}
        />
      </span>
      {check.lastCheckAt && (
        <span>
          {t('checks.fact.last')} <b>{t('form.ago', { age: formatDuration(nowMs - Date.parse(check.lastCheckAt)) })}</b>
        </span>
      )}
      {check.executionSec !== null && (
        <span>
          {t('checks.fact.took')} <b>{duration(check.executionSec)}</b>
        </span>
      )}
      {check.nextCheckAt && check.enabled && (
        <span>
          {t('checks.fact.next')}{' '}
          <b>{t('form.in', { age: formatDuration(Math.max(0, Date.parse(check.nextCheckAt) - nowMs)) })}</b>
        </span>
      )}
      {check.flapping && (
        <span className="tone-warn">
          {t('checks.flapping')}, {t('checks.fact.changes', { percent: Math.round(check.changePercent) })}
        </span>
      )}
    </div>
  );
}

function ResultStrip({
  results,
  name,
}: {
  results: readonly { at: string; state: string; output: string }[];
  name: string;
}) {
  const nowMs = useNow(60_000);
  const cells = useMemo(
    () => results.map((result) => ({ state: result.state, title: `${dateTime(result.at, nowMs)} · ${result.output}` })),
    [results, nowMs],
  );
  return <HistoryStrip cells={cells} count={STRIP_CELLS} label={name} />;
}

function CheckSetup({ check }: { check: CheckDetail }) {
  const { t } = useTranslation();
  return (
    <section className="card">
      <div className="card__head">
        <h2>{t('checks.setup')}</h2>
        {check.origin && <span className="second">{t('form.origin')}</span>}
      </div>
      <dl className="definition">
        {Object.entries(check.spec).map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd className="num">
              {Array.isArray(value)
                ? value.join(' ')
                : typeof value === 'object'
                  ? JSON.stringify(value)
                  : String(value)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

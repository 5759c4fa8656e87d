// An episode from first symptom to proof: the loop, the evidence, what happened, who
// was told, and what people wrote.

import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Episode } from '#web/contract/alerting.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { EventList } from '../../parts/event-list.tsx';
import { HistoryStrip } from '../../parts/history-strip.tsx';
import { LoopStrip } from '../../parts/loop-strip.tsx';
import { Deliveries } from './deliveries.tsx';
import { episodeEvents } from './episode-events.ts';
import { EpisodeComments } from './episode-comments.tsx';
import { ReflexChip } from './problem-row.tsx';
import { Since } from './since.tsx';
import './episode.css';

const EvidenceChart = lazy(() => import('./evidence-chart.tsx'));

export function EpisodeView({ episode, narrow = false }: { episode: Episode; narrow?: boolean }) {
  const { t } = useTranslation();
  const { alert } = episode;
  return (
    <div className="episode" data-narrow={narrow}>
      {narrow && (
        <p className="second">
          <Since alert={alert} />
        </p>
      )}
      <EpisodeFacts episode={episode} />
      <LoopStrip loop={episode.loop} />
      <div className={narrow ? 'stack' : 'columns'}>
        <div className="stack">
          {alert.series && (
            <Suspense fallback={<div className="card episode__chart" />}>
              <EvidenceChart episode={episode} series={alert.series} />
            </Suspense>
          )}
          {alert.check && <CheckResults episode={episode} />}
          <section className="card">
            <div className="card__head">
              <h2>{t('problems.happened')}</h2>
            </div>
            <EventList events={episodeEvents(episode)} within={`/problems/${alert.id}`} />
          </section>
        </div>
        <div className="stack">
          <section className="card">
            <div className="card__head">
              <h2>{t('problems.told')}</h2>
            </div>
            <Deliveries deliveries={episode.deliveries} />
          </section>
          <EpisodeComments episode={episode} />
        </div>
      </div>
    </div>
  );
}

function EpisodeFacts({ episode: { alert, runIds } }: { episode: Episode }) {
  const { t } = useTranslation();
  return (
    <div className="facts episode__facts">
      {alert.host && (
        <span>
          {t('problems.host')}{' '}
          {alert.host.id ? (
            <Link className="link" to={`/hosts/${alert.host.id}`}>
              {alert.host.name}
            </Link>
          ) : (
            <b>{alert.host.name}</b>
          )}
        </span>
      )}
      {alert.check && (
        <span>
          {t('problems.check')}{' '}
          <Link className="link" to={`/checks/${alert.check.id}`}>
            {alert.check.name}
          </Link>
        </span>
      )}
      <span>
        {t('problems.rule')}{' '}
        {alert.ruleId ? (
          <Link className="link" to={`/configuration/rules?edit=${alert.ruleId}`}>
            {alert.ruleName}
          </Link>
        ) : (
          <b>{alert.ruleName}</b>
        )}
      </span>
      <span>
        <b>{t(`severity.${alert.severity}`)}</b>
      </span>
      <span>{alert.owner ? t('problems.ownedBy', { owner: alert.owner }) : <b>{t('problems.noOne')}</b>}</span>
      {alert.reflexStatus && (
        <span>
          <ReflexChip problem={{ ...alert, checkHistory: [] }} /> {alert.reflexSummary}
        </span>
      )}
      {runIds.map((id) => (
        <Link key={id} className="link" to={`/jobs/runs/${id}`}>
          {t('problems.openRun')}
        </Link>
      ))}
    </div>
  );
}

function CheckResults({ episode: { alert } }: { episode: Episode }) {
  const { t } = useTranslation();
  const nowMs = useNow(30_000);
  if (!alert.check) return null;
  const cells = alert.checkHistory.map((result) => ({
    state: result.state,
    title: `${dateTime(result.at, nowMs)} ${result.state}`,
  }));
  return (
    <section className="card">
      <div className="card__head">
        <h2>{t('problems.results', { check: alert.check.name })}</h2>
      </div>
      <div className="card__body">
        <HistoryStrip cells={cells} count={60} label={alert.check.name} />
        <p className="episode__output">
          <code>{alert.evidence.detail ?? alert.evidence.summary}</code>
        </p>
      </div>
    </section>
  );
}

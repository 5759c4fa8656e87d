// Reflexes as sentences: when, do, unless, prove. And what came of each.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Reflex, ReflexAttempt } from '#web/contract/remediation.ts';
import { useGroups, useHosts } from '../../data/hosts.ts';
import { useReflexAttempts, useReflexes } from '../../data/runbooks.ts';
import { useRules } from '../../data/rules.ts';
import { useMay } from '../../data/session.tsx';
import { useNow } from '../../data/use-now.ts';
import { dateTime, formatDuration } from '../../format/time.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { SidePanel } from '../../parts/side-panel.tsx';
import { toneOfRun } from '../../parts/tone.ts';
import { ReflexEditor } from './reflex-editor.tsx';
import '../../parts/grid-table.css';
import './jobs.css';

export function ReflexesTab() {
  const { t } = useTranslation();
  const reflexes = useReflexes();
  const engineer = useMay('engineer');
  const [editing, setEditing] = useState<Reflex | 'new' | null>(null);
  const [history, setHistory] = useState<Reflex | null>(null);
  const add = engineer && (
    <Button variant="filled" onClick={() => setEditing('new')}>
      {t('jobs.reflexes.add')}
    </Button>
  );
  return (
    <>
      <LoadGate query={reflexes} rows={6}>
        {(list) =>
          list.items.length === 0 ? (
            <div className="card">
              <EmptyState title={t('jobs.reflexes.none')} reason={t('jobs.reflexes.noneWhy')} action={add} />
            </div>
          ) : (
            <>
              <div className="filter-bar">
                <div className="filter-bar__end">{add}</div>
              </div>
              <div className="stack">
                {list.items.map((reflex) => (
                  <ReflexCard
                    key={reflex.id}
                    reflex={reflex}
                    onEdit={engineer ? () => setEditing(reflex) : undefined}
                    onHistory={() => setHistory(reflex)}
                  />
                ))}
              </div>
            </>
          )
        }
      </LoadGate>
      {editing && (
        <ReflexEditor
          key={editing === 'new' ? 'new' : editing.id}
          {...(editing === 'new' ? {} : { reflex: editing })}
          onClose={() => setEditing(null)}
        />
      )}
      {history && <Attempts reflex={history} onClose={() => setHistory(null)} />}
    </>
  );
}

function ReflexCard({
  reflex,
  onEdit,
  onHistory,
}: {
  reflex: Reflex;
  onEdit: (() => void) | undefined;
  onHistory: () => void;
}) {
  const { t } = useTranslation();
  return (
    <section className="card reflex-card">
      <div className="reflex-card__head">
        <h2 className="heading">{reflex.name}</h2>
        <span className={`chip ${reflex.armed ? 'chip--act' : 'chip--off'}`}>
          {t(reflex.armed ? 'jobs.reflexes.armed' : 'jobs.reflexes.disarmed')}
        </span>
        {reflex.lastAttempt ? (
          <AttemptChip attempt={reflex.lastAttempt} />
        ) : (
          <span className="second">{t('jobs.reflexes.never')}</span>
        )}
      </div>
      <p className="reflex-card__sentence">
        <ReflexSentence reflex={reflex} />
      </p>
      <div className="reflex-card__act">
        <Button size="xs" onClick={onHistory}>
          {t('jobs.reflexes.attempts')}
        </Button>
        {onEdit && (
          <Button size="xs" onClick={onEdit}>
            {t('form.edit')}
          </Button>
        )}
      </div>
    </section>
  );
}

function ReflexSentence({ reflex }: { reflex: Reflex }) {
  const { t } = useTranslation();
  const rules = useRules();
  const hosts = useHosts();
  const groups = useGroups();
  const { match, guard } = reflex;
  const rule = rules.data?.items.find((entry) => entry.id === match.ruleId)?.name ?? '…';
  const where = [
    ...(match.groupIds ?? []).map((id) => groups.data?.items.find((group) => group.id === id)?.name ?? '…'),
    ...(match.hostIds ?? []).map((id) => hosts.data?.items.find((host) => host.id === id)?.name ?? '…'),
  ].join(', ');
  const bold = { b: <b /> };
  return (
    <>
      {t('jobs.reflexes.when')}{' '}
      {match.ruleId ? (
        <Trans i18nKey="jobs.reflexes.whenRule" values={{ rule }} components={bold} />
      ) : match.checkName ? (
        <Trans i18nKey="jobs.reflexes.whenCheck" values={{ check: match.checkName }} components={bold} />
      ) : (
        t('jobs.reflexes.whenAny')
      )}{' '}
      {where === '' ? t('jobs.reflexes.onAll') : t('jobs.reflexes.onHosts', { where })},{' '}
      <Trans i18nKey="jobs.reflexes.do" values={{ runbook: reflex.runbookName }} components={bold} />;{' '}
      {t('jobs.reflexes.guard', { cooldown: formatDuration(guard.cooldownSec * 1000), max: guard.maxPerHour })}
      {guard.onePerHost && `, ${t('jobs.reflexes.alone')}`};{' '}
      {t('jobs.reflexes.verify', { within: formatDuration(reflex.verify.withinSec * 1000) })}.
    </>
  );
}

function AttemptChip({ attempt }: { attempt: ReflexAttempt }) {
  const { t } = useTranslation();
  const nowMs = useNow(30_000);
  return (
    <span className="second">
      {t('jobs.reflexes.last')} {dateTime(attempt.decidedAt, nowMs)}:{' '}
      <span className={`tone-${toneOfRun(attempt.status)}`}>{t(`jobs.reflexes.attempt.${attempt.status}`)}</span>
      {attempt.hostName && ` · ${attempt.hostName}`}
    </span>
  );
}

function Attempts({ reflex, onClose }: { reflex: Reflex; onClose: () => void }) {
  const { t } = useTranslation();
  const nowMs = useNow(30_000);
  const attempts = useReflexAttempts(reflex.id, true);
  return (
    <SidePanel title={`${reflex.name} · ${t('jobs.reflexes.attempts')}`} onClose={onClose}>
      <LoadGate query={attempts}>
        {(list) =>
          list.items.length === 0 ? (
            <EmptyState title={t('jobs.reflexes.never')} />
          ) : (
            <table className="grid-table">
              <tbody>
                {list.items.map((attempt) => (
                  <tr key={attempt.id}>
                    <td>
                      <span className={`chip chip--${toneOfRun(attempt.status)}`}>
                        {t(`jobs.reflexes.attempt.${attempt.status}`)}
                      </span>
                    </td>
                    <td>
                      <Link to={`/problems/${attempt.alertId}`} className="strong quiet-link">
                        {attempt.hostName ?? '–'}
                      </Link>
                      <div className="second">{attempt.reason}</div>
                    </td>
                    <td className="mute grid-table__num">
                      {attempt.runId ? (
                        <Link to={`/jobs/runs/${attempt.runId}`} className="link">
                          {dateTime(attempt.decidedAt, nowMs)}
                        </Link>
                      ) : (
                        dateTime(attempt.decidedAt, nowMs)
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </LoadGate>
    </SidePanel>
  );
}

// What is deployed where, the archives it came from, and the way back.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { Artifact, Release } from '#web/contract/remediation.ts';
import { useHosts } from '../../data/hosts.ts';
import { useArtifacts, useReleases, useRollback } from '../../data/releases.ts';
import { useMay } from '../../data/session.tsx';
import { useNow } from '../../data/use-now.ts';
import { formatQuantity } from '../../format/quantity.ts';
import { dateTime } from '../../format/time.ts';
import { ConfirmBlast } from '../../parts/confirm-blast.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { personName } from '../../parts/event-words.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import { toneOfRun } from '../../parts/tone.ts';
import { DeployForm, UploadForm } from './release-forms.tsx';
import '../../parts/grid-table.css';

export function ReleasesTab() {
  const { t } = useTranslation();
  const releases = useReleases();
  const artifacts = useArtifacts();
  const operator = useMay('operator');
  const [open, setOpen] = useState<'upload' | { deploy: Artifact | null } | null>(null);
  const [goingBack, setGoingBack] = useState<Release | null>(null);
  return (
    <>
      {operator && (
        <div className="filter-bar">
          <div className="filter-bar__end">
            <Button onClick={() => setOpen('upload')}>{t('jobs.releases.upload')}</Button>
            <Button variant="filled" disabled={!artifacts.data?.items.length} onClick={() => setOpen({ deploy: null })}>
              {t('jobs.releases.deploy')}
            </Button>
          </div>
        </div>
      )}
      <div className="stack">
        <section className="card">
          <div className="card__head">
            <h2>{t('jobs.releases.ledger')}</h2>
          </div>
          <LoadGate query={releases}>
            {(list) =>
              list.items.length === 0 ? (
                <EmptyState title={t('jobs.releases.none')} reason={t('jobs.releases.noneWhy')} />
              ) : (
                <Ledger releases={list.items} onRollback={operator ? setGoingBack : undefined} />
              )
            }
          </LoadGate>
        </section>
        <section className="card">
          <div className="card__head">
            <h2>{t('jobs.releases.archives')}</h2>
          </div>
          <LoadGate query={artifacts}>
            {(list) =>
              list.items.length === 0 ? (
                <p className="mute card__body">{t('jobs.releases.noArchives')}</p>
              ) : (
                <Archives
                  artifacts={list.items}
                  onDeploy={operator ? (artifact) => setOpen({ deploy: artifact }) : undefined}
                />
              )
            }
          </LoadGate>
        </section>
      </div>
      {open === 'upload' && <UploadForm onClose={() => setOpen(null)} />}
      {open && open !== 'upload' && (
        <DeployForm artifacts={artifacts.data?.items ?? []} chosen={open.deploy} onClose={() => setOpen(null)} />
      )}
      {goingBack && <RollbackDialog release={goingBack} onClose={() => setGoingBack(null)} />}
    </>
  );
}

function Ledger({
  releases,
  onRollback,
}: {
  releases: readonly Release[];
  onRollback: ((release: Release) => void) | undefined;
}) {
  const { t } = useTranslation();
  const nowMs = useNow(30_000);
  return (
    <table className="grid-table">
      <thead>
        <tr>
          <th>{t('jobs.releases.column.app')}</th>
          <th>{t('jobs.releases.column.version')}</th>
          <th>{t('jobs.releases.column.state')}</th>
          <th>{t('jobs.releases.column.where')}</th>
          <th>{t('jobs.releases.column.by')}</th>
          <th>{t('jobs.releases.column.at')}</th>
          <th>
            <span className="sr-only">{t('jobs.releases.rollback')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {releases.map((release) => (
          <tr key={release.id}>
            <td className="grid-table__main">
              {release.runId ? (
                <Link to={`/jobs/runs/${release.runId}`}>{release.app}</Link>
              ) : (
                <b className="strong">{release.app}</b>
              )}
              <div className="second num">{release.releaseTs}</div>
            </td>
            <td className="num">{release.version}</td>
            <td>
              <span className={`chip chip--${toneOfRun(release.state)}`}>
                {t(`jobs.releases.state.${release.state}`)}
              </span>{' '}
              {release.current && <span className="chip chip--act">{t('jobs.releases.current')}</span>}
            </td>
            <td className="second">
              {release.deployTo} · {t('form.hostCount', { count: release.hostIds.length })}
            </td>
            <td className="mute">{personName(release.createdBy)}</td>
            <td className="mute">{dateTime(release.createdAt, nowMs)}</td>
            <td className="grid-table__act">
              {onRollback && (release.current || release.state === 'failed') && (
                <Button size="xs" onClick={() => onRollback(release)}>
                  {t('jobs.releases.rollback')}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Archives({
  artifacts,
  onDeploy,
}: {
  artifacts: readonly Artifact[];
  onDeploy: ((artifact: Artifact) => void) | undefined;
}) {
  const { t } = useTranslation();
  const nowMs = useNow(30_000);
  return (
    <table className="grid-table">
      <tbody>
        {artifacts.map((artifact) => (
          <tr key={artifact.id}>
            <td className="grid-table__main">
              <b className="strong">
                {artifact.name} {artifact.version}
              </b>
              <div className="second num cut">sha256 {artifact.sha256}</div>
            </td>
            <td className="grid-table__num">{formatQuantity(artifact.sizeBytes, 'bytes')}</td>
            <td className="mute">
              {personName(artifact.uploadedBy)} · {dateTime(artifact.uploadedAt, nowMs)}
            </td>
            <td className="grid-table__act">
              {onDeploy && (
                <Button size="xs" onClick={() => onDeploy(artifact)}>
                  {t('jobs.releases.deploy')}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function RollbackDialog({ release, onClose }: { release: Release; onClose: () => void }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const hosts = useHosts();
  const rollback = useRollback((runId) => void go(`/jobs/runs/${runId}`));
  const names = (hosts.data?.items ?? []).filter((host) => release.hostIds.includes(host.id)).map((host) => host.name);
  return (
    <ConfirmBlast
      title={t('jobs.releases.rollbackTitle', { app: release.app })}
      confirm={t('jobs.releases.rollback')}
      names={names}
      danger
      busy={rollback.isPending}
      onConfirm={() => rollback.mutate(release.app)}
      onClose={onClose}
    >
      {t('jobs.releases.rollbackWhy')}
    </ConfirmBlast>
  );
}

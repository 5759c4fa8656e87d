// Desired state, and the drift from it: the same difference on many hosts is shown once.

import { Button } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { DesiredState } from '#web/contract/desired-state.ts';
import type { Drift } from '#web/contract/inventory.ts';
import { useDesiredStates, useDrift } from '../../data/desired-state.ts';
import { useMay } from '../../data/session.tsx';
import { DiffView } from '../../parts/diff-view.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { FixDialog } from '../hosts/host-config.tsx';
import { DesiredStateEditor } from './desired-state-editor.tsx';
import { groupDrift, type DriftGroup } from './drift-groups.ts';
import { ObjectList } from './object-list.tsx';

export function DesiredStateSection() {
  const { t } = useTranslation();
  const states = useDesiredStates();
  const drift = useDrift({ status: 'drifted' });
  const engineer = useMay('engineer');
  const [open, setOpen] = useState<DesiredState | 'new' | null>(null);
  return (
    <>
      <ObjectList
        title={t('configuration.sections.desired')}
        note={t('configuration.desired.note')}
        query={states}
        add={engineer ? { label: t('configuration.desired.add'), act: () => setOpen('new') } : undefined}
        empty={{ title: t('configuration.desired.none'), reason: t('configuration.desired.noneWhy') }}
      >
        {(entries) => (
          <table className="grid-table">
            <tbody>
              {entries.map((state) => (
                <tr key={state.id} className={state.enabled ? '' : 'grid-table__off'}>
                  <td className="grid-table__main">
                    <button type="button" disabled={!engineer} onClick={() => setOpen(state)}>
                      {state.name}
                    </button>
                    <div className="second">
                      <What state={state} />
                    </div>
                  </td>
                  <td className="grid-table__num">
                    <Counts state={state} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </ObjectList>
      <LoadGate query={drift} rows={3}>
        {(list) => <DriftList drifts={list.items} />}
      </LoadGate>
      {open && (
        <DesiredStateEditor
          key={open === 'new' ? 'new' : open.id}
          {...(open === 'new' ? {} : { state: open })}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

function What({ state: { spec } }: { state: DesiredState }) {
  const { t } = useTranslation();
  if (spec.kind === 'file') return <>{t('configuration.desired.file', { path: spec.path })}</>;
  return (
    <>
      {t(spec.running ? 'configuration.desired.serviceUp' : 'configuration.desired.serviceDown', {
        service: spec.service,
      })}
    </>
  );
}

function Counts({ state: { counts } }: { state: DesiredState }) {
  const { t } = useTranslation();
  return (
    <span style={{ display: 'inline-flex', gap: 6, flexWrap: 'wrap', justifyContent: 'flex-end' }}>
      {counts.drifted > 0 && (
        <span className="chip chip--warn">{t('configuration.desired.drifted', { count: counts.drifted })}</span>
      )}
      {counts.failed > 0 && (
        <span className="chip chip--crit">{t('configuration.desired.failed', { count: counts.failed })}</span>
      )}
      {counts.pending > 0 && (
        <span className="chip chip--off">{t('configuration.desired.pending', { count: counts.pending })}</span>
      )}
      {counts.in_sync > 0 && (
        <span className="chip chip--ok">{t('configuration.desired.inSync', { count: counts.in_sync })}</span>
      )}
    </span>
  );
}

function DriftList({ drifts }: { drifts: readonly Drift[] }) {
  const { t } = useTranslation();
  const may = useMay('operator');
  const groups = useMemo(() => groupDrift(drifts), [drifts]);
  const [fixing, setFixing] = useState<DriftGroup | null>(null);
  return (
    <section style={{ marginTop: 18 }} className="stack">
      <h2>{t('configuration.desired.drift')}</h2>
      {groups.length === 0 && <p className="mute">{t('configuration.desired.noDrift')}</p>}
      {groups.map((group) => (
        <section key={`${group.desiredStateId} ${group.hosts[0]?.id}`} className="card drift-group">
          <div className="card__head">
            <h2 className="heading">{group.name}</h2>
            <span className="second">{t('configuration.desired.sameDiff', { count: group.hosts.length })}</span>
            <span className="second cut">
              {group.hosts.map((host, at) => (
                <span key={host.id}>
                  {at > 0 && ', '}
                  <Link to={`/hosts/${host.id}/config`} className="quiet-link">
                    {host.name}
                  </Link>
                </span>
              ))}
            </span>
            {may && (
              <Button size="xs" onClick={() => setFixing(group)}>
                {t('configuration.desired.fix')}
              </Button>
            )}
          </div>
          {group.diff === '' ? <p className="card__body mute">{group.summary}</p> : <DiffView diff={group.diff} />}
        </section>
      ))}
      {fixing && (
        <FixDialog
          desiredStateId={fixing.desiredStateId}
          name={fixing.name}
          hosts={fixing.hosts}
          onClose={() => setFixing(null)}
        />
      )}
    </section>
  );
}

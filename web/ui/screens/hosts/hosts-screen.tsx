// Every host there is, worst first: a host that falls silent stays here until somebody retires it.

import { Button, Select, Switch } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import { useProblems } from '../../data/alerts.ts';
import { useGroups, useHosts } from '../../data/hosts.ts';
import { matching } from '../../data/list.ts';
import { useMay } from '../../data/session.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FilterBox } from '../../parts/filter-box.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { AddHostDialog } from './add-host-dialog.tsx';
import { compareStates, problemsByHost, stateOfHost } from './host-state.ts';
import { HostTable, type HostLine } from './host-table.tsx';
import { HostsTabs } from './hosts-tabs.tsx';
import './hosts.css';

export default function HostsScreen() {
  const { t } = useTranslation();
  const go = useNavigate();
  const [params, setParams] = useSearchParams();
  const retired = params.has('retired');
  const hosts = useHosts(retired);
  const problems = useProblems();
  const groups = useGroups();
  const mayAdd = useMay('admin');
  const [adding, setAdding] = useState(params.has('add'));
  const set = (name: string, value: string | null): void =>
    setParams(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );

  const all = hosts.data?.items;
  const lines = useMemo<HostLine[]>(() => {
    const byHost = problemsByHost(problems.data?.items ?? []);
    const group = params.get('group');
    const cluster = params.get('cluster');
    const chosen = (all ?? []).filter(
      (host) => (!group || host.groups.some((g) => g.id === group)) && (!cluster || host.cluster === cluster),
    );
    return matching(chosen, params.get('q') ?? '', (host) =>
      [host.name, host.ip, host.cluster, host.owner, host.factsSummary.os, ...host.groups.map((g) => g.name)].join(' '),
    )
      .map((host) => ({ host, problems: byHost.get(host.id), state: stateOfHost(host, byHost.get(host.id)) }))
      .sort(
        (a, b) =>
          compareStates(a.state, b.state) || a.host.name.localeCompare(b.host.name, undefined, { numeric: true }),
      );
  }, [all, problems.data, params]);
  const clusters = useMemo(() => [...new Set((all ?? []).map((host) => host.cluster))].sort(), [all]);
  const up = (all ?? []).filter((host) => host.reporting === 'up').length;

  return (
    <>
      <PageHead
        title={t('hosts.title')}
        note={all && t('hosts.count', { up, known: all.length })}
        actions={
          mayAdd && (
            <Button variant="filled" leftSection={<Icon name="plus" size={15} />} onClick={() => setAdding(true)}>
              {t('hosts.add')}
            </Button>
          )
        }
      />
      <HostsTabs />
      <div className="filter-bar">
        <FilterBox placeholder={t('hosts.filter')} />
        {clusters.length > 1 && (
          <Select
            aria-label={t('hosts.allClusters')}
            placeholder={t('hosts.allClusters')}
            data={clusters}
            clearable
            value={params.get('cluster')}
            onChange={(value) => set('cluster', value)}
          />
        )}
        {(groups.data?.items.length ?? 0) > 0 && (
          <Select
            aria-label={t('hosts.allGroups')}
            placeholder={t('hosts.allGroups')}
            data={(groups.data?.items ?? []).map((group) => ({ value: group.id, label: group.name }))}
            clearable
            value={params.get('group')}
            onChange={(value) => set('group', value)}
          />
        )}
        <Switch
          label={t('hosts.retired')}
          checked={retired}
          onChange={(event) => set('retired', event.currentTarget.checked ? '1' : null)}
        />
      </div>
      <LoadGate query={hosts} rows={10}>
        {(list) => {
          if (list.items.length === 0) {
            return (
              <div className="card">
                <EmptyState title={t('hosts.none')} reason={t('hosts.noneWhy')} />
              </div>
            );
          }
          if (lines.length === 0) {
            return (
              <div className="card">
                <EmptyState
                  title={t('form.noMatch')}
                  action={<Button onClick={() => void go('/hosts')}>{t('form.clearFilter')}</Button>}
                />
              </div>
            );
          }
          return <HostTable lines={lines} />;
        }}
      </LoadGate>
      {adding && <AddHostDialog onClose={() => setAdding(false)} />}
    </>
  );
}

// One host: its state and facts in the head, and its views as tabs.

import type { TFunction } from 'i18next';
import { Button, Menu } from '@mantine/core';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { Link, Route, Routes, useLocation, useNavigate, useParams } from 'react-router';
import type { HostDetail } from '#web/contract/inventory.ts';
import { useProblems } from '../../data/alerts.ts';
import { useRunChecks } from '../../data/check-actions.ts';
import { useChecks } from '../../data/checks.ts';
import { nowMs } from '../../data/browser-clock.ts';
import { clusterPath } from '../../data/host-name.ts';
import { useHost, useRetireHost } from '../../data/hosts.ts';
import { useMay } from '../../data/session.tsx';
import { DEFAULT_RANGE, type TimeRange } from '../../data/time-range.ts';
import { useNow } from '../../data/use-now.ts';
import { formatQuantity } from '../../format/quantity.ts';
import { dateTime, formatDuration } from '../../format/time.ts';
import { ChartBoard } from '../../parts/charts/chart-board.tsx';
import { ComparePicker } from '../../parts/charts/compare-picker.tsx';
import { ConfirmBlast } from '../../parts/confirm-blast.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { RangePicker } from '../../parts/range-picker.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { HostAlerts } from './host-alerts.tsx';
import { HostChecks } from './host-checks.tsx';
import { HostConfig } from './host-config.tsx';
import { HostEditor } from './host-editor.tsx';
import { HostFactsTab } from './host-facts-tab.tsx';
import { HostJobs } from './host-jobs.tsx';
import { HostMetricsTab } from './host-metrics-tab.tsx';
import { HostOverview } from './host-overview.tsx';
import { HostProcesses } from './host-processes.tsx';
import { problemsByHost, stateOfHost } from './host-state.ts';
import './hosts.css';

// A host that has just joined would be a thin line at the edge of an hour.
const YOUNG_MS = 25 * 60_000;
const QUARTER: TimeRange = { kind: 'last', sec: 900 };

export default function HostScreen() {
  const { hostId = '' } = useParams();
  const host = useHost(hostId);
  return (
    <LoadGate query={host} rows={10}>
      {(data) => <HostPage host={data} />}
    </LoadGate>
  );
}

function HostPage({ host }: { host: HostDetail }) {
  const { t } = useTranslation();
  const now = useNow(10_000);
  const { pathname } = useLocation();
  const problems = useProblems();
  const checks = useChecks({ hostId: host.id });
  const own = problemsByHost(problems.data?.items ?? []).get(host.id);
  const base = `/hosts/${host.id}`;
  return (
    <ChartBoard usual={nowMs() - Date.parse(host.createdAt) < YOUNG_MS ? QUARTER : DEFAULT_RANGE}>
      <PageHead
        title={host.name}
        crumbs={[
          { to: '/hosts', label: t('hosts.title') },
          { to: clusterPath(host.cluster), label: host.cluster },
        ]}
        mark={
          <>
            <StatusMark state={stateOfHost(host, own)} />
            {host.lifecycle !== 'in_service' && (
              <span className="chip chip--off">
                {t(host.lifecycle === 'retired' ? 'hosts.retiredChip' : 'hosts.maintenance')}
              </span>
            )}
          </>
        }
        note={reportingNote(host, now, t)}
        actions={<HostActions host={host} checkIds={checks.data?.items.map((check) => check.id) ?? []} />}
      />
      <HostFactsLine host={host} nowMs={now} />
      <div className="host-tabs">
        <Tabs
          label={t('hosts.tab.label')}
          tabs={[
            { to: base, label: t('hosts.tab.overview'), end: true },
            { to: `${base}/metrics`, label: t('hosts.tab.metrics') },
            { to: `${base}/checks`, label: t('hosts.tab.checks'), count: checks.data?.items.length },
            { to: `${base}/processes`, label: t('hosts.tab.processes') },
            { to: `${base}/alerts`, label: t('hosts.tab.alerts'), count: own?.count },
            { to: `${base}/jobs`, label: t('hosts.tab.jobs') },
            { to: `${base}/config`, label: t('hosts.tab.config'), count: host.driftCount || undefined },
            { to: `${base}/facts`, label: t('hosts.tab.facts') },
          ]}
        />
        {(pathname === base || pathname === `${base}/metrics`) && (
          <span className="host-tabs__range">
            <ComparePicker />
            <RangePicker />
          </span>
        )}
      </div>
      <Routes>
        <Route index element={<HostOverview host={host} checks={checks} />} />
        <Route path="metrics" element={<HostMetricsTab host={host} />} />
        <Route path="checks" element={<HostChecks host={host} checks={checks} />} />
        <Route path="processes" element={<HostProcesses host={host} />} />
        <Route path="alerts" element={<HostAlerts hostId={host.id} />} />
        <Route path="jobs" element={<HostJobs hostId={host.id} />} />
        <Route path="config" element={<HostConfig host={host} />} />
        <Route path="facts" element={<HostFactsTab host={host} />} />
      </Routes>
    </ChartBoard>
  );
}

function reportingNote(host: HostDetail, nowMs: number, t: TFunction): string {
  if (host.reporting === 'unknown' || !host.reportingSince) return t('hosts.neverHeard');
  const at = dateTime(host.reportingSince, nowMs);
  return host.reporting === 'up' ? t('hosts.since', { at }) : t('hosts.notReporting', { at });
}

function HostFactsLine({ host, nowMs }: { host: HostDetail; nowMs: number }) {
  const { t } = useTranslation();
  const { os, cpuCount, memoryBytes, bootAt, kernel } = host.factsSummary;
  const places = [...new Set([...host.groups.map((group) => group.name), host.cluster])];
  return (
    <div className="facts host-facts">
      <span>
        <b>{places[0]}</b>
        {places.slice(1).map((place) => ` · ${place}`)}
        {host.ip && ` · ${host.ip}`}
      </span>
      {(os || cpuCount || memoryBytes) && (
        <span>
          {os}
          {cpuCount && (
            <>
              {' · '}
              <Trans i18nKey="hosts.fact.cpus" count={cpuCount} components={{ b: <b /> }} />
            </>
          )}
          {memoryBytes && (
            <>
              {' · '}
              <b>{formatQuantity(memoryBytes, 'bytes')}</b>
            </>
          )}
        </span>
      )}
      {kernel && <span>{kernel}</span>}
      <span>
        {host.owner ? (
          <>
            {t('hosts.fact.owner')} <b>{host.owner}</b>
          </>
        ) : (
          t('hosts.fact.noOwner')
        )}
      </span>
      {bootAt && (
        <span>
          {t('hosts.fact.up')} <b>{formatDuration(nowMs - Date.parse(bootAt))}</b>
        </span>
      )}
      {host.reportedAt && (
        <span>
          {t('hosts.fact.reported')} {t('form.ago', { age: formatDuration(nowMs - Date.parse(host.reportedAt)) })}
        </span>
      )}
      {host.agentIds.length === 0 && <span>{t('hosts.noAgent')}</span>}
    </div>
  );
}

function HostActions({ host, checkIds }: { host: HostDetail; checkIds: readonly string[] }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const operator = useMay('operator');
  const engineer = useMay('engineer');
  const run = useRunChecks((count) => t('hosts.checkedNow', { count }));
  const retire = useRetireHost({
    done: () => t('hosts.retireDone', { name: host.name }),
    onDone: () => void go('/hosts'),
  });
  const [open, setOpen] = useState<'edit' | 'retire' | null>(null);
  if (!operator || host.lifecycle === 'retired') return null;
  return (
    <>
      <Button disabled={checkIds.length === 0} loading={run.isPending} onClick={() => run.mutate(checkIds)}>
        {t('hosts.checkNow')}
      </Button>
      <Button component={Link} to={`/checks/downtimes?hosts=${host.id}`}>
        {t('downtime.plan')}
      </Button>
      {engineer && (
        <Menu>
          <Menu.Target>
            <Button aria-label={t('hosts.more')} px={9}>
              <Icon name="more" />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setOpen('edit')}>{t('hosts.edit')}</Menu.Item>
            <Menu.Item color="red" onClick={() => setOpen('retire')}>
              {t('hosts.retire')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Button component={Link} to={`/jobs/new?hosts=${host.id}`} variant="filled">
        {t('hosts.runJob')}
      </Button>
      {open === 'edit' && <HostEditor host={host} onClose={() => setOpen(null)} />}
      {open === 'retire' && (
        <ConfirmBlast
          title={t('hosts.retireTitle', { name: host.name })}
          confirm={t('hosts.retire')}
          danger
          busy={retire.isPending}
          onConfirm={() => retire.mutate(host.id)}
          onClose={() => setOpen(null)}
        >
          {t('hosts.retireWhy')}
        </ConfirmBlast>
      )}
    </>
  );
}

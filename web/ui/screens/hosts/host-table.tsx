// The host list as a table that draws only the rows in view, however many hosts there are.

import { useVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import type { HostSummary } from '#web/contract/inventory.ts';
import { useSeries } from '../../data/metrics.ts';
import { useNow } from '../../data/use-now.ts';
import { formatDuration } from '../../format/time.ts';
import { formatNumber } from '../../format/quantity.ts';
import { useRowCursor } from '../../parts/row-cursor.ts';
import { StatusMark } from '../../parts/status-mark.tsx';
import type { StateWord } from '../../parts/tone.ts';
import { CORE_METRICS, corePoints, coreSeries, type CoreMetric } from './core-metrics.ts';
import type { HostProblems } from './host-state.ts';
import '../../parts/grid-table.css';

export interface HostLine {
  host: HostSummary;
  problems: HostProblems | undefined;
  state: StateWord;
}

const ROW_PX = 53;
const RECENT = { kind: 'last', sec: 600 } as const;
// Seven series of 28 hosts fit into one request.
const HOSTS_PER_QUERY = 28;
const CELLS = CORE_METRICS.filter((core) => ['cpu', 'memory', 'disk', 'load'].includes(core.key));
const CELL_NAMES = [...new Set(CELLS.flatMap((core) => core.metrics))];

export function HostTable({ lines }: { lines: readonly HostLine[] }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const table = useRef<HTMLTableElement>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => setMargin(table.current?.offsetTop ?? 0), []);
  // oxlint-disable-next-line react/incompatible-library -- its functions are only called while rendering.
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => document.getElementById('content'),
    estimateSize: () => ROW_PX,
    scrollMargin: margin,
    overscan: 6,
    getItemKey: (at) => lines[at]?.host.id ?? at,
  });
  const cursor = useRowCursor(lines.length, (at) => void go(`/hosts/${lines[at]?.host.id ?? ''}`));
  const seen = rows.getVirtualItems();
  const first = seen[0];
  const last = seen.at(-1);
  const inView = seen.flatMap((item) => lines[item.index]?.host ?? []).slice(0, HOSTS_PER_QUERY);
  const wantedKey = inView.map((host) => `${host.cluster}\n${host.name}`).join('\t');
  const wanted = useMemo(
    () =>
      wantedKey === ''
        ? []
        : wantedKey.split('\t').flatMap((key) => {
            const [cluster = '', host = ''] = key.split('\n');
            return coreSeries(cluster, host, CELL_NAMES);
          }),
    [wantedKey],
  );
  const recent = useSeries(wanted, RECENT, 10);

  return (
    <div className="card">
      <table className="grid-table host-table" ref={table}>
        <thead>
          <tr>
            <th>{t('hosts.column.state')}</th>
            <th>{t('hosts.column.name')}</th>
            <th>{t('hosts.column.problems')}</th>
            <th>{t('hosts.column.cpu')}</th>
            <th>{t('hosts.column.memory')}</th>
            <th>{t('hosts.column.disk')}</th>
            <th className="grid-table__num">{t('hosts.column.load')}</th>
            <th>{t('hosts.column.groups')}</th>
            <th>{t('hosts.column.system')}</th>
          </tr>
        </thead>
        <tbody>
          {first && first.start > margin && <tr aria-hidden="true" style={{ height: first.start - margin }} />}
          {seen.map((item) => {
            const line = lines[item.index];
            if (!line) return null;
            const { host } = line;
            const value = (core: CoreMetric): number | undefined =>
              corePoints(core, host.name, recent.data).at(-1)?.[1];
            return (
              <tr key={item.key} ref={rows.measureElement} data-index={item.index} {...cursor.rowProps(item.index)}>
                <td>
                  <StatusMark state={line.state} />
                </td>
                <td className="grid-table__main">
                  <Link to={`/hosts/${host.id}`}>{host.name}</Link>
                  <div className="second cut">
                    {host.cluster}
                    {host.ip && ` · ${host.ip}`}
                    {host.owner && ` · ${host.owner}`}
                  </div>
                </td>
                <td>
                  <HostChips line={line} />
                </td>
                {CELLS.map((core) => (
                  <td
                    key={core.key}
                    data-label={t(`hosts.core.${core.key}`)}
                    className={core.key === 'load' ? 'grid-table__num' : ''}
                  >
                    <MetricCell value={value(core)} percent={core.unit === '%'} />
                  </td>
                ))}
                <td className="second host-table__groups">{host.groups.map((group) => group.name).join(', ')}</td>
                <td className="second host-table__system">
                  <SystemCell host={host} />
                </td>
              </tr>
            );
          })}
          {last && last.end < rows.getTotalSize() + margin && (
            <tr aria-hidden="true" style={{ height: rows.getTotalSize() + margin - last.end }} />
          )}
        </tbody>
      </table>
    </div>
  );
}

function HostChips({ line: { host, problems } }: { line: HostLine }) {
  const { t } = useTranslation();
  return (
    <span className="host-table__chips">
      {problems && problems.count > 0 && (
        <span
          className={`chip chip--${problems.worst === 'page' ? 'crit' : problems.worst === 'info' ? 'off' : 'warn'}`}
        >
          {problems.count}
        </span>
      )}
      {host.driftCount > 0 && (
        <span className="chip chip--warn chip--owned">{t('hosts.drift', { count: host.driftCount })}</span>
      )}
      {host.lifecycle === 'maintenance' && <span className="chip chip--off">{t('hosts.maintenance')}</span>}
      {host.lifecycle === 'retired' && <span className="chip chip--off">{t('hosts.retiredChip')}</span>}
    </span>
  );
}

/** A number with a small neutral bar: how full, not how good. */
function MetricCell({ value, percent }: { value: number | undefined; percent: boolean }) {
  if (value === undefined || Number.isNaN(value)) return <span className="grid-table__off">–</span>;
  if (!percent) return <span className="num">{formatNumber(value)}</span>;
  return (
    <span className="host-table__meter">
      <span className="num">{Math.round(value)} %</span>
      <i aria-hidden="true">
        <i style={{ width: `${Math.max(0, Math.min(100, value))}%` }} />
      </i>
    </span>
  );
}

function SystemCell({ host }: { host: HostSummary }) {
  const nowMs = useNow(60_000);
  const { os, cpuCount, bootAt } = host.factsSummary;
  return (
    <>
      {os}
      <div className="cut">
        {[cpuCount ? `${cpuCount} CPU` : null, bootAt ? `↑ ${formatDuration(nowMs - Date.parse(bootAt))}` : null]
          .filter(Boolean)
          .join(' · ')}
      </div>
    </>
  );
}

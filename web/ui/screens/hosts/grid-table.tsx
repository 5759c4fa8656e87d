// The clusters and nested grids as rows: who reports, how busy they are, how it went.

import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Grid } from '#web/contract/metrics.ts';
import { clusterPath } from '../../data/host-name.ts';
import type { Point } from '../../data/metrics.ts';
import { formatNumber, formatQuantity } from '../../format/quantity.ts';
import { formatDuration } from '../../format/time.ts';
import { gridFigures, isOld, safeLink, type GridFigures } from './grid-figures.ts';
import { sourceNote } from './source-note.ts';
import { useGridTrends, type GridTrends, type Trend } from './grid-trends.ts';
import { TrendLine } from './trend-line.tsx';
import { sharedScale } from './trend-path.ts';
import '../../parts/grid-table.css';

export interface GridLine {
  kind: 'cluster' | 'grid';
  name: string;
  /** Where a nested grid is looked after. */
  authority?: string;
  source: string | null;
  alive: boolean;
  ageSec: number;
  hostsUp: number;
  hostsDown: number;
  figures: GridFigures;
}

// What gmetad calls a grid that nobody named.
const NAMELESS = 'unspecified';

export function GridTable({ lines, total }: { lines: readonly GridLine[]; total: Grid }) {
  const { t } = useTranslation();
  const trends = useGridTrends();
  return (
    <div className="card">
      <table className="grid-table cluster-table">
        <thead>
          <tr>
            <th>{t('grid.column.name')}</th>
            <th>{t('grid.column.hosts')}</th>
            <th className="grid-table__num">{t('grid.column.cpus')}</th>
            <th>{t('grid.column.load')}</th>
            <th>{t('grid.column.cpu')}</th>
            <th>{t('grid.column.memory')}</th>
            <th>{t('grid.column.in')}</th>
            <th>{t('grid.column.out')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={`${line.kind} ${line.name}`} data-old={isOld(line) || undefined}>
              <td className="grid-table__main">
                <LineName line={line} />
              </td>
              <FigureCells
                line={line}
                span={trends.span}
                trend={line.kind === 'cluster' ? trends.byCluster.get(line.name) : undefined}
              />
            </tr>
          ))}
        </tbody>
        {lines.length > 1 && (
          <tfoot>
            <tr>
              <th scope="row">
                {total.name === NAMELESS ? t('grid.totalNameless') : t('grid.total', { name: total.name })}
              </th>
              <FigureCells line={{ ...total, figures: gridFigures(total.summary) }} span={trends.span} />
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

function LineName({ line }: { line: GridLine }) {
  const { t } = useTranslation();
  const age = formatDuration(line.ageSec * 1000);
  const link = line.authority === undefined ? null : safeLink(line.authority);
  const source = sourceNote(line, t);
  return (
    <>
      {line.kind === 'cluster' ? (
        <Link to={clusterPath(line.name)}>{line.name}</Link>
      ) : link ? (
        <a href={link} rel="noreferrer">
          {line.name}
        </a>
      ) : (
        <span className="grid-table__name">{line.name}</span>
      )}
      {line.kind === 'grid' && <span className="chip chip--off cluster-table__kind">{t('grid.nested')}</span>}
      {isOld(line) && <span className="chip chip--off cluster-table__kind">{t('grid.old', { age })}</span>}
      <div className="second cluster-table__source">
        {source}
        {line.authority !== undefined && !link && ` · ${line.authority}`}
      </div>
    </>
  );
}

interface FigureCellsProps {
  line: Pick<GridLine, 'hostsUp' | 'hostsDown' | 'figures'>;
  span: GridTrends['span'];
  trend?: Trend | undefined;
}

function FigureCells({ line: { hostsUp, hostsDown, figures }, span, trend }: FigureCellsProps) {
  const { t } = useTranslation();
  const lineOf = (points: readonly Point[] | undefined) =>
    trend && <TrendLine points={points ?? []} frame={{ ...span, ...sharedScale(points ?? []) }} />;
  const rate = (value: number | null): string => (value === null ? '–' : formatQuantity(value, 'bytes/sec'));
  return (
    <>
      <td data-label={t('grid.column.hosts')}>
        <span className="num">
          {formatNumber(hostsUp)} <span className="mute">/ {formatNumber(hostsUp + hostsDown)}</span>
        </span>
        {hostsDown > 0 && <div className="tone-crit small">{t('grid.down', { count: hostsDown })}</div>}
      </td>
      <td className="grid-table__num num" data-label={t('grid.column.cpus')}>
        {figures.cpus === null ? '–' : formatNumber(figures.cpus)}
      </td>
      <td data-label={t('grid.column.load')}>
        <Share value={figures.loadPercent}>{lineOf(trend?.load)}</Share>
      </td>
      <td data-label={t('grid.column.cpu')}>
        <Share value={figures.cpuPercent}>{lineOf(trend?.cpu)}</Share>
      </td>
      <td data-label={t('grid.column.memory')}>
        <Share value={figures.memoryPercent}>
          <span className="second cut">
            {figures.memoryUsedKb !== null &&
              figures.memoryTotalKb !== null &&
              t('grid.usedOf', {
                used: formatQuantity(figures.memoryUsedKb, 'KB'),
                total: formatQuantity(figures.memoryTotalKb, 'KB'),
              })}
          </span>
        </Share>
      </td>
      <td data-label={t('grid.column.in')}>
        <span className="num">{rate(figures.networkIn)}</span>
        {lineOf(trend?.in)}
      </td>
      <td data-label={t('grid.column.out')}>
        <span className="num">{rate(figures.networkOut)}</span>
        {lineOf(trend?.out)}
      </td>
    </>
  );
}

/** A percentage with a neutral bar (how full, not how good), and something beneath. */
function Share({ value, children }: { value: number | null; children: ReactNode }) {
  return (
    <>
      {value === null ? (
        <span className="grid-table__off">–</span>
      ) : (
        <span className="host-table__meter">
          <span className="num">{Math.round(value)} %</span>
          <i aria-hidden="true">
            <i style={{ width: `${Math.max(0, Math.min(100, value))}%` }} />
          </i>
        </span>
      )}
      {children}
    </>
  );
}

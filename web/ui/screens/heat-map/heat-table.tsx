// The heat map as a table: worst state first, then the highest value. Draws only the rows in view.

import { useVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { clusterPath } from '../../data/host-name.ts';
import { formatQuantity } from '../../format/quantity.ts';
import { useRowCursor } from '../../parts/row-cursor.ts';
import { StatusMark } from '../../parts/status-mark.tsx';
import { compareStates } from '../hosts/host-state.ts';
import type { HeatCell } from './heat-plan.ts';
import '../../parts/grid-table.css';

const ROW_PX = 39;

interface HeatTableProps {
  cells: readonly HeatCell[];
  /** Null = there is no value to show. */
  metric: string | null;
  unit: string;
  onOpen(cell: HeatCell): void;
}

export function HeatTable({ cells, metric, unit, onOpen }: HeatTableProps) {
  const { t } = useTranslation();
  const table = useRef<HTMLTableElement>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => setMargin(table.current?.offsetTop ?? 0), []);
  const sorted = useMemo(
    () =>
      [...cells].sort(
        (a, b) =>
          compareStates(a.state, b.state) ||
          (b.value ?? Number.NEGATIVE_INFINITY) - (a.value ?? Number.NEGATIVE_INFINITY) ||
          a.host.localeCompare(b.host),
      ),
    [cells],
  );
  // oxlint-disable-next-line react/incompatible-library -- its functions are only called while rendering.
  const rows = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => document.getElementById('content'),
    estimateSize: () => ROW_PX,
    scrollMargin: margin,
    overscan: 8,
  });
  const open = (at: number): void => {
    const cell = sorted[at];
    if (cell) onOpen(cell);
  };
  const cursor = useRowCursor(sorted.length, open);
  const seen = rows.getVirtualItems();
  const above = (seen[0]?.start ?? margin) - margin;
  const below = rows.getTotalSize() + margin - (seen.at(-1)?.end ?? margin);
  return (
    <table className="grid-table heat-table" ref={table}>
      <thead>
        <tr>
          <th>{t('hosts.column.state')}</th>
          <th>{t('hosts.column.name')}</th>
          <th>{t('grid.column.name')}</th>
          {metric !== null && <th className="grid-table__num">{metric}</th>}
        </tr>
      </thead>
      <tbody>
        {above > 0 && <tr aria-hidden="true" style={{ height: above }} />}
        {seen.map((item) => {
          const cell = sorted[item.index];
          if (!cell) return null;
          return (
            <tr key={item.key} ref={rows.measureElement} data-index={item.index} {...cursor.rowProps(item.index)}>
              <td>
                <StatusMark state={cell.state} />
              </td>
              <td className="grid-table__main">
                <button type="button" onClick={() => open(item.index)}>
                  {cell.host}
                </button>
              </td>
              <td className="second">
                <Link className="quiet-link" to={clusterPath(cell.cluster)}>
                  {cell.cluster}
                </Link>
              </td>
              {metric !== null && (
                <td className="grid-table__num num" data-label={metric}>
                  {cell.value === null ? '–' : formatQuantity(cell.value, unit)}
                </td>
              )}
            </tr>
          );
        })}
        {below > 0 && <tr aria-hidden="true" style={{ height: below }} />}
      </tbody>
    </table>
  );
}

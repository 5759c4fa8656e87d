// All checks as a table that draws only the rows in view and asks for the next page when
// its end comes near.

import { Button, Checkbox } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Check } from '#web/contract/checks.ts';
import { useNow } from '../../data/use-now.ts';
import type { RowCursor } from '../../parts/row-cursor.ts';
import { CheckCells } from './check-cells.tsx';
import { CheckHeads } from './check-table.tsx';
import { useKindTitle } from './kind-words.ts';
import { isSelected, type Selection } from './selection.ts';
import '../../parts/grid-table.css';
import './checks.css';

const ROW_PX = 53;
/** Rows before the end at which the next page is asked for. */
const NEAR_END = 40;

interface CheckListProps {
  checks: readonly Check[];
  byHost: boolean;
  cursor: RowCursor;
  selection: Selection;
  onToggle: (at: number, extend: boolean) => void;
  /** Null at the end of the list. */
  onMore: (() => void) | null;
  /** Null while the list is live. */
  onRefresh: (() => void) | null;
}

export function CheckList(props: CheckListProps) {
  const { t } = useTranslation();
  const { checks, byHost, cursor, selection, onMore } = props;
  const nowMs = useNow(5000);
  const kindTitle = useKindTitle();
  const table = useRef<HTMLTableElement>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => setMargin(table.current?.offsetTop ?? 0), []);
  // oxlint-disable-next-line react/incompatible-library -- its functions are only called while rendering.
  const rows = useVirtualizer({
    count: checks.length,
    getScrollElement: () => document.getElementById('content'),
    estimateSize: () => ROW_PX,
    scrollMargin: margin,
    overscan: 6,
    getItemKey: (at) => checks[at]?.id ?? at,
  });
  const seen = rows.getVirtualItems();
  const first = seen[0];
  const last = seen.at(-1);
  const isNearEnd = last !== undefined && last.index >= checks.length - NEAR_END;
  useEffect(() => {
    if (isNearEnd) onMore?.();
  }, [isNearEnd, onMore]);
  return (
    <div className="card">
      <table className="grid-table check-table check-table--all" ref={table} aria-rowcount={checks.length}>
        <thead>
          <tr>
            <th className="check-table__pick">
              <span className="sr-only">{t('checks.column.pick')}</span>
            </th>
            {byHost && <th>{t('checks.form.host')}</th>}
            <CheckHeads />
          </tr>
        </thead>
        <tbody>
          {first && first.start > margin && <tr aria-hidden="true" style={{ height: first.start - margin }} />}
          {seen.map((item) => {
            const check = checks[item.index];
            if (!check) return null;
            const isFirstOfHost = checks[item.index - 1]?.hostId !== check.hostId;
            return (
              <tr
                key={item.key}
                ref={rows.measureElement}
                data-index={item.index}
                data-selected={isSelected(selection, check.id) || undefined}
                data-begins={(byHost && isFirstOfHost && item.index > 0) || undefined}
                {...cursor.rowProps(item.index)}
              >
                <td className="check-table__pick">
                  <Checkbox
                    size="xs"
                    aria-label={t('checks.pick', { name: check.name, host: check.hostName })}
                    checked={isSelected(selection, check.id)}
                    onChange={(event) =>
                      props.onToggle(item.index, (event.nativeEvent as MouseEvent).shiftKey === true)
                    }
                  />
                </td>
                {byHost && (
                  <td className="check-table__host">
                    {(isFirstOfHost || item === first) && (
                      <Link to={`/hosts/${check.hostId}`} className="quiet-link strong">
                        {check.hostName}
                      </Link>
                    )}
                  </td>
                )}
                <CheckCells check={check} nowMs={nowMs} withHost={!byHost} kindTitle={kindTitle} />
              </tr>
            );
          })}
          {last && last.end < rows.getTotalSize() + margin && (
            <tr aria-hidden="true" style={{ height: rows.getTotalSize() + margin - last.end }} />
          )}
        </tbody>
      </table>
      {props.onRefresh && (
        <div className="check-list__still" role="status">
          <span className="second">{t('checks.still')}</span>
          <Button size="xs" onClick={props.onRefresh}>
            {t('checks.refresh')}
          </Button>
        </div>
      )}
    </div>
  );
}

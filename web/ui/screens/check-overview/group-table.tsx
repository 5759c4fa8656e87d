// Groups of hosts or services with what is wrong in each, the worst first.

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { GroupCounts } from '#web/contract/check-views.ts';
import { toneOfState } from '../../parts/tone.ts';
import { checksPath, quotedValue } from '../checks/filter-terms.ts';
import { countOf, filterOf, worstGroupsFirst, type Cell } from './overview-counts.ts';
import { Count } from './state-counts.tsx';
import '../../parts/grid-table.css';

const HOSTS: Cell[] = [
  { object: 'host', state: 'down' },
  { object: 'host', state: 'unreachable' },
  { object: 'host', state: 'up' },
];
const SERVICES: Cell[] = [
  { object: 'service', state: 'critical' },
  { object: 'service', state: 'warning' },
  { object: 'service', state: 'unknown' },
  { object: 'service', state: 'ok' },
];

/** `kind` is also the field of the filter that names such a group. */
export function GroupTable({ kind, groups }: { kind: 'group' | 'servicegroup'; groups: readonly GroupCounts[] }) {
  const { t } = useTranslation();
  if (groups.length === 0) return null;
  const cells = kind === 'group' ? [...HOSTS, ...SERVICES] : SERVICES;
  const title = t(kind === 'group' ? 'checks.overview.byGroup' : 'checks.overview.byServiceGroup');
  return (
    <section className="card overview-groups" aria-label={title}>
      <table className="grid-table">
        <thead>
          <tr>
            <th>{title}</th>
            {cells.map((cell) => (
              <th key={`${cell.object} ${cell.state}`} className="grid-table__num">
                <span className="sr-only">
                  {t(cell.object === 'host' ? 'checks.overview.hosts' : 'checks.overview.services')}{' '}
                </span>
                {t(`state.word.${cell.state}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {worstGroupsFirst(groups).map(({ name, states }) => (
            <tr key={name}>
              <td className="grid-table__main">
                <Link to={checksPath(`${kind}:${quotedValue(name)}`)}>{name}</Link>
              </td>
              {cells.map((cell) => (
                <GroupCell
                  key={`${cell.object} ${cell.state}`}
                  cell={cell}
                  states={states}
                  within={`${kind}:${quotedValue(name)}`}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function GroupCell({ cell, states, within }: { cell: Cell; states: GroupCounts['states']; within: string }) {
  const { t } = useTranslation();
  const unhandled = countOf(states, { ...cell, isHandled: false });
  const isFine = cell.state === 'up' || cell.state === 'ok';
  return (
    <td className="grid-table__num" data-label={t(`state.word.${cell.state}`)}>
      <Count
        count={countOf(states, cell)}
        to={checksPath(filterOf(cell, within))}
        tone={!isFine && unhandled > 0 ? toneOfState(cell.state) : undefined}
      />
    </td>
  );
}

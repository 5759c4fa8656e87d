// The map as a table: each node with what it needs and how much needs it.

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { DependencyMap, MapNode } from '#web/contract/check-views.ts';
import { StatusMark } from '../../parts/status-mark.tsx';
import { beneath } from './map-layout.ts';
import { useNodeWords } from './node-words.ts';
import '../../parts/grid-table.css';

interface MapTableProps {
  map: DependencyMap;
  chosen: string | null;
  onChoose: (id: string | null) => void;
}

export function MapTable({ map, chosen, onChoose }: MapTableProps) {
  const { t } = useTranslation();
  const words = useNodeWords();
  const nameOf = (node: MapNode): string => words(node).name;
  const rows = useMemo(() => {
    const byId = new Map(map.nodes.map((node) => [node.id, node]));
    const above = Map.groupBy(map.edges, ({ to }) => to);
    return map.nodes
      .map((node) => ({
        node,
        needs: (above.get(node.id) ?? []).flatMap(({ from }) => byId.get(from) ?? []),
        below: [...beneath(node.id, map.edges)].reduce((sum, id) => sum + (byId.get(id)?.count ?? 0), 0),
      }))
      .sort((a, b) => b.below - a.below);
  }, [map]);
  return (
    <div className="card map-table">
      <table className="grid-table">
        <thead>
          <tr>
            <th>{t('checks.column.state')}</th>
            <th>{t('checks.map.node')}</th>
            <th>{t('checks.map.needs')}</th>
            <th className="grid-table__num">{t('checks.map.neededBy')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ node, needs, below }) => (
            <tr key={node.id} data-current={node.id === chosen || undefined}>
              <td>
                <StatusMark state={node.state} />
              </td>
              <td className="grid-table__main">
                <button type="button" aria-pressed={node.id === chosen} onClick={() => onChoose(node.id)}>
                  {nameOf(node)}
                </button>
              </td>
              <td className="second" data-label={needs.length > 0 ? t('checks.map.needs') : undefined}>
                {needs.map(nameOf).join(', ')}
              </td>
              <td className="grid-table__num" data-label={t('checks.map.neededBy')}>
                {below}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

// What falls with the chosen node: hosts, services, and whose they are.

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { BlastRadius, DependencyMap, MapNode } from '#web/contract/check-views.ts';
import { useBlastRadius } from '../../data/checks.ts';
import { Icon } from '../../parts/icon.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { checksPath, quotedValue } from '../checks/filter-terms.ts';
import { useNodeWords } from './node-words.ts';

interface BlastPanelProps {
  node: MapNode;
  map: DependencyMap;
  onClose: () => void;
}

const NAMES_SHOWN = 12;

export function BlastPanel({ node, map, onClose }: BlastPanelProps) {
  const { t } = useTranslation();
  const { name } = useNodeWords()(node);
  return (
    <aside className="card blast-panel" aria-label={t('checks.map.blast', { name })}>
      <div className="blast-panel__head">
        <h2 className="heading">{name}</h2>
        <button type="button" className="icon-button" onClick={onClose} aria-label={t('panel.close')}>
          <Icon name="close" />
        </button>
      </div>
      <StatusMark state={node.state} />
      {node.kind === 'leaves' ? <Leaves node={node} map={map} /> : <Radius node={node} />}
    </aside>
  );
}

function Leaves({ node, map }: { node: MapNode; map: DependencyMap }) {
  const { t } = useTranslation();
  const parents = map.edges.filter(({ to }) => to === node.id).map(({ from }) => from);
  const [parent] = map.nodes.filter(({ id }) => parents.includes(id));
  return (
    <>
      <p className="mute">{t('checks.map.leaves', { count: node.count, problems: node.problems })}</p>
      {parent && (
        <Button component={Link} to={checksPath(`object:host under:${quotedValue(parent.name)}`)}>
          {t('checks.map.listThem')}
        </Button>
      )}
    </>
  );
}

function Radius({ node }: { node: MapNode }) {
  const { t } = useTranslation();
  const isHost = node.kind === 'host';
  const radius = useBlastRadius(
    isHost && node.hostId !== null ? { hostId: node.hostId } : { checkId: node.checkId ?? '' },
  );
  const page = node.checkId === null ? `/hosts/${node.hostId ?? ''}` : `/checks/${node.checkId}`;
  return (
    <>
      <LoadGate query={radius} rows={4}>
        {(data) => <Figures radius={data} />}
      </LoadGate>
      <div className="blast-panel__links">
        <Button component={Link} to={page}>
          {t('checks.map.open')}
        </Button>
        {isHost && (
          <Button component={Link} to={checksPath(`is:problem under:${quotedValue(node.name)}`)}>
            {t('checks.map.problemsBeneath')}
          </Button>
        )}
      </div>
    </>
  );
}

function Figures({ radius }: { radius: BlastRadius }) {
  const { t } = useTranslation();
  const more = radius.hosts - NAMES_SHOWN;
  if (radius.hosts + radius.services === 0) return <p className="mute">{t('checks.map.nothing')}</p>;
  return (
    <>
      <dl className="blast-panel__figures">
        <div>
          <dd>{radius.hosts.toLocaleString()}</dd>
          <dt>{t('checks.overview.hosts')}</dt>
        </div>
        <div>
          <dd>{radius.services.toLocaleString()}</dd>
          <dt>{t('checks.overview.services')}</dt>
        </div>
      </dl>
      <table className="blast-panel__owners">
        <thead>
          <tr>
            <th>{t('checks.map.owner')}</th>
            <th>{t('checks.overview.hosts')}</th>
            <th>{t('checks.overview.services')}</th>
          </tr>
        </thead>
        <tbody>
          {radius.owners.map(({ owner, hosts, services }) => (
            <tr key={owner ?? ''}>
              <td>{owner ?? t('form.nobody')}</td>
              <td className="num">{hosts.toLocaleString()}</td>
              <td className="num">{services.toLocaleString()}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {radius.hostNames.length > 0 && (
        <p className="second">
          {radius.hostNames.slice(0, NAMES_SHOWN).join(', ')} {more > 0 && t('blast.more', { count: more })}
        </p>
      )}
    </>
  );
}

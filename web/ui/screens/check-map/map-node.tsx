// One host, check or heap of leaves on the map: shape, word and colour of its state.

import { useTranslation } from 'react-i18next';
import type { MapNode } from '#web/contract/check-views.ts';
import { StatusShape } from '../../parts/status-mark.tsx';
import { toneOfState } from '../../parts/tone.ts';
import { useNodeName } from './node-name.ts';
import { NODE_HEIGHT, NODE_WIDTH } from './map-layout.ts';

interface MapNodeShapeProps {
  node: MapNode;
  x: number;
  y: number;
  isChosen: boolean;
  isCurrent: boolean;
  isFaded: boolean;
  onChoose: () => void;
}

/** As many letters fit into a node. */
const NAME_LENGTH = 19;

export function MapNodeShape({ node, x, y, isChosen, isCurrent, isFaded, onChoose }: MapNodeShapeProps) {
  const { t } = useTranslation();
  const name = useNodeName()(node);
  const note = useNote(node);
  return (
    // The keys belong to the list around it.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
    <g
      id={`map-${node.id}`}
      role="option"
      aria-selected={isChosen}
      aria-label={node.kind === 'host' ? `${name}, ${note}` : `${name}, ${t(`state.word.${node.state}`)}, ${note}`}
      className={`map-node tone-${toneOfState(node.state)}`}
      data-kind={node.kind}
      data-handled={node.isHandled || undefined}
      data-chosen={isChosen || undefined}
      data-current={isCurrent || undefined}
      data-faded={isFaded || undefined}
      transform={`translate(${x} ${y})`}
      onClick={onChoose}
    >
      <title>{name}</title>
      {node.kind === 'leaves' && <rect x={4} y={4} width={NODE_WIDTH} height={NODE_HEIGHT} rx={8} />}
      <rect width={NODE_WIDTH} height={NODE_HEIGHT} rx={node.kind === 'check' ? 20 : 8} />
      <g transform="translate(11 13)">
        <StatusShape state={node.state} />
      </g>
      <text aria-hidden="true" x={32} y={17} className="map-node__name">
        {name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH - 1)}…` : name}
      </text>
      <text aria-hidden="true" x={32} y={32} className="map-node__note">
        {note}
      </text>
    </g>
  );
}

function useNote({ kind, state, problems }: MapNode): string {
  const { t } = useTranslation();
  if (kind === 'leaves') return t('checks.map.notUp', { count: problems });
  const word = kind === 'check' ? t('checks.map.check') : t(`state.word.${state}`);
  return problems > 0 ? `${word} · ${t('checks.map.problems', { count: problems })}` : word;
}

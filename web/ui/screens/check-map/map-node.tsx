// One host, check or heap of leaves on the map: shape, word and colour of its state.

import type { MapNode } from '#web/contract/check-views.ts';
import { StatusShape } from '../../parts/status-mark.tsx';
import { toneOfState } from '../../parts/tone.ts';
import { useNodeWords } from './node-words.ts';
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
  const { name, note } = useNodeWords()(node);
  return (
    <g
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
      <text x={32} y={17} className="map-node__name">
        {name.length > NAME_LENGTH ? `${name.slice(0, NAME_LENGTH - 1)}…` : name}
      </text>
      <text x={32} y={32} className="map-node__note">
        {note}
      </text>
    </g>
  );
}

// A small line over the whole range of the page: silence at its end is seen as silence. It
// is decoration of the figure beside it.

import { trendPath, type TrendFrame } from './trend-path.ts';

const WIDTH = 180;
const HEIGHT = 34;

interface TrendLineProps {
  points: readonly (readonly [number, number, ...unknown[]])[];
  frame: Omit<TrendFrame, 'width' | 'height'>;
}

export function TrendLine({ points, frame }: TrendLineProps) {
  return (
    <svg className="trend-line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={trendPath(points, { ...frame, width: WIDTH, height: HEIGHT })} />
    </svg>
  );
}

// A small line with its limit, drawn as plain SVG so that a list of problems needs no chart library.

import { formatNumber } from '../format/quantity.ts';
import { useTranslation } from 'react-i18next';
import { sparkShape } from './sparkline-path.ts';
import './sparkline.css';

const WIDTH = 160;
const HEIGHT = 26;

interface SparklineProps {
  /** [epoch ms, value], oldest first. */
  points: readonly (readonly [number, number])[];
  limit?: number | null;
  gapMs?: number;
}

export function Sparkline({ points, limit = null, gapMs = Number.POSITIVE_INFINITY }: SparklineProps) {
  const { t } = useTranslation();
  const shape = sparkShape(points, limit, { width: WIDTH, height: HEIGHT, gapMs });
  if (!shape) return <span className="sparkline" aria-hidden="true" />;
  const now = formatNumber(points.at(-1)?.[1] ?? 0);
  const label = limit === null ? t('spark.now', { now }) : t('spark.nowAndLimit', { now, limit: formatNumber(limit) });
  return (
    <svg
      className="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {shape.limitY !== null && (
        <line x1="0" x2={WIDTH} y1={shape.limitY} y2={shape.limitY} className="sparkline__limit" />
      )}
      {shape.paths.map((path, at) => (
        <path key={at} d={path} className="sparkline__line" />
      ))}
    </svg>
  );
}

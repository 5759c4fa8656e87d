// The names of the lines of a chart, each with its hue and mark.

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatQuantity } from '../../format/quantity.ts';
import { lineMark, type ShapedLine } from './chart-lines.ts';
import { markPath } from './chart-overlay.ts';

const NAMES_SHOWN = 8;

interface ChartLegendProps {
  lines: readonly ShapedLine[];
  unit: string;
}

export function ChartLegend({ lines, unit }: ChartLegendProps) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const shown = all ? lines : lines.slice(0, NAMES_SHOWN);
  return (
    <ul className="chart-legend">
      {shown.map(({ label, shape }, index) => (
        <li key={`${label} ${index}`}>
          <LineSwatch index={index} count={lines.length} />
          <span className="cut" title={label}>
            {label}
          </span>
          <span className="num mute">{shape.summary ? formatQuantity(shape.summary.last, unit) : '–'}</span>
        </li>
      ))}
      {lines.length > NAMES_SHOWN && (
        <li>
          <button type="button" className="link" onClick={() => setAll(!all)}>
            {all ? t('chart.fewer') : t('chart.more', { count: lines.length - NAMES_SHOWN })}
          </button>
        </li>
      )}
    </ul>
  );
}

/** A piece of the line as the chart draws it. */
export function LineSwatch({ index, count }: { index: number; count: number }) {
  const { hue, shape, hollow } = lineMark(index);
  const colour = count === 1 ? 'var(--plot)' : `var(--series-${hue})`;
  return (
    <svg className="line-swatch" viewBox="-9 -5 18 10" width={18} height={10} aria-hidden="true">
      <path d="M -9 0 H 9" stroke={colour} strokeWidth={1.6} />
      {count > 1 && (
        <path d={markPath(shape)} stroke={colour} strokeWidth={1.3} fill={hollow ? 'var(--panel)' : colour} />
      )}
    </svg>
  );
}

// The chart as a table: what each series was last, at least, at most and on average.

import { useTranslation } from 'react-i18next';
import { formatQuantity } from '../../format/quantity.ts';
import type { ShapedLine } from './chart-lines.ts';

export function ChartTable({ lines, unit }: { lines: readonly ShapedLine[]; unit: string }) {
  const { t } = useTranslation();
  const compared = lines.some(({ earlierShape }) => earlierShape !== null);
  return (
    <div className="chart-table" tabIndex={0} role="group" aria-label={t('chart.table')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('chart.column.series')}</th>
            <th scope="col">{t('chart.column.last')}</th>
            <th scope="col">{t('chart.column.min')}</th>
            <th scope="col">{t('chart.column.avg')}</th>
            <th scope="col">{t('chart.column.max')}</th>
            {compared && <th scope="col">{t('chart.column.earlier')}</th>}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ label, points, shape, earlier }, index) => (
            <tr key={`${label} ${index}`}>
              <th scope="row">{label}</th>
              {[shape.summary?.last, shape.summary?.min, averageOf(points), shape.summary?.max].map((value, column) => (
                <td key={column} className="num">
                  {value === undefined ? '–' : formatQuantity(value, unit)}
                </td>
              ))}
              {compared && <td className="num">{earlierText(averageOf(earlier ?? []), unit)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const averageOf = (points: ShapedLine['points']): number | undefined =>
  points.length === 0 ? undefined : points.reduce((sum, [, value]) => sum + value, 0) / points.length;

const earlierText = (value: number | undefined, unit: string): string =>
  value === undefined ? '–' : formatQuantity(value, unit);

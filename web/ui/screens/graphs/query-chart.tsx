// A chart that asks for its own series when it comes into sight, together with its
// neighbours, and for the time it is compared with.

import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChartKind } from '#web/contract/views.ts';
import { useBatchedSeries, type BatchedAnswer, type Series, type SeriesQuery } from '../../data/metrics.ts';
import { useBoard } from '../../parts/charts/chart-board.tsx';
import { lineNames, type ChartLine, type Extremes } from '../../parts/charts/chart-lines.ts';
import { SeriesChart } from '../../parts/charts/series-chart.tsx';
import { useSeen } from '../../parts/charts/use-seen.ts';
import { LoadFailure } from '../../parts/load-gate.tsx';

interface QueryChartProps {
  title: string;
  query: SeriesQuery;
  kind: ChartKind;
  height?: number;
  /** Points a series may have; more for a wide chart. */
  points?: number;
  menu?: ReactNode;
  actions?: ReactNode;
  /** Draws this instead of the one chart. */
  children?: (answer: BatchedAnswer, lines: readonly ChartLine[]) => ReactNode;
}

// A chart of more lines shows nothing but colour.
const MOST_LINES = 60;
const USUAL_HEIGHT = 150;

export function QueryChart(props: QueryChartProps) {
  const [element, seen] = useSeen<HTMLDivElement>();
  const height = props.height ?? USUAL_HEIGHT;
  return (
    <div ref={element} className="query-chart">
      {seen ? <Loaded {...props} height={height} /> : <div className="card" style={{ height: height + 70 }} />}
    </div>
  );
}

function Loaded({ title, query, kind, points, children, ...rest }: QueryChartProps & { height: number }) {
  const { t } = useTranslation();
  const { range, earlierMs } = useBoard();
  const options = points === undefined ? {} : { points };
  const answer = useBatchedSeries(query, range, options);
  const earlier = useBatchedSeries(earlierMs > 0 ? query : null, range, { ...options, earlierMs });
  const lines = useMemo(
    () => linesOf(answer.data?.series ?? [], earlierMs > 0 ? (earlier.data?.series ?? null) : null),
    [answer.data, earlier.data, earlierMs],
  );
  const { data, error } = answer;
  if (!data) {
    return (
      <section className="card metric-chart" aria-label={title} style={{ minHeight: rest.height + 70 }}>
        <h2 className="heading cut">{title}</h2>
        {error && <LoadFailure error={error} retry={() => void answer.refetch()} />}
      </section>
    );
  }
  const count = data.series.length;
  const note = count > MOST_LINES ? t('graphs.cut', { shown: MOST_LINES, count }) : error?.message;
  return (
    <>
      <SeriesChart
        {...rest}
        title={title}
        unit={data.series[0]?.units ?? ''}
        kind={kind}
        lines={lines}
        fromMs={data.fromMs}
        toMs={data.toMs}
        stepSec={data.stepSec}
        stale={answer.isPlaceholderData}
        {...(note !== undefined && { note })}
      />
      {children?.(data, lines)}
    </>
  );
}

const keyOf = ({ labels }: Series): string => `${labels.cluster}\0${labels.host}\0${labels.metric}`;

/** The series that can be drawn, each with the same series earlier. */
function linesOf(series: readonly Series[], earlier: readonly Series[] | null): ChartLine[] {
  const shown = series.slice(0, MOST_LINES);
  const names = lineNames(shown.map(({ labels }) => labels));
  const before = new Map(earlier?.map((one) => [keyOf(one), one.points]));
  return shown.map((one, at) => ({
    label: names[at] ?? '',
    labels: one.labels,
    points: one.points,
    earlier: earlier && (before.get(keyOf(one)) ?? []),
  }));
}

/** One small chart for each line, all with the same axis, so that they can be compared. */
export function SmallMultiples({ answer, lines }: { answer: BatchedAnswer; lines: readonly ChartLine[] }) {
  const span = useMemo(() => spanOf(lines), [lines]);
  return (
    <div className="charts-grid">
      {lines.map((line) => (
        <SeriesChart
          key={keyOfLine(line)}
          title={line.label}
          unit={answer.series[0]?.units ?? ''}
          kind="line"
          lines={[line]}
          fromMs={answer.fromMs}
          toMs={answer.toMs}
          stepSec={answer.stepSec}
          height={90}
          span={span}
        />
      ))}
    </div>
  );
}

const keyOfLine = ({ labels }: ChartLine): string => `${labels.cluster}\0${labels.host}\0${labels.metric}`;

function spanOf(lines: readonly ChartLine[]): Extremes {
  let [min, max] = [Infinity, -Infinity];
  for (const { points } of lines) {
    for (const [, , low, high] of points) {
      if (low < min) min = low;
      if (high > max) max = high;
    }
  }
  return min <= max ? { min, max } : null;
}

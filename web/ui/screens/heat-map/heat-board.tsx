// A heat map with its legend, its time slider, its table, the panel of one host and what to
// do with a selection. Which metric, which instant, map or table, and which host is open
// stand in the URL.

import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParamFields } from '../../data/use-param-fields.ts';
import { matching } from '../../data/list.ts';
import { formatQuantity } from '../../format/quantity.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadFailure, Skeleton } from '../../parts/load-gate.tsx';
import { useShortcuts } from '../../parts/shortcuts.ts';
import { ScaleLegend, StateLegend } from './heat-legend.tsx';
import { cellKey, HeatMap } from './heat-map.tsx';
import { HeatPanel } from './heat-panel.tsx';
import type { HeatCell } from './heat-plan.ts';
import { HeatReplay } from './heat-replay.tsx';
import { heatScale } from './heat-scale.ts';
import { HeatSelection } from './heat-selection.tsx';
import { HeatTable } from './heat-table.tsx';
import { useHeatCells } from './use-heat-cells.ts';
import './heat-map.css';

interface HeatBoardProps {
  /** Null colours by state. */
  metric: string | null;
  cluster?: string;
  /** Space for the cells in pixels. */
  height?: number;
}

const NOBODY: ReadonlySet<string> = new Set();

/** A host as it stands in the URL. */
const nameOf = ({ cluster, host }: HeatCell): string => `${cluster}/${host}`;

export function HeatBoard({ metric, cluster, height = 560 }: HeatBoardProps) {
  const { t } = useTranslation();
  const [params, set] = useParamFields({ replace: true });
  const [playing, setPlaying] = useState(false);
  const [selected, setSelected] = useState(NOBODY);
  const asTable = params.get('view') === 'table';
  useShortcuts({ v: () => set('view', asTable ? null : 'table') });

  const at = Number(params.get('at') ?? Number.NaN);
  const startMs = metric !== null && Number.isFinite(at) ? at : null;
  const heat = useHeatCells({ metric, cluster, startMs });
  const typed = params.get('q') ?? '';
  const cells = useMemo(
    () => heat.cells && matching(heat.cells, typed, (cell) => `${cell.host} ${cell.cluster}`),
    [heat.cells, typed],
  );
  const scale = useMemo(
    () =>
      metric === null
        ? null
        : heatScale(
            (cells ?? []).flatMap(({ value, state }) => (value === null || state === 'down' ? [] : [value])),
            heat.unit,
          ),
    [cells, metric, heat.unit],
  );
  const chosen = useMemo(() => (cells ?? []).filter((cell) => selected.has(cellKey(cell))), [cells, selected]);
  const opened = (heat.cells ?? []).find((cell) => nameOf(cell) === params.get('open'));

  if (!cells) {
    return heat.query.error ? (
      <LoadFailure error={heat.query.error} retry={() => void heat.query.refetch()} />
    ) : (
      <Skeleton rows={8} />
    );
  }
  const valueOf = (cell: HeatCell): string =>
    cell.value === null ? t('heat.noValue') : formatQuantity(cell.value, heat.unit);
  const sayCell = (cell: HeatCell): string => {
    const about = { host: cell.host, cluster: cell.cluster, state: t(`state.word.${cell.state}`) };
    return metric === null ? t('heat.sayState', about) : t('heat.sayValue', { ...about, metric, value: valueOf(cell) });
  };
  const open = (cell: HeatCell): void => set('open', nameOf(cell));
  return (
    <section className="card heat-board" aria-label={t('heat.title')}>
      <div className="heat-board__head">
        {metric === null ? <StateLegend cells={cells} /> : <ScaleLegend cells={cells} scale={scale} unit={heat.unit} />}
        {metric !== null && (
          <HeatReplay
            startMs={startMs}
            playing={playing}
            loading={heat.loading}
            onStart={(ms) => set('at', ms === null ? null : String(ms))}
            onPlay={setPlaying}
          />
        )}
        <button
          type="button"
          className="heat-board__view"
          aria-pressed={asTable}
          onClick={() => set('view', asTable ? null : 'table')}
        >
          {t(asTable ? 'heat.asMap' : 'heat.asTable')} <kbd className="kbd">v</kbd>
        </button>
      </div>
      {heat.pastError && <p className="tone-crit heat-board__failed">{heat.pastError.message}</p>}
      {cells.length === 0 ? (
        <EmptyState
          title={t(typed === '' ? 'hosts.none' : 'form.noMatch')}
          reason={typed === '' ? t('hosts.noneWhy') : ''}
        />
      ) : asTable ? (
        <HeatTable cells={cells} metric={metric} unit={heat.unit} onOpen={open} />
      ) : (
        <>
          <div className="heat-board__map" data-loading={heat.loading || undefined}>
            <HeatMap
              label={t('heat.label', { what: metric ?? t('heat.state'), count: cells.length })}
              cells={cells}
              scale={scale}
              sayCell={sayCell}
              selected={selected}
              onSelect={(picked) => setSelected(new Set(picked.map(cellKey)))}
              onOpen={open}
              height={height}
            />
          </div>
          <p className="heat-board__hint">{t('heat.hint')}</p>
        </>
      )}
      {chosen.length > 0 && <HeatSelection cells={chosen} onClear={() => setSelected(NOBODY)} />}
      {opened && (
        <HeatPanel
          cell={opened}
          chosen={metric === null ? null : { metric, value: valueOf(opened) }}
          onClose={() => set('open', null)}
        />
      )}
    </section>
  );
}

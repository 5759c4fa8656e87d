// The head that all pages of graphs share: their tabs, the range, the comparison.

import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useTimeSearch } from '../../data/use-time-range.ts';
import { ComparePicker } from '../../parts/charts/compare-picker.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { RangePicker } from '../../parts/range-picker.tsx';
import { Tabs } from '../../parts/tabs.tsx';

interface GraphsHeadProps {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
}

export function GraphsHead({ title, note, actions }: GraphsHeadProps) {
  const { t } = useTranslation();
  const time = useTimeSearch();
  return (
    <>
      <PageHead title={title} note={note} actions={actions} />
      <div className="graphs-tabs">
        <Tabs
          label={t('graphs.tabs')}
          tabs={[
            { to: `/graphs${time}`, label: t('graphs.explore'), end: true },
            { to: `/graphs/aggregate${time}`, label: t('graphs.aggregate') },
            { to: `/graphs/compare${time}`, label: t('graphs.compare') },
            { to: `/graphs/views${time}`, label: t('graphs.views') },
          ]}
        />
      </div>
    </>
  );
}

/** Which time the charts show, and which they are compared with. Inside a ChartBoard. */
export function TimeControls() {
  return (
    <span className="time-controls">
      <ComparePicker />
      <RangePicker />
    </span>
  );
}

// The tactical overview: how everything stands, on one page; each number leads to what it counted.

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CheckOverview } from '#web/contract/check-views.ts';
import { useCheckOverview } from '../../data/checks.ts';
import { formatElapsed } from '../../format/time.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { ChecksTabs } from '../checks/checks-tabs.tsx';
import { checksPath } from '../checks/filter-terms.ts';
import { GroupTable } from './group-table.tsx';
import { Outages } from './outages.tsx';
import { totalOf } from './overview-counts.ts';
import { StateCounts } from './state-counts.tsx';
import '../checks/checks.css';
import './overview.css';

export default function OverviewScreen() {
  const { t } = useTranslation();
  const overview = useCheckOverview();
  return (
    <>
      <PageHead
        title={t('checks.title')}
        note={
          overview.data &&
          t('checks.overview.known', {
            hosts: totalOf(overview.data.states, 'host').toLocaleString(),
            services: totalOf(overview.data.states, 'service').toLocaleString(),
          })
        }
      />
      <ChecksTabs />
      <LoadGate query={overview} rows={10}>
        {(data) => (
          <div className="stack">
            <div className="overview__top">
              <StateCounts object="service" states={data.states} />
              <StateCounts object="host" states={data.states} />
              <Figures overview={data} />
            </div>
            {data.outages.length > 0 && <Outages outages={data.outages} />}
            <GroupTable kind="group" groups={data.hostGroups} />
            <GroupTable kind="servicegroup" groups={data.serviceGroups} />
          </div>
        )}
      </LoadGate>
    </>
  );
}

const LINKED = ['flapping', 'stale', 'inDowntime', 'active', 'passive', 'disabled'] as const;
const TRAIT = {
  flapping: 'flapping',
  stale: 'stale',
  inDowntime: 'downtime',
  active: 'active',
  passive: 'passive',
  disabled: 'disabled',
} as const;

function Figures({ overview }: { overview: CheckOverview }) {
  const { t } = useTranslation();
  const { latency, execution } = overview;
  const time = (ms: number | null): string => (ms === null ? '–' : formatElapsed(ms));
  return (
    <section className="card" aria-label={t('checks.overview.working')}>
      <div className="card__head">
        <h2>{t('checks.overview.working')}</h2>
      </div>
      <dl className="overview__figures">
        {LINKED.map((name) => (
          <div key={name}>
            <dt>{t(`checks.overview.${name}`)}</dt>
            <dd>
              <Link to={checksPath(`is:${TRAIT[name]}`)} data-none={overview[name] === 0 || undefined}>
                {overview[name].toLocaleString()}
              </Link>
            </dd>
          </div>
        ))}
        {[['latency', latency] as const, ['execution', execution] as const].map(([name, { medianMs, p95Ms }]) => (
          <div key={name}>
            <dt>
              {t(`checks.overview.${name}`)} <span className="second">{t('checks.overview.spread')}</span>
            </dt>
            <dd>
              {time(medianMs)} <span className="mute">/ {time(p95Ms)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

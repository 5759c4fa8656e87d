// One check of a report: its days as a strip, its states, its outages.

import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import type { AvailabilityRow, AvailabilityStateWord } from '#web/contract/availability.ts';
import { nowMs } from '../../data/browser-clock.ts';
import { useAvailability } from '../../data/availability.ts';
import { dateTime, formatDuration } from '../../format/time.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import { SidePanel } from '../../parts/side-panel.tsx';
import { bucketFor, percentText, questionOf, spanOf } from './report-question.ts';
import { ShareBar, useShareWords } from './share-bar.tsx';
import { VerdictChip } from './verdict-chip.tsx';

export function ReportDetail({ checkId, onClose }: { checkId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const bucket = bucketFor(spanOf(params, nowMs()));
  const report = useAvailability(questionOf(params, nowMs(), { checkId, bucket }));
  const row = report.data?.rows.find((one) => one.checkId === checkId);
  return (
    <SidePanel
      title={
        row ? (row.object === 'host' ? row.hostName : `${row.hostName} · ${row.checkName}`) : t('availability.title')
      }
      onClose={onClose}
    >
      <LoadGate query={report} rows={6}>
        {() => (row ? <Detail row={row} /> : <p className="mute">{t('availability.none')}</p>)}
      </LoadGate>
    </SidePanel>
  );
}

function Detail({ row }: { row: AvailabilityRow }) {
  const { t } = useTranslation();
  return (
    <div className="stack availability-detail">
      <p className="availability-detail__head">
        <b>{percentText(row.percentWithoutDowntime)} %</b>
        <span className="second">
          {percentText(row.percent)} % {t('availability.column.with').toLowerCase()}
        </span>
        <VerdictChip verdict={row.verdict} />
      </p>
      <p className="second">
        {t('availability.detail.budget', {
          outage: formatDuration(row.outageSec * 1000),
          budget: formatDuration(row.budgetSec * 1000),
        })}
        {' · '}
        <Link className="link" to={`/checks/${row.checkId}`}>
          {t('availability.detail.check')}
        </Link>
      </p>
      <ShareBar states={row.states} />
      <BucketStrip row={row} />
      <StateTable row={row} />
      <OutageList row={row} />
    </div>
  );
}

/** Height says how much was well, so that it reads without colour. */
function BucketStrip({ row }: { row: AvailabilityRow }) {
  const { t } = useTranslation();
  const say = useShareWords();
  return (
    <section aria-label={t('availability.detail.buckets')}>
      <h3>{t('availability.detail.buckets')}</h3>
      <ol className="bucket-strip">
        {row.buckets.map(({ label, percent, percentWithoutDowntime, states }) => {
          const words =
            percent === null
              ? t('availability.detail.bucketUnknown', { label })
              : `${t('availability.detail.bucket', { label, percent: percentText(percent) })}. ${say(states)}`;
          const kind =
            percent === null
              ? 'unknown'
              : percent === 100
                ? 'fine'
                : percentWithoutDowntime === 100
                  ? 'planned'
                  : 'bad';
          return (
            <li key={label} title={words} data-kind={kind}>
              <i style={{ height: `${percent ?? 100}%` }} />
              <span className="sr-only">{words}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function StateTable({ row }: { row: AvailabilityRow }) {
  const { t } = useTranslation();
  const states = Object.entries(row.states).filter(([, share]) => share.sec > 0);
  return (
    <table className="state-shares">
      <thead>
        <tr>
          <th>{t('availability.detail.states')}</th>
          <th>{t('availability.detail.time')}</th>
          <th>{t('availability.inDowntime')}</th>
          <th>%</th>
          <th>{t('availability.column.without')}</th>
        </tr>
      </thead>
      <tbody>
        {states.map(([state, share]) => (
          <tr key={state}>
            <td>{t(`availability.state.${state as AvailabilityStateWord}`)}</td>
            <td>{formatDuration(share.sec * 1000)}</td>
            <td>{share.downtimeSec > 0 ? formatDuration(share.downtimeSec * 1000) : '–'}</td>
            <td>{percentText(share.percent)}</td>
            <td>{percentText(share.percentWithoutDowntime)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const AROUND_MS = 15 * 60_000;

function OutageList({ row }: { row: AvailabilityRow }) {
  const { t } = useTranslation();
  const around = (from: string, to: string): string =>
    `/timeline?host=${row.hostId}&from=${Date.parse(from) - AROUND_MS}&to=${Date.parse(to) + AROUND_MS}`;
  return (
    <section aria-label={t('availability.detail.outages')}>
      <h3>
        {t('availability.detail.outages')} {row.outages.count > 0 && `(${row.outages.count})`}
      </h3>
      {row.outageList.length === 0 && <p className="mute">{t('availability.detail.noOutages')}</p>}
      <ol className="outage-list">
        {row.outageList.toReversed().map(({ from, to, sec, isOpen, isPlanned }) => (
          <li key={from}>
            <span>{dateTime(from, nowMs())}</span>
            <b>{formatDuration(sec * 1000)}</b>
            <span className="second">
              {isPlanned && t('availability.detail.planned')} {isOpen && t('availability.detail.open')}
            </span>
            <Link className="link small" to={around(from, to)}>
              {t('availability.detail.timeline')}
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}

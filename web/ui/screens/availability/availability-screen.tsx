// How available checks and hosts were: what is asked stands in the URL, the worst comes first.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AvailabilityReport } from '#web/contract/availability.ts';
import { useAvailability } from '../../data/availability.ts';
import { nowMs } from '../../data/browser-clock.ts';
import { useParamFields } from '../../data/use-param-fields.ts';
import { useSettled } from '../../data/use-settled.ts';
import { dateTime } from '../../format/time.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { ChecksTabs } from '../checks/checks-tabs.tsx';
import { ReportDetail } from './report-detail.tsx';
import { ReportFields } from './report-fields.tsx';
import { bucketFor, csvPath, questionOf, spanOf } from './report-question.ts';
import { ReportTable } from './report-table.tsx';
import { RollUps } from './roll-ups.tsx';
import '../checks/checks.css';
import './availability.css';

const SETTLE_MS = 300;

export default function AvailabilityScreen() {
  const { t } = useTranslation();
  const [params, setParam] = useParamFields();
  // One moment for the whole visit: a report does not move under the reader.
  const [askedAtMs] = useState(nowMs);
  const settled = new URLSearchParams(useSettled(params.toString(), SETTLE_MS));
  const question = questionOf(settled, askedAtMs);
  const report = useAvailability(question);
  const open = params.get('open');
  return (
    <>
      <PageHead
        title={t('availability.title')}
        note={
          report.data &&
          t('availability.about', {
            count: report.data.total,
            from: dateTime(report.data.from, askedAtMs),
            to: dateTime(report.data.to, askedAtMs),
          })
        }
        actions={
          <Button
            component="a"
            href={csvPath(questionOf(params, askedAtMs), bucketFor(spanOf(params, askedAtMs)))}
            download="availability.csv"
          >
            {t('availability.csv')}
          </Button>
        }
      />
      <ChecksTabs />
      <ReportFields />
      <LoadGate query={report} rows={10}>
        {(data) => (
          <Report
            report={data}
            target={Number(question['target'])}
            open={open}
            onOpen={(checkId) => setParam('open', checkId)}
          />
        )}
      </LoadGate>
      {open !== null && <ReportDetail checkId={open} onClose={() => setParam('open', null)} />}
    </>
  );
}

interface ReportProps {
  report: AvailabilityReport;
  target: number;
  open: string | null;
  onOpen: (checkId: string) => void;
}

function Report({ report: { rows, total, rollUps }, target, open, onOpen }: ReportProps) {
  const { t } = useTranslation();
  if (total === 0)
    return (
      <div className="card">
        <EmptyState title={t('availability.none')} reason={t('availability.noneWhy')} />
      </div>
    );
  return (
    <div className="stack">
      <RollUps rollUps={rollUps} target={target} />
      <ReportTable rows={rows} open={open} onOpen={onOpen} />
      {total > rows.length && (
        <p className="second">{t('availability.firstOnly', { count: rows.length, total: total.toLocaleString() })}</p>
      )}
    </div>
  );
}

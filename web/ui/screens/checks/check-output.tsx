// What the check said last, and the strip of what it said before.

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckDetail, CheckResults } from '#web/contract/checks.ts';
import { useCheckResults } from '../../data/checks.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { HistoryStrip } from '../../parts/history-strip.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';

const STRIP_CELLS = 90;
/** As many lines of long output are read at a glance; more are folded. */
const LINES_SHOWN = 4;

export function CheckOutput({ check }: { check: CheckDetail }) {
  const { t } = useTranslation();
  const results = useCheckResults(check.id);
  const lines = check.longOutput === '' ? [] : check.longOutput.split('\n');
  return (
    <section className="card">
      <div className="check-output">
        <p className="check-output__first">{check.output || t('checks.noOutput')}</p>
        {lines.length > 0 && lines.length <= LINES_SHOWN && <pre className="code-block">{check.longOutput}</pre>}
        {lines.length > LINES_SHOWN && (
          <details className="fold check-output__long">
            <summary>{t('checks.longOutput', { count: lines.length })}</summary>
            <pre className="code-block">{check.longOutput}</pre>
          </details>
        )}
      </div>
      <div className="card__head">
        <h2>{t('checks.lastResults', { count: results.data?.items.length ?? 0 })}</h2>
      </div>
      <div className="card__body">
        <LoadGate query={results} rows={1}>
          {(list) => <ResultStrip results={list.items} name={check.name} />}
        </LoadGate>
      </div>
    </section>
  );
}

function ResultStrip({ results, name }: { results: CheckResults['items']; name: string }) {
  const nowMs = useNow(60_000);
  const cells = useMemo(
    () => results.map((result) => ({ state: result.state, title: `${dateTime(result.at, nowMs)} · ${result.output}` })),
    [results, nowMs],
  );
  return <HistoryStrip cells={cells} count={STRIP_CELLS} label={name} />;
}

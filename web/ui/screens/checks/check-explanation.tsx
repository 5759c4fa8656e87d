// Why the check is as it is: its state, when it runs next, who was told or not, and which
// template or document gave each value.

import { useTranslation } from 'react-i18next';
import type { ExplanationLine } from '#web/contract/check-views.ts';
import type { CheckDetail } from '#web/contract/checks.ts';
import { useCheckExplanation } from '../../data/checks.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import '../../parts/grid-table.css';

export function CheckExplanation({ check }: { check: CheckDetail }) {
  const { t } = useTranslation();
  const explanation = useCheckExplanation(check.id);
  return (
    <section className="card" aria-label={t('checks.explain.title')}>
      <div className="card__head">
        <h2>{t('checks.explain.title')}</h2>
      </div>
      <LoadGate query={explanation} rows={4}>
        {({ state, schedule, notification, values }) => (
          <div className="check-explain">
            <Trace title={t('checks.explain.state')} lines={state} />
            <Trace title={t('checks.explain.schedule')} lines={schedule} />
            <Trace title={t('checks.explain.notification')} lines={notification} />
            {values.length > 0 && (
              <details className="fold">
                <summary>{t('checks.explain.values', { count: values.length })}</summary>
                <table className="grid-table check-explain__values">
                  <thead>
                    <tr>
                      <th>{t('checks.explain.setting')}</th>
                      <th>{t('checks.perf.label')}</th>
                      <th>{t('checks.explain.from')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {values.map(({ name, value, from }) => (
                      <tr key={name}>
                        <td className="num">{name}</td>
                        <td className="num">{value}</td>
                        <td className="second">{from}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </details>
            )}
          </div>
        )}
      </LoadGate>
    </section>
  );
}

function Trace({ title, lines }: { title: string; lines: readonly ExplanationLine[] }) {
  if (lines.length === 0) return null;
  return (
    <div className="check-explain__trace">
      <h3>{title}</h3>
      <ol>
        {lines.map((line) => (
          <li key={`${line.topic} ${line.text}`}>{line.text}</li>
        ))}
      </ol>
    </div>
  );
}

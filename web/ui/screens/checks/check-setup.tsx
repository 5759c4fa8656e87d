// How the check is set up: what a run does, its settings, and how its results count.

import { useTranslation } from 'react-i18next';
import type { CheckDetail } from '#web/contract/checks.ts';
import { useCheckCommand } from '../../data/checks.ts';
import { CopyLine } from '../../parts/copy-line.tsx';

export function CheckSetup({ check }: { check: CheckDetail }) {
  const { t } = useTranslation();
  const command = useCheckCommand(check.id).data?.command;
  const settings = Object.entries(check.settings).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).map(([part, of]): [string, unknown] => [`${name}.${part}`, of])
      : [[name, value]],
  );
  return (
    <section className="card" aria-label={t('checks.setup')}>
      <div className="card__head">
        <h2>{t('checks.setup')}</h2>
        {check.origin && <span className="second">{t('form.origin')}</span>}
      </div>
      {command && (
        <div className="card__body">
          <CopyLine text={command} label={t('checks.command')} />
        </div>
      )}
      <Values values={Object.entries(check.spec)} />
      {settings.length > 0 && (
        <>
          <h3 className="check-setup__part">{t('checks.form.counting')}</h3>
          <Values values={settings} />
        </>
      )}
    </section>
  );
}

function Values({ values }: { values: readonly [string, unknown][] }) {
  return (
    <dl className="definition">
      {values.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd className="num">{said(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function said(value: unknown): string {
  if (Array.isArray(value)) return value.map(said).join(' ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

// The checks of a host as strips: name, last results, what the last one said.

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Check } from '#web/contract/checks.ts';
import { HistoryStrip } from '../../parts/history-strip.tsx';
import { StatusShape } from '../../parts/status-mark.tsx';
import { Fragment } from 'react';

export function CheckStrips({ checks }: { checks: readonly Check[] }) {
  const { t } = useTranslation();
  return (
    <section className="card check-strips" aria-label={t('hosts.checksHeading')}>
      {checks.map((check) => (
        <Fragment key={check.id}>
          <Link to={`/checks/${check.id}`} className="check-strips__name quiet-link">
            <StatusShape state={check.stale ? 'stale' : check.state} />
            <span className="cut">{check.name}</span>
          </Link>
          <HistoryStrip
            cells={check.strip.map((state) => ({ state, title: t(`state.long.${state}`) }))}
            count={24}
            label={check.name}
          />
          <span className="second cut check-strips__says" title={check.output}>
            {check.output}
          </span>
        </Fragment>
      ))}
    </section>
  );
}

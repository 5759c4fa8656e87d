// One check: what it says, how it got there, what stands around it, how it is set up.

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { CheckDetail } from '#web/contract/checks.ts';
import { useCheck } from '../../data/checks.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { AvailabilityBlock } from '../availability/availability-block.tsx';
import { CheckButtons } from './check-buttons.tsx';
import { CheckChanges } from './check-changes.tsx';
import { CheckComments } from './check-comments.tsx';
import { CheckEditor } from './check-editor.tsx';
import { CheckExplanation } from './check-explanation.tsx';
import { CheckFacts } from './check-facts.tsx';
import { CheckMarks } from './check-marks.tsx';
import { CheckOutput } from './check-output.tsx';
import { CheckRelations } from './check-relations.tsx';
import { CheckSeries } from './check-series.tsx';
import { CheckSetup } from './check-setup.tsx';
import { checksPath, quotedValue } from './filter-terms.ts';
import { useKindTitle } from './kind-words.ts';
import { PerfdataTable } from './perfdata-table.tsx';
import './checks.css';
import './check-page.css';

export default function CheckScreen() {
  const { checkId = '' } = useParams();
  const check = useCheck(checkId);
  return (
    <LoadGate query={check} rows={8}>
      {(data) => <CheckPage key={data.id} check={data} />}
    </LoadGate>
  );
}

function CheckPage({ check }: { check: CheckDetail }) {
  const { t } = useTranslation();
  const kindTitle = useKindTitle();
  const [editing, setEditing] = useState(false);
  const isSoft = check.stateType === 'soft' && check.state !== 'ok' && check.state !== 'up';
  return (
    <>
      <PageHead
        title={check.name}
        crumbs={[
          { to: '/checks', label: t('checks.title') },
          { to: `/hosts/${check.hostId}/checks`, label: check.hostName },
        ]}
        mark={
          <span className="check-page__marks" data-stale={check.stale || undefined}>
            <StatusMark state={check.state} soft={isSoft} />
            <CheckMarks check={check} />
          </span>
        }
        note={
          <>
            {check.object === 'host' && `${t('checks.hostObject')} · `}
            {kindTitle(check.kind)} · <Link to={`/hosts/${check.hostId}`}>{check.hostName}</Link>
          </>
        }
        actions={<CheckButtons check={check} onEdit={() => setEditing(true)} />}
      />
      {check.owner !== null && (
        <p className="check-page__owner second">
          {t('checks.ownedBy')}{' '}
          <Link className="link" to={checksPath(`set:${quotedValue(check.owner)}`)}>
            {check.owner}
          </Link>
          {'. '}
          {t('checks.ownedWhy')}
        </p>
      )}
      <CheckFacts check={check} />
      <div className="stack">
        <div className="columns">
          <div className="stack">
            <CheckOutput check={check} />
            {check.perfdata.length > 0 && <PerfdataTable items={check.perfdata} />}
          </div>
          <div className="stack">
            <CheckExplanation check={check} />
            <CheckRelations check={check} />
            <AvailabilityBlock checkId={check.id} />
          </div>
        </div>
        <CheckSeries check={check} />
        <div className="columns">
          <CheckChanges check={check} />
          <div className="stack">
            <CheckComments checkId={check.id} />
            <CheckSetup check={check} />
          </div>
        </div>
      </div>
      {editing && <CheckEditor check={check} onClose={() => setEditing(false)} />}
    </>
  );
}

// Every check, worst first.

import { Button, Select, Switch } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import type { Check } from '#web/contract/checks.ts';
import { useChecks } from '../../data/checks.ts';
import { matching } from '../../data/list.ts';
import { useMay } from '../../data/session.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { FilterBox } from '../../parts/filter-box.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { useRowCursor } from '../../parts/row-cursor.ts';
import { CheckEditor } from './check-editor.tsx';
import { CheckTable } from './check-table.tsx';

const KINDS = ['http', 'tcp', 'metric', 'plugin'] as const;

export default function ChecksScreen() {
  const { t } = useTranslation();
  const go = useNavigate();
  const [params, setParams] = useSearchParams();
  const checks = useChecks();
  const may = useMay('engineer');
  const [adding, setAdding] = useState(params.has('add'));
  const problems = params.has('problems');
  const kind = params.get('kind');
  const typed = params.get('q') ?? '';
  const shown = useMemo(() => {
    const chosen = (checks.data?.items ?? []).filter(
      (check) => (!kind || check.kind === kind) && (!problems || (check.state !== 'ok' && check.state !== 'pending')),
    );
    return matching(chosen, typed, (check) => `${check.name} ${check.hostName} ${check.cluster} ${check.output}`);
  }, [checks.data, kind, problems, typed]);
  const set = (name: string, value: string | null): void =>
    setParams(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  const add = may && (
    <Button variant="filled" leftSection={<Icon name="plus" size={15} />} onClick={() => setAdding(true)}>
      {t('checks.add')}
    </Button>
  );
  return (
    <>
      <PageHead
        title={t('checks.title')}
        note={
          checks.data &&
          t('checks.count', {
            ok: checks.data.items.filter((check) => check.state === 'ok').length,
            all: checks.data.items.length,
          })
        }
        actions={add}
      />
      <div className="filter-bar">
        <FilterBox placeholder={t('checks.filter')} />
        <Select
          aria-label={t('checks.anyKind')}
          placeholder={t('checks.anyKind')}
          data={KINDS.map((value) => ({ value, label: t(`checks.kind.${value}`) }))}
          clearable
          value={kind}
          onChange={(value) => set('kind', value)}
        />
        <Switch
          label={t('checks.onlyProblems')}
          checked={problems}
          onChange={(event) => set('problems', event.currentTarget.checked ? '1' : null)}
        />
      </div>
      <div className="card">
        <LoadGate query={checks} rows={10}>
          {(list) => {
            if (list.items.length === 0)
              return <EmptyState title={t('checks.none')} reason={t('checks.noneWhy')} action={add} />;
            if (shown.length > 0) return <Shown checks={shown} />;
            return (
              <EmptyState
                title={t('form.noMatch')}
                action={<Button onClick={() => void go('/checks')}>{t('form.clearFilter')}</Button>}
              />
            );
          }}
        </LoadGate>
      </div>
      {adding && <CheckEditor onClose={() => setAdding(false)} />}
    </>
  );
}

function Shown({ checks }: { checks: readonly Check[] }) {
  const go = useNavigate();
  const cursor = useRowCursor(checks.length, (at) => void go(`/checks/${checks[at]?.id ?? ''}`));
  return <CheckTable checks={checks} cursor={cursor} />;
}

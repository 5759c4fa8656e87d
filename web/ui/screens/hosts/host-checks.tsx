// The checks of one host.

import { Button } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckList } from '#web/contract/checks.ts';
import type { HostDetail } from '#web/contract/inventory.ts';
import type { ApiError } from '../../data/api-client.ts';
import { useMay } from '../../data/session.tsx';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { CheckEditor } from '../checks/check-editor.tsx';
import { CheckTable } from '../checks/check-table.tsx';

export function HostChecks({ host, checks }: { host: HostDetail; checks: UseQueryResult<CheckList, ApiError> }) {
  const { t } = useTranslation();
  const may = useMay('engineer');
  const [adding, setAdding] = useState(false);
  const add = may && <Button onClick={() => setAdding(true)}>{t('hosts.addCheck')}</Button>;
  return (
    <LoadGate query={checks}>
      {(list) => (
        <>
          <div className="card">
            {list.items.length === 0 ? (
              <EmptyState title={t('hosts.noChecks')} reason={t('hosts.noChecksWhy')} action={add} />
            ) : (
              <CheckTable checks={list.items} />
            )}
          </div>
          {list.items.length > 0 && <p style={{ marginTop: 12 }}>{add}</p>}
          {adding && <CheckEditor hostId={host.id} onClose={() => setAdding(false)} />}
        </>
      )}
    </LoadGate>
  );
}

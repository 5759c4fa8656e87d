// The address of a host by cluster and name, as metrics know it; leads to its page.

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useLocation, useParams } from 'react-router';
import { useHostId } from '../../data/grid.ts';
import { clusterPath } from '../../data/host-name.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';

export default function NamedHost() {
  const { t } = useTranslation();
  const { cluster = '', host = '' } = useParams();
  const { search } = useLocation();
  const id = useHostId({ cluster, host });
  return (
    <LoadGate query={id} rows={10}>
      {(hostId) =>
        hostId !== null ? (
          <Navigate to={`/hosts/${hostId}${search}`} replace />
        ) : (
          <>
            <PageHead title={host} crumbs={[{ to: '/hosts', label: t('hosts.title') }]} />
            <div className="card">
              <EmptyState
                title={t('heat.notInInventory')}
                action={
                  <Button component={Link} to={clusterPath(cluster)}>
                    {cluster}
                  </Button>
                }
              />
            </div>
          </>
        )
      }
    </LoadGate>
  );
}

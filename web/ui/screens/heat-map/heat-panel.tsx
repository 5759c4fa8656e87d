// One host of the heat map beside it: its state, its figures now, and where to go on.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useForgetHost, useHostId } from '../../data/grid.ts';
import { clusterPath, comparePath } from '../../data/host-name.ts';
import { useHostMetrics } from '../../data/metrics.ts';
import { useMay } from '../../data/session.tsx';
import { formatQuantity } from '../../format/quantity.ts';
import { formatDuration } from '../../format/time.ts';
import { ConfirmBlast } from '../../parts/confirm-blast.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { SidePanel } from '../../parts/side-panel.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { CORE_METRICS, coreNow } from '../hosts/core-metrics.ts';
import type { HeatCell } from './heat-plan.ts';

interface HeatPanelProps {
  cell: HeatCell;
  /** The chosen metric with its value in words; null when states are shown. */
  chosen: { metric: string; value: string } | null;
  onClose(): void;
}

export function HeatPanel({ cell, chosen, onClose }: HeatPanelProps) {
  const { t } = useTranslation();
  const id = useHostId(cell);
  const mayForget = useMay('operator') && cell.state === 'down';
  const [forgetting, setForgetting] = useState(false);
  const forget = useForgetHost({ done: () => t('heat.forgotten', { name: cell.host }), onDone: onClose });
  return (
    <SidePanel
      title={cell.host}
      onClose={onClose}
      footer={
        <>
          {id.data && (
            <Button component={Link} to={`/hosts/${id.data}`} variant="filled">
              {t('heat.openHost')}
            </Button>
          )}
          <Button component={Link} to={comparePath([cell])}>
            {t('heat.inGraphs')}
          </Button>
          {mayForget && <Button onClick={() => setForgetting(true)}>{t('heat.forget')}</Button>}
        </>
      }
    >
      <div className="stack">
        <p className="heat-panel__state">
          <StatusMark state={cell.state} />
          <Link className="link" to={clusterPath(cell.cluster)}>
            {cell.cluster}
          </Link>
        </p>
        {chosen && (
          <p>
            <code>{chosen.metric}</code> <b className="num">{chosen.value}</b>
          </p>
        )}
        <LoadGate query={id} rows={4}>
          {(hostId) =>
            hostId === null ? <p className="second">{t('heat.notInInventory')}</p> : <HostFigures hostId={hostId} />
          }
        </LoadGate>
      </div>
      {forgetting && (
        <ConfirmBlast
          title={t('heat.forgetTitle', { name: cell.host })}
          confirm={t('heat.forget')}
          danger
          busy={forget.isPending}
          onConfirm={() => forget.mutate({ cluster: cell.cluster, hostKey: cell.hostKey })}
          onClose={() => setForgetting(false)}
        >
          {t('heat.forgetWhy')}
        </ConfirmBlast>
      )}
    </SidePanel>
  );
}

function HostFigures({ hostId }: { hostId: string }) {
  const { t } = useTranslation();
  const metrics = useHostMetrics(hostId);
  return (
    <LoadGate query={metrics} rows={4}>
      {(answer) => {
        const now = new Map(
          answer.metrics.flatMap(({ name, number }) => (number === null ? [] : [[name, number] as const])),
        );
        const heardSec = Math.min(...answer.metrics.map(({ tnSec }) => tnSec));
        return (
          <>
            <dl className="heat-panel__figures">
              {CORE_METRICS.map((core) => {
                const value = coreNow(core, now);
                return (
                  <div key={core.key}>
                    <dt>{t(`hosts.core.${core.key}`)}</dt>
                    <dd className="num">{value === undefined ? '–' : formatQuantity(value, core.unit)}</dd>
                  </div>
                );
              })}
            </dl>
            {answer.metrics.length > 0 && (
              <p className="second">
                {t('heat.heard', { count: answer.metrics.length, age: formatDuration(heardSec * 1000) })}
              </p>
            )}
          </>
        );
      }}
    </LoadGate>
  );
}

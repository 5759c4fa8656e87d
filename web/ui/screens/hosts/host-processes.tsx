// What runs on the host: services with their state, and the watched processes.

import { useTranslation } from 'react-i18next';
import type { HostDetail, HostService } from '#web/contract/inventory.ts';
import { useNow } from '../../data/use-now.ts';
import { formatQuantity } from '../../format/quantity.ts';
import { formatDuration, formatElapsed } from '../../format/time.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import type { Tone } from '../../parts/tone.ts';
import '../../parts/grid-table.css';

const SERVICE_TONE: Record<HostService['state'], Tone> = {
  running: 'ok',
  stopped: 'off',
  failed: 'crit',
  unknown: 'unk',
};
const SERVICE_ORDER: readonly HostService['state'][] = ['failed', 'unknown', 'running', 'stopped'];

export function HostProcesses({ host }: { host: HostDetail }) {
  const { t } = useTranslation();
  const nowMs = useNow(10_000);
  const processes = [...host.processes].sort((a, b) => (b.rssBytes ?? 0) - (a.rssBytes ?? 0));
  const services = [...host.services].sort(
    (a, b) => SERVICE_ORDER.indexOf(a.state) - SERVICE_ORDER.indexOf(b.state) || a.name.localeCompare(b.name),
  );
  return (
    <div className="columns">
      <section className="card">
        <div className="card__head">
          <h2>{t('hosts.processes')}</h2>
        </div>
        {processes.length === 0 ? (
          <EmptyState title={t('hosts.processesNone')} reason={t('hosts.reportedNone')} />
        ) : (
          <table className="grid-table">
            <thead>
              <tr>
                <th>{t('hosts.process.name')}</th>
                <th className="grid-table__num">{t('hosts.process.pid')}</th>
                <th>{t('hosts.process.user')}</th>
                <th className="grid-table__num">{t('hosts.process.cpu')}</th>
                <th className="grid-table__num">{t('hosts.process.memory')}</th>
                <th className="grid-table__num">{t('hosts.process.started')}</th>
              </tr>
            </thead>
            <tbody>
              {processes.map((process) => (
                <tr key={process.pid}>
                  <td className="strong">{process.name}</td>
                  <td className="grid-table__num num" data-label={t('hosts.process.pid')}>
                    {process.pid}
                  </td>
                  <td className="mute" data-label={t('hosts.process.user')}>
                    {process.user}
                  </td>
                  <td className="grid-table__num num" data-label={t('hosts.process.cpu')}>
                    {process.cpuSec === undefined ? '' : formatElapsed(process.cpuSec * 1000)}
                  </td>
                  <td className="grid-table__num num" data-label={t('hosts.process.memory')}>
                    {process.rssBytes === undefined ? '' : formatQuantity(process.rssBytes, 'bytes')}
                  </td>
                  <td className="grid-table__num num" data-label={t('hosts.process.started')}>
                    {process.startedAt ? formatDuration(nowMs - Date.parse(process.startedAt)) : ''}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
      <section className="card">
        <div className="card__head">
          <h2>{t('hosts.services')}</h2>
        </div>
        {services.length === 0 ? (
          <EmptyState title={t('hosts.servicesNone')} reason={t('hosts.reportedNone')} />
        ) : (
          <table className="grid-table">
            <tbody>
              {services.map((service) => (
                <tr key={service.name}>
                  <td>
                    <span className="strong">{service.name}</span>
                    <div className="second">{service.description}</div>
                  </td>
                  <td className="grid-table__num">
                    <span className={`chip chip--${SERVICE_TONE[service.state]}`}>
                      {t(`hosts.service.${service.state}`)}
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </div>
  );
}

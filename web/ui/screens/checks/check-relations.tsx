// What the check needs and what needs it: parents and children of its host, dependencies,
// and downtimes that are near.

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CheckDowntime, CheckLink, HostLink } from '#web/contract/check-views.ts';
import type { CheckDetail } from '#web/contract/checks.ts';
import { useCheckRelations } from '../../data/checks.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';

export function CheckRelations({ check }: { check: CheckDetail }) {
  const { t } = useTranslation();
  const relations = useCheckRelations(check.id);
  return (
    <section className="card" aria-label={t('checks.around.title')}>
      <div className="card__head">
        <h2>{t('checks.around.title')}</h2>
        <Link className="link small" to={`/checks/map?host=${check.hostId}`}>
          {t('checks.showOnMap')}
        </Link>
      </div>
      <LoadGate query={relations} rows={3}>
        {({ parents, children, masters, dependents, downtimes }) => {
          const isEmpty = [parents, children, masters, dependents, downtimes].every((list) => list.length === 0);
          if (isEmpty) return <p className="card__body mute">{t('checks.around.none')}</p>;
          return (
            <div className="check-around">
              <Downtimes downtimes={downtimes} />
              <Hosts title={t('checks.around.parents')} hosts={parents} />
              <Checks title={t('checks.around.masters')} links={masters} />
              <Checks title={t('checks.around.dependents')} links={dependents} />
              <Hosts title={t('checks.around.children')} hosts={children} />
            </div>
          );
        }}
      </LoadGate>
    </section>
  );
}

function Hosts({ title, hosts }: { title: string; hosts: readonly HostLink[] }) {
  if (hosts.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ul className="check-around__hosts">
        {hosts.map(({ hostId, hostName, checkId, state }) => (
          <li key={hostId}>
            <StatusMark state={state} />
            <Link className="quiet-link" to={checkId === null ? `/hosts/${hostId}` : `/checks/${checkId}`}>
              {hostName}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Checks({ title, links }: { title: string; links: readonly CheckLink[] }) {
  const { t } = useTranslation();
  if (links.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ul>
        {links.map((link) => (
          <li key={`${link.id} ${link.purpose}`}>
            <StatusMark state={link.state} />
            <span>
              <Link className="quiet-link" to={`/checks/${link.id}`}>
                {link.name}
              </Link>{' '}
              <span className="second">
                {link.hostName} · {t(`checks.around.${link.purpose}`, { states: link.states.join(', ') })}
                {link.period !== null && ` · ${link.period}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Downtimes({ downtimes }: { downtimes: readonly CheckDowntime[] }) {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  if (downtimes.length === 0) return null;
  return (
    <div>
      <h3>{t('checks.around.downtimes')}</h3>
      <ul>
        {downtimes.map((downtime) => (
          <li key={downtime.id}>
            <span className={`chip chip--${downtime.isActive ? 'act' : 'off'}`}>
              {t(downtime.isActive ? 'checks.around.active' : 'checks.around.planned')}
            </span>
            <span>
              {dateTime(downtime.startsAt, nowMs)} – {dateTime(downtime.endsAt, nowMs)}{' '}
              <span className="second">
                {downtime.comment} · {downtime.author}
                {downtime.isOfHost && ` · ${t('checks.hostObject')}`}
                {!downtime.isFixed && ` · ${t('checks.around.flexible')}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

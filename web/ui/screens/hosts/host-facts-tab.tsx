// Facts, packages, variables and names of a host.

import { TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HostDetail } from '#web/contract/inventory.ts';
import { matching } from '../../data/list.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import '../../parts/grid-table.css';

// More rows than anyone reads; the filter finds the rest.
const PACKAGES_SHOWN = 200;

export function HostFactsTab({ host }: { host: HostDetail }) {
  const { t } = useTranslation();
  return (
    <div className="columns">
      <div className="stack">
        <section className="card">
          <div className="card__head">
            <h2>{t('hosts.factsHeading')}</h2>
          </div>
          {Object.keys(host.facts).length === 0 ? (
            <EmptyState title={t('hosts.reportedNone')} />
          ) : (
            <dl className="definition">
              {Object.entries(host.facts)
                .sort(([a], [b]) => a.localeCompare(b))
                .map(([name, value]) => (
                  <FactRow key={name} name={name} value={String(value)} />
                ))}
            </dl>
          )}
        </section>
        <section className="card">
          <div className="card__head">
            <h2>{t('hosts.variables')}</h2>
            <span className="second">{t('hosts.variablesWhy')}</span>
          </div>
          <div className="card__body">
            {Object.keys(host.mergedVariables).length === 0 ? (
              <span className="mute">{t('hosts.variablesNone')}</span>
            ) : (
              <pre className="code-block">{JSON.stringify(host.mergedVariables, null, 2)}</pre>
            )}
          </div>
        </section>
        <section className="card">
          <div className="card__head">
            <h2>{t('hosts.aliases')}</h2>
          </div>
          <dl className="definition">
            {host.aliases.map((alias) => (
              <FactRow key={`${alias.kind}:${alias.value}`} name={alias.kind} value={alias.value} />
            ))}
          </dl>
        </section>
      </div>
      <Packages packages={host.packages} />
    </div>
  );
}

function FactRow({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="num">{value}</dd>
    </>
  );
}

function Packages({ packages }: { packages: HostDetail['packages'] }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const found = useMemo(
    () => matching(packages, typed, (entry) => `${entry.name} ${entry.version}`),
    [packages, typed],
  );
  return (
    <section className="card">
      <div className="card__head">
        <h2>{t('hosts.packages')}</h2>
        {packages.length > 0 && (
          <TextInput
            size="xs"
            aria-label={t('hosts.packagesFilter', { count: packages.length })}
            placeholder={t('hosts.packagesFilter', { count: packages.length })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
      </div>
      {packages.length === 0 ? (
        <EmptyState title={t('hosts.packagesNone')} reason={t('hosts.reportedNone')} />
      ) : (
        <table className="grid-table">
          <tbody>
            {found.slice(0, PACKAGES_SHOWN).map((entry) => (
              <tr key={`${entry.name} ${entry.version} ${entry.arch}`}>
                <td>{entry.name}</td>
                <td className="num mute">{entry.version}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {found.length > PACKAGES_SHOWN && <p className="second card__body">+ {found.length - PACKAGES_SHOWN}</p>}
    </section>
  );
}

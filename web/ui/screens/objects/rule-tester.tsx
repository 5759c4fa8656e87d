// Tries a rule on the hosts of now: whom it catches, and for each other host why not.

import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { RuleTest } from '#web/contract/objects.ts';
import { useTestRule } from '../../data/objects.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { CodeArea } from './code-area.tsx';
import { ObjectTabs } from './object-tabs.tsx';

const FIRST = `kind: Service
metadata: {name: ssh}
spec:
  applyTo:
    where:
      - group: linux*
      - fact: os.family
        is: [debian, ubuntu]
      - not: {name: "test-*"}
`;

export function RuleTester() {
  const { t } = useTranslation();
  const [yaml, setYaml] = useState(FIRST);
  const test = useTestRule();
  return (
    <div className="stack">
      <PageHead
        title={t('objects.tester.title')}
        crumbs={[{ to: '/configuration/objects', label: t('objects.title') }]}
        note={t('objects.tester.note')}
      />
      <ObjectTabs />
      <section className="card objects-form">
        <CodeArea label={t('objects.tester.rule')} value={yaml} onChange={setYaml} />
        {test.error && (
          <div className="object-form__error" role="alert">
            {test.error.message}
          </div>
        )}
        <div className="objects-foot">
          <Button variant="filled" loading={test.isPending} onClick={() => test.mutate(yaml)}>
            {t('objects.tester.test')}
          </Button>
        </div>
      </section>
      {test.data && <Hosts result={test.data} />}
    </div>
  );
}

function Hosts({ result }: { result: RuleTest }) {
  const { t } = useTranslation();
  const [filter, setFilter] = useState('');
  const hosts = result.hosts.filter(({ hostName }) => hostName.toLowerCase().includes(filter.toLowerCase()));
  return (
    <section className="card" aria-live="polite">
      <div className="objects-part">
        <h2>{t('objects.tester.matching', { count: result.matching })}</h2>
        <p className="second">{t('objects.tester.where', { rule: result.rule })}</p>
        <TextInput
          aria-label={t('objects.tester.filter')}
          placeholder={t('objects.tester.filter')}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
      </div>
      <table className="grid-table">
        <thead>
          <tr>
            <th>{t('objects.tester.column.host')}</th>
            <th>{t('objects.tester.column.matches')}</th>
            <th>{t('objects.tester.column.because')}</th>
          </tr>
        </thead>
        <tbody>
          {hosts.map(({ hostName, hostId, matches, because }) => (
            <tr key={hostName}>
              <td className="grid-table__main">
                {hostId === null ? (
                  hostName
                ) : (
                  <Link className="link" to={`/hosts/${hostId}`}>
                    {hostName}
                  </Link>
                )}
              </td>
              <td data-label={t('objects.tester.column.matches')}>
                <span className={matches ? 'tone-ok' : 'tone-off'}>
                  {t(matches ? 'objects.tester.yes' : 'objects.tester.no')}
                </span>
              </td>
              <td className="second" data-label={t('objects.tester.column.because')}>
                {because}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

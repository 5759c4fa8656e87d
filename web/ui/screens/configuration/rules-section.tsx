// Rules: when something is a problem.

import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { Rule } from '#web/contract/alerting.ts';
import { useProblems } from '../../data/alerts.ts';
import { useContacts, useRules } from '../../data/rules.ts';
import { useMay } from '../../data/session.tsx';
import { ObjectList } from './object-list.tsx';
import { RuleEditor } from './rule-editor.tsx';

const SEVERITY_TONE = { page: 'crit', urgent: 'warn', ticket: 'off', info: 'off' } as const;

export function RulesSection() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const rules = useRules();
  const may = useMay('engineer');
  const problems = useProblems();
  const openOf = (ruleId: string): number =>
    (problems.data?.items ?? []).filter((problem) => problem.ruleId === ruleId).length;
  const edited = rules.data?.items.find((rule) => rule.id === params.get('edit'));
  const show = (query: Record<string, string>): void => setParams(query, { replace: true });
  return (
    <>
      <ObjectList
        title={t('configuration.sections.rules')}
        note={t('configuration.rules.note')}
        query={rules}
        add={may ? { label: t('configuration.rules.add'), act: () => show({ add: '1' }) } : undefined}
        empty={{ title: t('configuration.rules.none'), reason: t('configuration.rules.noneWhy') }}
      >
        {(entries) => (
          <table className="grid-table">
            <thead>
              <tr>
                <th>{t('configuration.rules.column.name')}</th>
                <th>{t('configuration.rules.column.when')}</th>
                <th>{t('configuration.rules.column.severity')}</th>
                <th>{t('configuration.rules.column.told')}</th>
                <th className="grid-table__num">{t('configuration.rules.column.open')}</th>
              </tr>
            </thead>
            <tbody>
              {entries.map((rule) => (
                <tr key={rule.id} className={rule.enabled ? '' : 'grid-table__off'}>
                  <td className="grid-table__main">
                    <button type="button" onClick={() => show({ edit: rule.id })}>
                      {rule.name}
                    </button>
                    <div className="second">{rule.enabled ? rule.origin && t('form.origin') : t('form.disabled')}</div>
                  </td>
                  <td>{rule.summary}</td>
                  <td>
                    <span className={`chip chip--${SEVERITY_TONE[rule.severity]}`}>
                      {t(`severityShort.${rule.severity}`)} {t(`severity.${rule.severity}`)}
                    </span>
                  </td>
                  <td className="second">
                    <Told rule={rule} />
                  </td>
                  <td className="grid-table__num" data-label={t('configuration.rules.column.open')}>
                    {openOf(rule.id)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </ObjectList>
      {params.has('add') && may && <RuleEditor onClose={() => show({})} />}
      {edited && may && <RuleEditor key={edited.id} rule={edited} onClose={() => show({})} />}
    </>
  );
}

function Told({ rule }: { rule: Rule }) {
  const { t } = useTranslation();
  const contacts = useContacts(useMay('admin'));
  const names = rule.contactIds.map((id) => contacts.data?.items.find((contact) => contact.id === id)?.name ?? '…');
  return (
    <>
      {names.length === 0 ? t('configuration.rules.defaultContacts') : names.join(', ')},{' '}
      {t(`configuration.rules.notify.${rule.notify}`)}
    </>
  );
}

// What a set would become: problems first, then what changes, then all definitions counted.

import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetOutcome } from '#web/contract/objects.ts';
import { ChangeLists } from './change-lists.tsx';
import { countKinds, excerptOf, reportLines, reportOfFile, type LineKind, type SentText } from './report-lines.ts';

const SHOWN = 200;
const KINDS: readonly ('all' | LineKind)[] = ['all', 'problem', 'skipped', 'changed', 'taken'];
const TONES: Record<LineKind, string> = { problem: 'crit', skipped: 'crit', changed: 'warn', taken: 'off' };

interface OutcomeViewProps {
  outcome: SetOutcome;
  files?: readonly SentText[];
  /** Says only what is new about this one file. */
  only?: string;
}

export function OutcomeView({ outcome: whole, files = [], only }: OutcomeViewProps) {
  const { t } = useTranslation();
  const outcome = only === undefined ? whole : { ...whole, report: reportOfFile(whole.report, only) };
  const { report, others, kind } = outcome;
  return (
    <section className="stack" aria-label={t('objects.outcome.label')} aria-live="polite">
      <div className="card objects-verdict">
        <b className={report.errors > 0 ? 'tone-crit' : 'tone-ok'}>
          {t('objects.outcome.errors', { count: report.errors })}
        </b>
        <span className="second">{t('objects.outcome.warnings', { count: report.warnings })}</span>
        {outcome.isRefusable && (
          <p role="alert">{t(kind === 'yaml' ? 'objects.outcome.refusedYaml' : 'objects.outcome.refusedNagios')}</p>
        )}
      </div>
      {others.length > 0 && (
        <div className="card objects-part" role="alert">
          <h2>{t('objects.outcome.others')}</h2>
          <ul className="objects-lines">
            {others.slice(0, SHOWN).map((line, at) => (
              <li key={at}>
                <span className="num second">
                  {line.owner} {line.file}:{line.line}
                </span>
                <span>{line.message}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <Lines outcome={outcome} files={files} />
      <ChangeLists outcome={outcome} />
      {only === undefined && <Definitions report={report} />}
      {only === undefined && <Features report={report} />}
    </section>
  );
}

function Lines({ outcome, files }: { outcome: SetOutcome; files: readonly SentText[] }) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<'all' | LineKind>('all');
  const [filter, setFilter] = useState('');
  const all = reportLines(outcome);
  const counts = { ...countKinds(all), all: all.length };
  const wanted = filter.toLowerCase();
  const lines = all.filter(
    (line) =>
      (kind === 'all' || line.kind === kind) &&
      `${line.file} ${line.what} ${line.message}`.toLowerCase().includes(wanted),
  );
  return (
    <div className="card objects-part">
      <h2>{t('objects.outcome.problems')}</h2>
      {all.length === 0 ? (
        <p className="second">{t('objects.outcome.noProblems')}</p>
      ) : (
        <>
          <div className="objects-filter">
            {KINDS.map((each) => (
              <button
                key={each}
                type="button"
                className="chip"
                aria-pressed={kind === each}
                onClick={() => setKind(each)}
              >
                {t(`objects.outcome.show.${each}`)} <span className="num">{counts[each]}</span>
              </button>
            ))}
            <TextInput
              aria-label={t('objects.outcome.filter')}
              placeholder={t('objects.outcome.filter')}
              value={filter}
              onChange={(event) => setFilter(event.currentTarget.value)}
            />
          </div>
          <ul className="objects-lines">
            {lines.slice(0, SHOWN).map((line, at) => {
              const excerpt = excerptOf(files, line);
              return (
                <li key={at} data-kind={line.kind}>
                  <span className="num second">
                    {line.file}:{line.line}
                  </span>
                  <span>
                    <b className={`tone-${TONES[line.kind]}`}>{t(`objects.outcome.show.${line.kind}`)}</b>{' '}
                    {line.message}
                    {excerpt !== undefined && excerpt !== '' && <code className="objects-excerpt">{excerpt}</code>}
                  </span>
                </li>
              );
            })}
          </ul>
          {lines.length > SHOWN && (
            <p className="second">{t('objects.outcome.moreLines', { count: lines.length - SHOWN })}</p>
          )}
        </>
      )}
    </div>
  );
}

function Definitions({ report }: { report: SetOutcome['report'] }) {
  const { t } = useTranslation();
  const rows = Object.entries(report.definitions);
  if (rows.length === 0) return null;
  const result = Object.entries(report.result).filter(([, count]) => count > 0);
  return (
    <div className="card objects-part">
      <h2>{t('objects.outcome.definitions')}</h2>
      <table className="grid-table">
        <thead>
          <tr>
            <th>{t('objects.outcome.type')}</th>
            {(['taken', 'changed', 'skipped'] as const).map((verdict) => (
              <th key={verdict} className="grid-table__num">
                {t(`objects.outcome.verdict.${verdict}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([type, counts]) => (
            <tr key={type}>
              <td className="grid-table__main">{type}</td>
              {(['taken', 'changed', 'skipped'] as const).map((verdict) => (
                <td key={verdict} className="grid-table__num" data-label={t(`objects.outcome.verdict.${verdict}`)}>
                  {counts[verdict]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="second">
        {t('objects.outcome.becomes')}{' '}
        {result
          .map(([what, count]) => `${count} ${t(`objects.outcome.result.${what}` as 'objects.outcome.result.hosts')}`)
          .join(', ')}
      </p>
    </div>
  );
}

function Features({ report }: { report: SetOutcome['report'] }) {
  const { t } = useTranslation();
  const notes = [...report.features, ...report.settings].filter(
    ({ verdict }) => verdict === 'kept' || verdict === 'not supported',
  );
  if (notes.length === 0) return null;
  return (
    <details className="card objects-part">
      <summary>
        {t('objects.outcome.features')} <span className="num second">{notes.length}</span>
      </summary>
      <ul className="objects-lines">
        {notes.map(({ name, count, verdict, why }) => (
          <li key={name}>
            <span className="num second">
              {name} ({count})
            </span>
            <span>
              {verdict}: {why}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

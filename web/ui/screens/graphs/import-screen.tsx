// Views of ganglia-web become views here: files or text in, what would be made shown first.

import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { ViewImport, ViewImportReport } from '#web/contract/views.ts';
import { useImportViews } from '../../data/views.ts';
import { PageHead } from '../../parts/page-head.tsx';

type Files = ViewImport['files'];

export default function ImportScreen() {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<Files>([]);
  const preview = useImportViews();
  const run = useImportViews();
  const files: Files = [...chosen, ...(text.trim() === '' ? [] : [{ name: t('graphs.import.pasted'), text }])];
  const read = async (list: FileList | null): Promise<void> => {
    const all = await Promise.all(
      [...(list ?? [])].map(async (file) => ({ name: file.name, text: await file.text() })),
    );
    setChosen(all);
    forget();
  };
  const forget = (): void => {
    preview.reset();
    run.reset();
  };
  const report = run.data ?? preview.data;
  const toMake = preview.data?.views.filter(({ result }) => result !== 'skipped').length ?? 0;
  const error = run.error ?? preview.error;
  return (
    <div className="stack">
      <PageHead
        title={t('graphs.import.title')}
        crumbs={[{ to: '/graphs/views', label: t('graphs.viewsTitle') }]}
        note={t('graphs.import.note')}
      />
      <section className="card import-form">
        <label className="import-form__files">
          <span>{t('graphs.import.files')}</span>
          <input
            type="file"
            accept=".json,application/json"
            multiple
            onChange={(event) => void read(event.currentTarget.files)}
          />
        </label>
        <Textarea
          label={t('graphs.import.text')}
          placeholder='{"view_name": "web", "view_type": "standard", "items": [{"hostname": "web-1", "graph": "cpu_report"}]}'
          minRows={6}
          autosize
          maxRows={16}
          styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12.5 } }}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            forget();
          }}
        />
        <div className="view-editor__foot">
          <Button
            loading={preview.isPending}
            disabled={files.length === 0}
            onClick={() => preview.mutate({ files, dryRun: true })}
          >
            {t('graphs.import.preview')}
          </Button>
          {preview.data && !run.data && (
            <Button
              variant="filled"
              loading={run.isPending}
              disabled={toMake === 0}
              onClick={() => run.mutate({ files })}
            >
              {t('graphs.import.go', { count: toMake })}
            </Button>
          )}
        </div>
        {error && (
          <div className="object-form__error" role="alert">
            {error.message}
          </div>
        )}
      </section>
      {report && <Report report={report} />}
    </div>
  );
}

function Report({ report }: { report: ViewImportReport }) {
  const { t } = useTranslation();
  return (
    <section className="card import-report" aria-label={t('graphs.import.report')} aria-live="polite">
      {report.views.map((view, at) => (
        <div key={`${at} ${view.file}`} className="import-report__view">
          <p>
            {view.id ? (
              <Link to={`/graphs/views/${view.id}`} className="link strong">
                {view.name}
              </Link>
            ) : (
              <b className="strong">{view.name}</b>
            )}{' '}
            <Outcome result={view.result} dryRun={report.dryRun} /> <span className="second">{view.file}</span>
          </p>
          {view.why && <p className="second">{view.why}</p>}
          <ul>
            {view.items.map((item, index) => (
              <li key={index}>
                <Outcome result={item.result} dryRun={report.dryRun} /> {item.title}{' '}
                {item.why && <span className="second">{item.why}</span>}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Outcome({ result, dryRun }: { result: 'taken' | 'changed' | 'skipped'; dryRun: boolean }) {
  const { t } = useTranslation();
  const tone = { taken: 'off', changed: 'act', skipped: 'warn' }[result];
  return <span className={`tone-${tone} small`}>{t(`graphs.import.${dryRun ? 'would' : 'did'}.${result}`)}</span>;
}

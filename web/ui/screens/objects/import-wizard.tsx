// A Nagios configuration or YAML documents from this computer or the server: first the report,
// then, when somebody has confirmed, the objects.

import { Button, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { SetRequest } from '#web/contract/objects.ts';
import { useApplySet, usePreviewSet, type NamedRequest } from '../../data/objects.ts';
import { useMay } from '../../data/session.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { KindCards } from '../configuration/object-list.tsx';
import { FileInputs } from './file-inputs.tsx';
import { OutcomeView } from './outcome-view.tsx';
import type { SentText } from './report-lines.ts';

type Kind = SetRequest['kind'];
const NAMES: Record<Kind, string> = { nagios: 'nagios:site', yaml: 'apply:site' };

export function ImportWizard() {
  const { t } = useTranslation();
  const admin = useMay('admin');
  const [kind, setKind] = useState<Kind>('nagios');
  const [chosen, setChosen] = useState<SentText[]>([]);
  const [pasted, setPasted] = useState('');
  const [path, setPath] = useState('');
  const [name, setName] = useState<string | null>(null);
  const [cluster, setCluster] = useState('default');
  const preview = usePreviewSet();
  const apply = useApplySet();

  const files = [
    ...chosen,
    ...(pasted.trim() === '' ? [] : [{ name: kind === 'nagios' ? 'pasted.cfg' : 'pasted.yaml', text: pasted }]),
  ];
  const onServer = path.trim();
  const usualName = kind === 'nagios' && onServer !== '' ? `nagios:${onServer}` : NAMES[kind];
  const named = (acceptRest: boolean): NamedRequest => ({
    name: (name ?? usualName).trim(),
    request: {
      kind,
      ...(onServer === '' ? { files } : { path: onServer }),
      ...(cluster.trim() !== '' && { cluster: cluster.trim() }),
      ...(acceptRest && { acceptRest }),
    },
  });
  const forget = (): void => {
    preview.reset();
    apply.reset();
  };
  const changed =
    <Value,>(set: (value: Value) => void) =>
    (value: Value): void => {
      set(value);
      forget();
    };
  const outcome = preview.data;
  const error = apply.error ?? preview.error;
  const isReady = files.length > 0 || onServer !== '';
  const mayTakeRest = outcome?.isRefusable === true && kind === 'nagios';
  return (
    <div className="stack">
      <PageHead
        title={t('objects.wizard.title')}
        crumbs={[{ to: '/configuration/objects', label: t('objects.title') }]}
        note={t('objects.wizard.note')}
      />
      <section className="card objects-form">
        <KindCards
          label={t('objects.wizard.kind')}
          kinds={(['nagios', 'yaml'] as const).map((each) => ({
            kind: each,
            title: t(`objects.sets.kind.${each}`),
            why: t(`objects.wizard.kindWhy.${each}`),
          }))}
          value={kind}
          onChange={changed(setKind)}
        />
        <FileInputs kind={kind} files={chosen} onChange={changed(setChosen)} />
        <Textarea
          label={t('objects.wizard.paste')}
          data-code
          autosize
          minRows={3}
          maxRows={14}
          spellCheck={false}
          value={pasted}
          onChange={(event) => changed(setPasted)(event.currentTarget.value)}
        />
        {admin && kind === 'nagios' && (
          <TextInput
            label={t('objects.wizard.path')}
            description={t('objects.wizard.pathWhy')}
            value={path}
            onChange={(event) => changed(setPath)(event.currentTarget.value)}
          />
        )}
        <div className="objects-pair">
          <TextInput
            label={t('objects.wizard.set')}
            description={t('objects.wizard.setWhy')}
            value={name ?? usualName}
            onChange={(event) => changed(setName)(event.currentTarget.value)}
          />
          <TextInput
            label={t('objects.wizard.cluster')}
            description={t('objects.wizard.clusterWhy')}
            value={cluster}
            onChange={(event) => changed(setCluster)(event.currentTarget.value)}
          />
        </div>
        {error && (
          <div className="object-form__error" role="alert">
            {error.message}
          </div>
        )}
        <div className="objects-foot">
          <Button loading={preview.isPending} disabled={!isReady} onClick={() => preview.mutate(named(false))}>
            {t('objects.wizard.preview')}
          </Button>
          {outcome && !apply.data && (!outcome.isRefusable || mayTakeRest) && (
            <Button variant="filled" loading={apply.isPending} onClick={() => apply.mutate(named(mayTakeRest))}>
              {mayTakeRest ? t('objects.wizard.applyRest') : t('objects.wizard.apply', { count: touched(outcome) })}
            </Button>
          )}
        </div>
      </section>
      {apply.isPending && (
        <p role="status" className="second">
          {t('objects.wizard.applying')}
        </p>
      )}
      {apply.data && (
        <div className="card objects-form" role="status">
          <b className="tone-ok">
            {t('objects.wizard.applied', {
              ...apply.data.changes.checks.counts,
              hosts: apply.data.changes.hosts.counts.created,
            })}
          </b>
          <div className="objects-foot">
            <Button component={Link} to="/configuration/objects">
              {t('objects.wizard.toSets')}
            </Button>
            <Button variant="filled" component={Link} to="/checks">
              {t('objects.wizard.toChecks')}
            </Button>
          </div>
        </div>
      )}
      {outcome && <OutcomeView outcome={apply.data ?? outcome} files={files} />}
    </div>
  );
}

const touched = ({
  changes: { checks },
}: {
  changes: { checks: { counts: Record<'created' | 'changed' | 'deleted', number> } };
}): number => checks.counts.created + checks.counts.changed + checks.counts.deleted;

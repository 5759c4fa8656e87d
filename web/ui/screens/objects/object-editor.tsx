// One object as a YAML document: what it would change is shown before it is saved.

import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { ObjectDetail, ObjectEdit, SetOutcome } from '#web/contract/objects.ts';
import { useApplyEdit, usePreviewEdit } from '../../data/objects.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { CodeArea } from './code-area.tsx';
import { OutcomeView } from './outcome-view.tsx';

const OWN_SET = 'console';
const FIRST = `kind: Service
metadata:
  name: ssh
spec:
  applyTo:
    where:
      - name: "web-*"
  check: {kind: tcp, settings: {port: 22}}
  interval: 1m
`;

export function ObjectEditor({ object, onClose }: { object?: ObjectDetail; onClose?: () => void }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const [yaml, setYaml] = useState(object?.yaml ?? FIRST);
  const [owner, setOwner] = useState(object?.owner ?? OWN_SET);
  const preview = usePreviewEdit();
  const leave = onClose ?? (() => void go('/configuration/objects'));
  const save = useApplyEdit({
    done: ({ changes: { checks } }) => t('objects.editor.saved', { ...checks.counts }),
    // Renamed, it is another object: the list shows it.
    onDone: () => void go(`/configuration/objects/all?owner=${encodeURIComponent(owner)}`),
  });
  const edit: ObjectEdit = { yaml, owner: owner.trim(), ...(object && { id: object.id, version: object.version }) };
  const outcome = preview.data;
  const forget = (): void => {
    preview.reset();
    save.reset();
  };
  const error = save.error ?? preview.error;
  const title = object ? t('objects.editor.titleEdit', { name: object.name }) : t('objects.editor.titleNew');
  return (
    <div className="stack">
      <PageHead
        title={title}
        crumbs={[{ to: '/configuration/objects', label: t('objects.title') }]}
        note={t('objects.editor.note')}
      />
      {object && object.owner !== OWN_SET && (
        <p className="tone-warn">{t('objects.editor.fromSource', { set: object.owner })}</p>
      )}
      <section className="card objects-form">
        {!object && (
          <TextInput
            label={t('objects.editor.set')}
            value={owner}
            onChange={(event) => {
              setOwner(event.currentTarget.value);
              forget();
            }}
          />
        )}
        <CodeArea
          label={t('objects.editor.document')}
          value={yaml}
          marked={linesOf(outcome)}
          onChange={(value) => {
            setYaml(value);
            forget();
          }}
        />
        {error && (
          <div className="object-form__error" role="alert">
            {error.message}
          </div>
        )}
        <div className="objects-foot">
          <Button onClick={leave}>{t('form.cancel')}</Button>
          <Button loading={preview.isPending} onClick={() => preview.mutate(edit)}>
            {t('objects.editor.preview')}
          </Button>
          <Button
            variant="filled"
            disabled={!outcome || outcome.isRefusable}
            loading={save.isPending}
            onClick={() => save.mutate(edit)}
          >
            {t('objects.editor.save')}
          </Button>
        </div>
      </section>
      {outcome && <OutcomeView outcome={outcome} files={[{ name: 'console', text: yaml }]} only="console" />}
    </div>
  );
}

/** Of the document that is edited; the server calls it `console`. */
function linesOf(outcome: SetOutcome | undefined): ReadonlySet<number> {
  const { problems = [], objects = [] } = outcome?.report ?? {};
  return new Set([
    ...problems.filter(({ file }) => file === 'console').map(({ line }) => line),
    ...objects.filter(({ file }) => file === 'console').flatMap(({ notes }) => notes.map(({ line }) => line)),
  ]);
}

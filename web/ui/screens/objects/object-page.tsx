// One object: its values and where each came from, its templates, who names it, what it makes.

import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import type { ObjectDetail } from '#web/contract/objects.ts';
import { useDeleteObject, useObject } from '../../data/objects.ts';
import { useMay } from '../../data/session.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { ObjectTable } from './object-browser.tsx';
import { ObjectEditor } from './object-editor.tsx';

export function ObjectPage() {
  const { objectId = '' } = useParams();
  const object = useObject(objectId);
  const [editing, setEditing] = useState(false);
  return (
    <LoadGate query={object} rows={10}>
      {(found) =>
        editing ? (
          <ObjectEditor object={found} onClose={() => setEditing(false)} />
        ) : (
          <Shown object={found} onEdit={() => setEditing(true)} />
        )
      }
    </LoadGate>
  );
}

function Shown({ object, onEdit }: { object: ObjectDetail; onEdit: () => void }) {
  const { t } = useTranslation();
  const engineer = useMay('engineer');
  const [deleting, setDeleting] = useState(false);
  const name = object.name || t('objects.browser.noName');
  const { type, owner, file, line } = object;
  return (
    <div className="stack">
      <PageHead
        title={name}
        crumbs={[
          { to: '/configuration/objects', label: t('objects.title') },
          { to: '/configuration/objects/all', label: t('objects.browse') },
        ]}
        note={t('objects.object.of', { type, set: owner, file, line })}
        actions={
          engineer && (
            <>
              <Button color="red" onClick={() => setDeleting(true)}>
                {t('objects.object.delete')}
              </Button>
              <Button variant="filled" onClick={onEdit}>
                {t('objects.object.edit')}
              </Button>
            </>
          )
        }
      />
      {object.rule !== null && <p className="strong">{t('objects.object.rule', { rule: object.rule })}</p>}
      <Values object={object} />
      <div className="card objects-part">
        <h2>{t('objects.object.chain')}</h2>
        {object.templates.length === 0 && <p className="second">{t('objects.object.noTemplates')}</p>}
        <ol className="objects-chain">
          {object.templates.map((template) => (
            <li key={template.name}>
              {template.id === null ? (
                <span className="tone-crit">
                  {template.name}: {t('objects.object.missing')}
                </span>
              ) : (
                <Link className="link" to={`/configuration/objects/all/${template.id}`}>
                  {template.name}
                </Link>
              )}
            </li>
          ))}
        </ol>
      </div>
      <div className="card objects-part">
        <h2>{t('objects.object.checks', { count: object.checkCount })}</h2>
        {object.checks.length === 0 && <p className="second">{t('objects.object.noChecks')}</p>}
        <ul className="objects-names">
          {object.checks.map((check) => (
            <li key={check.id}>
              <Link className="link" to={`/checks/${check.id}`}>
                {check.hostName} / {check.object === 'host' ? t('objects.object.hostItself') : check.name}
              </Link>
            </li>
          ))}
        </ul>
      </div>
      <div className="card">
        <h2 className="objects-part">{t('objects.object.usedBy', { count: object.usedByCount })}</h2>
        {object.usedBy.length === 0 ? (
          <p className="second objects-part">{t('objects.object.unused')}</p>
        ) : (
          <ObjectTable items={object.usedBy} />
        )}
      </div>
      <details className="card objects-part">
        <summary>{t('objects.object.document')}</summary>
        <pre className="objects-yaml" tabIndex={0}>
          {object.yaml}
        </pre>
      </details>
      {deleting && <DeleteObject object={object} name={name} onClose={() => setDeleting(false)} />}
    </div>
  );
}

function Values({ object }: { object: ObjectDetail }) {
  const { t } = useTranslation();
  return (
    <div className="card">
      <h2 className="objects-part">{t('objects.object.values')}</h2>
      <table className="grid-table">
        <thead>
          <tr>
            <th>{t('objects.object.column.of')}</th>
            <th>{t('objects.object.column.value')}</th>
            <th>{t('objects.object.column.from')}</th>
          </tr>
        </thead>
        <tbody>
          {object.values.map(({ name, value, from }) => (
            <tr key={name}>
              <td className="grid-table__main num">{name}</td>
              <td className="objects-value" data-label={t('objects.object.column.value')}>
                {value}
              </td>
              <td className="second" data-label={t('objects.object.column.from')}>
                {from}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DeleteObject({ object, name, onClose }: { object: ObjectDetail; name: string; onClose: () => void }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const remove = useDeleteObject({
    done: () => t('objects.object.deleted', { name }),
    onDone: () => void go('/configuration/objects/all', { replace: true }),
  });
  return (
    <Modal opened onClose={onClose} title={t('objects.object.deleteTitle', { name })}>
      <div className="stack">
        <p>{t('objects.object.deleteWhy')}</p>
        <div className="objects-foot">
          <Button onClick={onClose}>{t('form.cancel')}</Button>
          <Button color="red" variant="filled" loading={remove.isPending} onClick={() => remove.mutate(object.id)}>
            {t('objects.object.delete')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

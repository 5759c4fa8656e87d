// The panel in which an object is written: its fields, what the server refused, and
// save, cancel, delete. The fields themselves are designed by each screen.

import { Button } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../data/api-client.ts';
import { ConfirmBlast } from './confirm-blast.tsx';
import { SidePanel } from './side-panel.tsx';
import './object-form.css';

interface ObjectFormProps {
  title: string;
  /** Word on the main button; "Save" when absent. */
  submit?: string;
  error: ApiError | null;
  busy: boolean;
  onSubmit: () => void;
  onClose: () => void;
  /** Present when the object can be deleted from here. */
  remove?: { name: string; why?: string; busy: boolean; act: () => void } | undefined;
  children: ReactNode;
}

export function ObjectForm(props: ObjectFormProps) {
  const { t } = useTranslation();
  const [removing, setRemoving] = useState(false);
  const { error, remove } = props;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    props.onSubmit();
  };
  return (
    <SidePanel title={props.title} over="page" onClose={props.onClose}>
      <form className="object-form" onSubmit={submit}>
        {error && (
          <div className="object-form__error" role="alert">
            {error.code === 'stale_version' ? t('form.stale') : error.message}
            {Object.entries(error.fields).map(([path, message]) => (
              <div key={path}>
                <code>{path}</code> {message}
              </div>
            ))}
          </div>
        )}
        {props.children}
        <div className="object-form__foot">
          {remove && (
            <Button data-danger onClick={() => setRemoving(true)}>
              {t('form.delete')}
            </Button>
          )}
          <Button ml="auto" onClick={props.onClose}>
            {t('form.cancel')}
          </Button>
          <Button type="submit" variant="filled" loading={props.busy}>
            {props.submit ?? t('form.save')}
          </Button>
        </div>
      </form>
      {removing && remove && (
        <ConfirmBlast
          title={t('form.confirmDelete', { name: remove.name })}
          confirm={t('form.delete')}
          danger
          busy={remove.busy}
          onConfirm={remove.act}
          onClose={() => setRemoving(false)}
        >
          {remove.why ?? t('form.deleteForGood')}
        </ConfirmBlast>
      )}
    </SidePanel>
  );
}

/** A titled part of a form. */
export function FormPart({ title, why, children }: { title: string; why?: ReactNode; children: ReactNode }) {
  return (
    <fieldset className="form-part">
      <legend>{title}</legend>
      {why && <p className="second">{why}</p>}
      {children}
    </fieldset>
  );
}

/** Fields side by side. */
export function FormRow({ children }: { children: ReactNode }) {
  return <div className="form-row">{children}</div>;
}

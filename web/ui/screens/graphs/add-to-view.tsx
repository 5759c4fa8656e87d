// Puts a chart into a view: one that there is, or a new one.

import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { View, ViewItem } from '#web/contract/views.ts';
import { useAddToView, useCreateView, useViews } from '../../data/views.ts';
import { titleOf } from './graph-query.ts';

const NEW = 'new';

export function AddToView({ item, onClose }: { item: ViewItem; onClose: () => void }) {
  const { t } = useTranslation();
  const go = useNavigate();
  const views = useViews();
  const [chosen, setChosen] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [title, setTitle] = useState(item.title);
  const done = {
    done: (view: View) => t('graphs.add.done', { view: view.name }),
    onDone: (view: View) => {
      onClose();
      void go(`/graphs/views/${view.id}`);
    },
  };
  const add = useAddToView(done);
  const create = useCreateView(done);
  const target = chosen ?? views.data?.items[0]?.id ?? NEW;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const titled = { ...item, title: title.trim() };
    if (target === NEW) create.mutate({ name: name.trim(), items: [titled] });
    else add.mutate({ id: target, item: titled });
  };
  const error = create.error;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('graphs.add.title')}
      size={460}
      closeButtonProps={{ 'aria-label': t('panel.close') }}
    >
      <form className="stack" onSubmit={submit}>
        <TextInput
          label={t('graphs.add.chartTitle')}
          placeholder={titleOf({ ...item, title: '' })}
          value={title}
          maxLength={200}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Select
          label={t('graphs.add.view')}
          data={[
            ...(views.data?.items ?? []).map((view) => ({ value: view.id, label: view.name })),
            { value: NEW, label: t('graphs.add.newView') },
          ]}
          searchable
          allowDeselect={false}
          value={target}
          onChange={setChosen}
        />
        {target === NEW && (
          <TextInput
            label={t('graphs.view.name')}
            required
            value={name}
            maxLength={200}
            error={error?.message}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <div className="confirm-blast__foot">
          <Button onClick={onClose}>{t('form.cancel')}</Button>
          <Button
            type="submit"
            variant="filled"
            loading={add.isPending || create.isPending}
            disabled={target === NEW && name.trim() === ''}
          >
            {t('graphs.add.go')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

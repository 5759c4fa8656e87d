// A view while it is changed: nothing counts before it is saved.

import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { View, ViewItem } from '#web/contract/views.ts';
import { useChangeView, useDeleteView } from '../../data/views.ts';
import { ConfirmBlast } from '../../parts/confirm-blast.tsx';
import { Icon } from '../../parts/icon.tsx';
import { CHART_KINDS, chartKindOf, titleOf } from './graph-query.ts';
import { QueryBox } from './query-box.tsx';
import { parseQuery, printQuery } from './query-text.ts';
import { ViewFields } from './view-fields.tsx';

export function ViewEditor({ view, onDone }: { view: View; onDone: () => void }) {
  const { t } = useTranslation();
  const go = useNavigate();
  // What was read when the editing began: what others save meanwhile must not slip in.
  const [read] = useState(view);
  const [names, setNames] = useState({ name: read.name, description: read.description });
  const [items, setItems] = useState<readonly ViewItem[]>(read.items);
  const [removing, setRemoving] = useState(false);
  const change = useChangeView({ done: () => t('form.saved'), onDone });
  const remove = useDeleteView({ done: () => t('form.deleted') });
  const replace = (at: number, item: ViewItem): void => setItems(items.with(at, item));
  const swap = (at: number, other: number): void => {
    const [one, two] = [items[at], items[other]];
    if (one && two) setItems(items.with(at, two).with(other, one));
  };
  const save = (): void =>
    change.mutate({
      id: read.id,
      change: { ...names, name: names.name.trim(), items: [...items], version: read.version },
    });
  const error = change.error;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      {error && (
        <div className="object-form__error" role="alert">
          {error.code === 'stale_version' ? t('form.stale') : error.message}
        </div>
      )}
      <section className="card view-names">
        <ViewFields value={names} onChange={setNames} />
      </section>
      {items.map((item, at) => (
        <ItemEditor
          key={`${at} ${printQuery(item.query)}`}
          item={item}
          onChange={(next) => replace(at, next)}
          onUp={at > 0 ? () => swap(at, at - 1) : undefined}
          onDown={at < items.length - 1 ? () => swap(at, at + 1) : undefined}
          onRemove={() => setItems(items.toSpliced(at, 1))}
        />
      ))}
      <div className="view-editor__foot">
        <Button data-danger onClick={() => setRemoving(true)}>
          {t('graphs.view.delete')}
        </Button>
        <Button ml="auto" onClick={onDone}>
          {t('form.cancel')}
        </Button>
        <Button type="submit" variant="filled" loading={change.isPending}>
          {t('form.save')}
        </Button>
      </div>
      {removing && (
        <ConfirmBlast
          title={t('form.confirmDelete', { name: read.name })}
          confirm={t('form.delete')}
          danger
          busy={remove.isPending}
          onConfirm={() => {
            // Away first: a page must not ask for what is being deleted.
            void go('/graphs/views');
            remove.mutate(read.id);
          }}
          onClose={() => setRemoving(false)}
        >
          {t('form.deleteForGood')}
        </ConfirmBlast>
      )}
    </form>
  );
}

interface ItemEditorProps {
  item: ViewItem;
  onChange: (item: ViewItem) => void;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
  onRemove: () => void;
}

function ItemEditor({ item, onChange, onUp, onDown, onRemove }: ItemEditorProps) {
  const { t } = useTranslation();
  const title = titleOf(item);
  const commit = (text: string): void => {
    const parsed = parseQuery(text);
    if (parsed.ok) onChange({ ...item, query: parsed.value });
  };
  return (
    <section className="card item-editor" aria-label={title}>
      <TextInput
        label={t('graphs.view.chartTitle')}
        placeholder={printQuery(item.query)}
        maxLength={200}
        value={item.title}
        onChange={(event) => onChange({ ...item, title: event.currentTarget.value })}
      />
      <Select
        label={t('graphs.kind.label')}
        data={CHART_KINDS.map((kind) => ({ value: kind, label: t(`graphs.kind.${kind}`) }))}
        allowDeselect={false}
        value={item.chart}
        onChange={(kind) => onChange({ ...item, chart: chartKindOf(kind) })}
      />
      <QueryBox text={printQuery(item.query)} onCommit={commit} />
      <span className="item-editor__buttons">
        <button
          type="button"
          className="icon-button item-editor__up"
          aria-label={t('graphs.view.up', { title })}
          disabled={!onUp}
          onClick={onUp}
        >
          <Icon name="down" size={15} />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={t('graphs.view.down', { title })}
          disabled={!onDown}
          onClick={onDown}
        >
          <Icon name="down" size={15} />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={t('graphs.view.remove', { title })}
          onClick={onRemove}
        >
          <Icon name="trash" size={15} />
        </button>
      </span>
    </section>
  );
}

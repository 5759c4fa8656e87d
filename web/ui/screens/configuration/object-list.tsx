// The frame of a section that lists objects: title, add button, the table or why there is none.

import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ApiError } from '../../data/api-client.ts';
import { EmptyState } from '../../parts/empty-state.tsx';
import { Icon } from '../../parts/icon.tsx';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';

interface ObjectListProps<Entry> {
  title: string;
  note: ReactNode;
  query: { data: { items: Entry[] } | undefined; error: ApiError | null; refetch: () => unknown };
  /** Left out when the person may not add. */
  add?: { label: string; act: () => void } | undefined;
  empty: { title: string; reason?: string };
  children: (entries: Entry[]) => ReactNode;
}

export function ObjectList<Entry>({ title, note, query, add, empty, children }: ObjectListProps<Entry>) {
  const button = add && (
    <Button variant="filled" leftSection={<Icon name="plus" size={15} />} onClick={add.act}>
      {add.label}
    </Button>
  );
  return (
    <>
      <PageHead title={title} note={note} actions={button} />
      <div className="card">
        <LoadGate query={query} rows={6}>
          {(list) => (list.items.length === 0 ? <EmptyState {...empty} action={button} /> : children(list.items))}
        </LoadGate>
      </div>
    </>
  );
}

/** Cards to choose a kind by. */
export function KindCards<Kind extends string>(props: {
  label: string;
  kinds: readonly { kind: Kind; title: string; why: string }[];
  value: Kind;
  onChange: (kind: Kind) => void;
}) {
  return (
    <div className="kind-cards" role="group" aria-label={props.label}>
      {props.kinds.map(({ kind, title, why }) => (
        <button key={kind} type="button" aria-pressed={kind === props.value} onClick={() => props.onChange(kind)}>
          <b>{title}</b>
          <span className="second">{why}</span>
        </button>
      ))}
    </div>
  );
}

// Shows what a query brought: a quiet skeleton when it takes longer than a blink, the
// failure inside the widget with a way to try again, and then the content.

import { Button } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../data/api-client.ts';
import { later } from '../data/browser-clock.ts';
import './load-gate.css';

// Shorter waits than this look like a flash when a skeleton fills them.
const BLINK_MS = 150;

interface LoadGateProps<Answer> {
  query: { data: Answer | undefined; error: ApiError | null; refetch: () => unknown };
  /** Rows of the skeleton, about as many as will come. */
  rows?: number;
  children: (answer: Answer) => ReactNode;
}

export function LoadGate<Answer>({ query, rows = 5, children }: LoadGateProps<Answer>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <LoadFailure error={query.error} retry={() => void query.refetch()} />;
  return <Skeleton rows={rows} />;
}

export function LoadFailure({ error, retry }: { error: ApiError; retry: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="load-failure" role="alert">
      <p className="strong">{t('load.failed')}</p>
      <p className="second">{error.message}</p>
      {error.requestId && (
        <p className="second">
          {t('load.requestId')} <code>{error.requestId}</code>
        </p>
      )}
      <Button size="xs" onClick={retry}>
        {t('load.retry')}
      </Button>
    </div>
  );
}

export function Skeleton({ rows }: { rows: number }) {
  const { t } = useTranslation();
  const [visible, setVisible] = useState(false);
  useEffect(() => later(BLINK_MS, () => setVisible(true)), []);
  if (!visible) return <div className="skeleton" style={{ height: rows * 44 }} />;
  return (
    <div className="skeleton" role="status" aria-label={t('load.loading')} style={{ height: rows * 44 }}>
      {Array.from({ length: rows }, (_, at) => (
        <div key={at} className="skeleton__row">
          <i style={{ width: 52 }} />
          <i style={{ width: `${34 + ((at * 17) % 30)}%` }} />
          <i style={{ width: 90, marginLeft: 'auto' }} />
        </div>
      ))}
    </div>
  );
}

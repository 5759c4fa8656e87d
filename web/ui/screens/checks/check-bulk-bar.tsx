// What can be done with the selected checks, and what became of it.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckBulk, CheckBulkDone } from '#web/contract/check-actions.ts';
import { useBulkOnChecks } from '../../data/check-actions.ts';
import { usePlanDowntime } from '../../data/downtimes.ts';
import { ConfirmBlast } from '../../parts/confirm-blast.tsx';
import { useShortcuts } from '../../parts/shortcuts.ts';
import type { Selection } from './selection.ts';
import { WordsDialog, type Words } from './words-dialog.tsx';

/** More than this is asked about once more. */
const ASK_ABOVE = 50;
const REASONS_SHOWN = 3;

interface CheckBulkBarProps {
  selection: Selection;
  /** The filter that "all" means. */
  filter: string;
  /** What the filter catches. */
  total: number;
  onAll: () => void;
  onClear: () => void;
}

export function CheckBulkBar({ selection, filter, total, onAll, onClear }: CheckBulkBarProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState<'acknowledge' | 'comment' | 'downtime' | 'run' | null>(null);
  const [failures, setFailures] = useState<CheckBulkDone | null>(null);
  const count = selection.isAll ? total : selection.ids.size;
  const bulk = useBulkOnChecks({
    done: ({ done }) => t('checks.bulk.done', { count: done }),
    onDone: (answer) => {
      setAsking(null);
      setFailures(answer.failed > 0 ? answer : null);
      if (answer.failed === 0) onClear();
    },
  });
  const quiet = usePlanDowntime({
    done: () => t('checks.quiet'),
    onDone: () => {
      setAsking(null);
      onClear();
    },
  });
  const plan = ({ comment, until }: Words): void => {
    const target = selection.isAll ? { q: filter } : { checkIds: [...selection.ids] };
    if (until !== null) quiet.mutate({ target, comment, until });
  };
  const send = (action: CheckBulk['action'], words?: Words): void => {
    const which = selection.isAll ? { q: filter } : { ids: [...selection.ids] };
    const more = action === 'acknowledge' &&
      words && { sticky: words.sticky, ...(words.until && { until: words.until }) };
    bulk.mutate({ action, ...which, ...(words && { comment: words.comment }), ...more });
  };
  const run = (): void => (count > ASK_ABOVE ? setAsking('run') : send('run'));
  useShortcuts({
    a: () => setAsking('acknowledge'),
    c: () => setAsking('comment'),
    d: () => setAsking('downtime'),
    r: run,
  });
  const about = t('checks.bulk.selected', { count });
  return (
    <div className="check-bulk" role="status">
      <span className="strong">{about}</span>
      {!selection.isAll && total > selection.ids.size && (
        <Button variant="subtle" onClick={onAll}>
          {t('checks.bulk.all', { count: total })}
        </Button>
      )}
      {failures && (
        <span className="second tone-crit check-bulk__failures">
          {t('checks.bulk.failed', { count: failures.failed })}{' '}
          {[...new Set(failures.failures.map(({ reason }) => reason))].slice(0, REASONS_SHOWN).join(' ')}
        </span>
      )}
      <span className="check-bulk__actions">
        <Button loading={bulk.isPending && asking === null} onClick={run}>
          {t('checks.runNow')}
        </Button>
        <Button onClick={() => setAsking('acknowledge')}>{t('checks.acknowledge')}</Button>
        <Button onClick={() => setAsking('downtime')}>{t('checks.downtime')}</Button>
        <Button onClick={() => setAsking('comment')}>{t('checks.comment')}</Button>
        <Button variant="subtle" onClick={onClear}>
          {t('heat.clear')}
        </Button>
      </span>
      {asking !== null && asking !== 'run' && (
        <WordsDialog
          what={asking}
          about={about}
          busy={bulk.isPending || quiet.isPending}
          error={bulk.error ?? quiet.error}
          onDone={(words) => (asking === 'downtime' ? plan(words) : send(asking, words))}
          onClose={() => setAsking(null)}
        />
      )}
      {asking === 'run' && (
        <ConfirmBlast
          title={t('checks.runNow')}
          confirm={t('checks.runNow')}
          busy={bulk.isPending}
          onConfirm={() => send('run')}
          onClose={() => setAsking(null)}
        >
          {t('checks.bulk.runMany', { count })}
        </ConfirmBlast>
      )}
    </div>
  );
}

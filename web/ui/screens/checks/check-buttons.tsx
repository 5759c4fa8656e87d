// What a person can do with a check: look again and wait for the answer, take the problem,
// say something, bring a result, change it.

import { Button, Menu } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { CheckDetail } from '#web/contract/checks.ts';
import { later } from '../../data/browser-clock.ts';
import {
  useAcknowledgeCheck,
  useCommentOnCheck,
  useRemoveAcknowledgement,
  useRunChecks,
} from '../../data/check-actions.ts';
import { usePlanDowntime } from '../../data/downtimes.ts';
import { useMay } from '../../data/session.tsx';
import { Icon } from '../../parts/icon.tsx';
import { useShortcuts } from '../../parts/shortcuts.ts';
import { SubmitResultDialog } from './submit-result-dialog.tsx';
import { WordsDialog } from './words-dialog.tsx';

/** The longest that a check may run; then the wait is over, whatever became of it. */
const PATIENCE_MS = 60_000;

export function CheckButtons({ check, onEdit }: { check: CheckDetail; onEdit: () => void }) {
  const { t } = useTranslation();
  const operator = useMay('operator');
  const engineer = useMay('engineer') && check.owner === null;
  const [open, setOpen] = useState<'acknowledge' | 'comment' | 'downtime' | 'submit' | null>(null);
  const close = (): void => setOpen(null);
  const run = useRunUntilResult(check);
  const acknowledge = useAcknowledgeCheck(check.id, { done: () => t('checks.acknowledged'), onDone: close });
  const giveBack = useRemoveAcknowledgement(check.id, { done: () => t('checks.givenBack') });
  const comment = useCommentOnCheck(check.id, { done: () => t('checks.commented'), onDone: close });
  const quiet = usePlanDowntime({ done: () => t('checks.quiet'), onDone: close });
  const isProblem = !['ok', 'up', 'pending'].includes(check.state);
  const isTaken = check.acknowledged !== 'none';
  useShortcuts({
    a: () => operator && isProblem && !isTaken && setOpen('acknowledge'),
    c: () => operator && setOpen('comment'),
    d: () => operator && setOpen('downtime'),
    r: () => operator && check.enabled && run.start(),
    e: () => engineer && onEdit(),
  });
  if (!operator) return null;
  return (
    <>
      {isTaken && (
        <Button loading={giveBack.isPending} onClick={() => giveBack.mutate()}>
          {t('checks.giveBack')}
        </Button>
      )}
      {isProblem && !isTaken && (
        <Button leftSection={<Icon name="hand" size={15} />} onClick={() => setOpen('acknowledge')}>
          {t('checks.acknowledge')}
        </Button>
      )}
      {engineer && (
        <Button className="check-page__edit" onClick={onEdit}>
          {t('form.edit')}
        </Button>
      )}
      <Button variant="filled" loading={run.isWaiting} disabled={!check.enabled} onClick={run.start}>
        {t('checks.runNow')}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <button type="button" className="icon-button" aria-label={t('checks.more')}>
            <Icon name="more" />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {engineer && <Menu.Item onClick={onEdit}>{t('form.edit')}</Menu.Item>}
          <Menu.Item onClick={() => setOpen('downtime')}>{t('checks.downtime')}</Menu.Item>
          <Menu.Item onClick={() => setOpen('comment')}>{t('checks.comment')}</Menu.Item>
          <Menu.Item onClick={() => setOpen('submit')}>{t('checks.submit.title')}</Menu.Item>
          <Menu.Item component={Link} to={`/checks/map?host=${check.hostId}`}>
            {t('checks.showOnMap')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === 'acknowledge' && (
        <WordsDialog
          what="acknowledge"
          about={check.name}
          busy={acknowledge.isPending}
          error={acknowledge.error}
          onDone={({ comment, sticky, until }) => acknowledge.mutate({ comment, sticky, ...(until && { until }) })}
          onClose={close}
        />
      )}
      {open === 'comment' && (
        <WordsDialog
          what="comment"
          about={check.name}
          busy={comment.isPending}
          error={comment.error}
          onDone={(words) => comment.mutate(words.comment)}
          onClose={close}
        />
      )}
      {open === 'downtime' && (
        <WordsDialog
          what="downtime"
          about={check.name}
          busy={quiet.isPending}
          error={quiet.error}
          onDone={({ comment, until }) => {
            if (until !== null) quiet.mutate({ target: { checkIds: [check.id] }, comment, until });
          }}
          onClose={close}
        />
      )}
      {open === 'submit' && <SubmitResultDialog check={check} onClose={close} />}
    </>
  );
}

/** Waits until a result newer than the one on screen has come. */
function useRunUntilResult(check: CheckDetail): { start: () => void; isWaiting: boolean } {
  const { t } = useTranslation();
  const [newerThan, setNewerThan] = useState<string | null>();
  const run = useRunChecks((count) => t('checks.ranNow', { count }));
  const isAsked = newerThan !== undefined;
  useEffect(() => (isAsked ? later(PATIENCE_MS, () => setNewerThan(undefined)) : undefined), [isAsked]);
  return {
    start: () => {
      setNewerThan(check.lastCheckAt);
      run.mutate([check.id], { onError: () => setNewerThan(undefined) });
    },
    isWaiting: run.isPending || (isAsked && newerThan === check.lastCheckAt),
  };
}

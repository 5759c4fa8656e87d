// Asks for the words that go with an acknowledgement, a comment or a downtime, and for how long it holds.

import { Button, Modal, Select, Switch, Textarea } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiError } from '../../data/api-client.ts';
import { nowMs } from '../../data/browser-clock.ts';

const HOURS = {
  acknowledge: ['1', '4', '24', '72', 'never'],
  downtime: ['1', '2', '4', '24', '72'],
} as const;
const HOUR_MS = 3_600_000;

export interface Words {
  comment: string;
  sticky: boolean;
  /** Instant; null = until it is over. */
  until: string | null;
}

interface WordsDialogProps {
  what: 'acknowledge' | 'comment' | 'downtime';
  /** What it is said of. */
  about: string;
  busy: boolean;
  error?: ApiError | null;
  onDone: (words: Words) => void;
  onClose: () => void;
}

export function WordsDialog({ what, about, busy, error, onDone, onClose }: WordsDialogProps) {
  const { t } = useTranslation();
  const [comment, setComment] = useState('');
  const [sticky, setSticky] = useState(false);
  const [hours, setHours] = useState<string>('4');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (comment.trim() === '') return;
    const until = hours === 'never' ? null : new Date(nowMs() + Number(hours) * HOUR_MS).toISOString();
    onDone({ comment: comment.trim(), sticky, until });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`checks.words.${what}`, { about })}
      size={460}
      closeButtonProps={{ 'aria-label': t('panel.close') }}
    >
      <form className="words-dialog" onSubmit={submit}>
        {error && (
          <p className="object-form__error" role="alert">
            {error.message}
          </p>
        )}
        <Textarea
          label={t(what === 'comment' ? 'checks.words.text' : 'checks.words.reason')}
          data-autofocus
          required
          autosize
          minRows={2}
          maxLength={2000}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        {what !== 'comment' && (
          <Select
            label={t(what === 'downtime' ? 'checks.words.lasts' : 'checks.words.until')}
            allowDeselect={false}
            data={HOURS[what].map((value) => ({ value, label: t(`checks.words.hours.${value}`) }))}
            value={hours}
            onChange={(value) => setHours(value ?? '4')}
          />
        )}
        {what === 'acknowledge' && (
          <Switch
            label={t('checks.words.sticky')}
            description={t('checks.words.stickyWhy')}
            checked={sticky}
            onChange={(event) => setSticky(event.currentTarget.checked)}
          />
        )}
        <div className="words-dialog__foot">
          <Button onClick={onClose}>{t('form.cancel')}</Button>
          <Button type="submit" variant="filled" loading={busy} disabled={comment.trim() === ''}>
            {t(`checks.${what}`)}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

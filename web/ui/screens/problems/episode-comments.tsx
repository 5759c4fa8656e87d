// What people wrote about an episode, and the box to write more.

import { Button, Textarea } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Episode } from '#web/contract/alerting.ts';
import { useComment } from '../../data/alerts.ts';
import { useMay } from '../../data/session.tsx';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { personName } from '../../parts/event-words.ts';

export function EpisodeComments({ episode }: { episode: Episode }) {
  const { t } = useTranslation();
  const nowMs = useNow(30_000);
  const may = useMay('operator');
  const [text, setText] = useState('');
  const comment = useComment(() => setText(''));
  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== '') comment.mutate({ alertId: episode.alert.id, comment: text.trim() });
  };
  return (
    <section className="card">
      <div className="card__head">
        <h2>{t('problems.comments')}</h2>
      </div>
      <div className="card__body stack">
        {episode.comments.map((entry) => (
          <div key={entry.id}>
            <div className="second">
              {personName(entry.by)} · {dateTime(entry.at, nowMs)}
            </div>
            <p className="episode__comment">{entry.comment}</p>
          </div>
        ))}
        {may && (
          <form onSubmit={send} className="episode__write">
            <Textarea
              autosize
              minRows={1}
              maxRows={8}
              aria-label={t('problems.commentPlaceholder')}
              placeholder={t('problems.commentPlaceholder')}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <Button type="submit" disabled={text.trim() === ''} loading={comment.isPending}>
              {t('problems.commentSend')}
            </Button>
          </form>
        )}
      </div>
    </section>
  );
}

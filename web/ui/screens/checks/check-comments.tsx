// What people said of the check and of its host.

import { useTranslation } from 'react-i18next';
import { useCheckComments } from '../../data/checks.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { LoadGate } from '../../parts/load-gate.tsx';

export function CheckComments({ checkId }: { checkId: string }) {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  const comments = useCheckComments(checkId);
  return (
    <section className="card" aria-label={t('checks.comments')}>
      <div className="card__head">
        <h2>{t('checks.comments')}</h2>
      </div>
      <LoadGate query={comments} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="card__body mute">{t('checks.noComments')}</p>
          ) : (
            <ol className="check-comments">
              {items.map((comment) => (
                <li key={comment.id}>
                  <p>{comment.comment}</p>
                  <p className="second">
                    {comment.author} · {dateTime(comment.at, nowMs)}
                    {comment.kind !== 'user' && ` · ${t(`checks.commentKind.${comment.kind}`)}`}
                    {comment.expiresAt !== null &&
                      ` · ${t('checks.until', { at: dateTime(comment.expiresAt, nowMs) })}`}
                  </p>
                </li>
              ))}
            </ol>
          )
        }
      </LoadGate>
    </section>
  );
}

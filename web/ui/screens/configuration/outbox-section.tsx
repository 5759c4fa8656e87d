// Mails that no relay takes: read here, so that a new installation loses none.

import { useTranslation } from 'react-i18next';
import { useOutbox } from '../../data/rules.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { ObjectList } from './object-list.tsx';

export function OutboxSection() {
  const { t } = useTranslation();
  const nowMs = useNow(30_000);
  const outbox = useOutbox();
  return (
    <ObjectList
      title={t('configuration.sections.outbox')}
      note={t('configuration.outbox.note')}
      query={outbox}
      empty={{ title: t('configuration.outbox.none'), reason: t('configuration.outbox.noneWhy') }}
    >
      {(mails) => (
        <ul className="mail-list">
          {mails.map((mail) => (
            <li key={mail.messageId}>
              <details>
                <summary>
                  <span className="strong cut">{mail.subject}</span>
                  <span className="mute">{dateTime(mail.at, nowMs)}</span>
                  <span className="second">{t('configuration.outbox.to', { to: mail.to })}</span>
                </summary>
                <pre className="code-block">{mail.text}</pre>
              </details>
            </li>
          ))}
        </ul>
      )}
    </ObjectList>
  );
}

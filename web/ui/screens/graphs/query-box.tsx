// The query as text. What cannot be read is explained at the place where it stops making sense.

import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { parseQuery } from './query-text.ts';

interface QueryBoxProps {
  text: string;
  onCommit: (text: string) => void;
}

/** Give it the text as its key: another query from elsewhere takes the place of what was typed. */
export function QueryBox({ text, onCommit }: QueryBoxProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(text);
  const problem = useId();
  const parsed = typed.trim() === '' ? null : parseQuery(typed);
  const commit = (): void => {
    if (typed !== text && (parsed === null || parsed.ok)) onCommit(typed.trim());
  };
  const wrong = parsed !== null && !parsed.ok ? parsed : null;
  return (
    <div className="query-box">
      <label>
        <span className="query-box__label">{t('graphs.form.text')}</span>
        <input
          className="query-box__input"
          spellCheck={false}
          autoComplete="off"
          value={typed}
          placeholder='top 10 max cpu_user{host=~"web-.*"} by host'
          aria-invalid={wrong !== null}
          aria-describedby={wrong ? problem : undefined}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onBlur={commit}
          onKeyDown={(event) => {
            if (event.key === 'Enter') commit();
          }}
        />
      </label>
      {wrong && (
        <p id={problem} className="query-box__problem" role="alert">
          <code aria-hidden="true">
            {typed.slice(0, wrong.at)}
            <mark>{typed.slice(wrong.at) || ' '}</mark>
          </code>
          {t('graphs.form.misread', { at: wrong.at + 1, reason: wrong.reason })}
        </p>
      )}
    </div>
  );
}

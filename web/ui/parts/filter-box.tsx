// The filter of a list. What is typed stands in the URL as q.

import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Icon } from './icon.tsx';
import './filter-box.css';

export function FilterBox({ placeholder, name = 'q' }: { placeholder?: string; name?: string }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const label = placeholder ?? t('form.filter');
  const inAddress = params.get(name) ?? '';
  const [text, setText] = useState(inAddress);
  // The address follows the keys late when the page is busy: what it says of them is old news.
  const sent = useRef<string[]>([]);
  useEffect(() => {
    const at = sent.current.indexOf(inAddress);
    if (at >= 0) {
      sent.current.splice(0, at + 1);
      return;
    }
    sent.current = [];
    setText(inAddress);
  }, [inAddress]);
  const type = (text: string): void => {
    setText(text);
    sent.current.push(text);
    setParams(
      (before) => {
        if (text === '') before.delete(name);
        else before.set(name, text);
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  };
  return (
    <label className="filter-box">
      <Icon name="search" size={15} />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <kbd className="kbd">/</kbd>
    </label>
  );
}

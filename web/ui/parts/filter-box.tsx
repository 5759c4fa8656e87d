// The filter of a list. What is typed stands in the URL as q.

import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Icon } from './icon.tsx';
import './filter-box.css';

export function FilterBox({ placeholder, name = 'q' }: { placeholder?: string; name?: string }) {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const label = placeholder ?? t('form.filter');
  const type = (text: string): void =>
    setParams(
      (before) => {
        if (text === '') before.delete(name);
        else before.set(name, text);
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  return (
    <label className="filter-box">
      <Icon name="search" size={15} />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={params.get(name) ?? ''}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      <kbd className="kbd">/</kbd>
    </label>
  );
}

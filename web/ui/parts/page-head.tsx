// The head of a page: its one h1, a second line, and what can be done here.

import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import './page-head.css';

interface PageHeadProps {
  title: string;
  /** Beside the title: a state, a chip. */
  mark?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  /** The way up, above the title. */
  crumbs?: readonly { to: string; label: string }[];
}

export function PageHead({ title, mark, note, actions, crumbs = [] }: PageHeadProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · Plexus`;
  }, [title]);
  return (
    <header className="page-head">
      {crumbs.length > 0 && (
        <nav className="page-head__crumbs" aria-label={t('shell.breadcrumb')}>
          {crumbs.map((crumb) => (
            <Link key={crumb.to} to={crumb.to} className="quiet-link">
              {crumb.label}
            </Link>
          ))}
        </nav>
      )}
      <h1>{title}</h1>
      {mark}
      {note && <span className="page-head__note">{note}</span>}
      {actions && <div className="page-head__actions">{actions}</div>}
    </header>
  );
}

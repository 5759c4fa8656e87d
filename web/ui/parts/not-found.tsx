// An address that leads nowhere is still not a dead end.

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { EmptyState } from './empty-state.tsx';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <EmptyState
      title={t('shell.notFound')}
      reason={t('shell.notFoundWhy')}
      action={
        <Button component={Link} to="/problems" variant="filled">
          {t('shell.toProblems')}
        </Button>
      }
    />
  );
}

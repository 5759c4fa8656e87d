// Jobs: runs, and what can be run.

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link, Route, Routes } from 'react-router';
import { useMay } from '../../data/session.tsx';
import { NotFound } from '../../parts/not-found.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { ComposeScreen } from './compose-screen.tsx';
import { ReflexesTab } from './reflexes-tab.tsx';
import { ReleasesTab } from './releases-tab.tsx';
import { RunbooksTab } from './runbooks-tab.tsx';
import { RunsTab } from './runs-tab.tsx';

export default function JobsScreen() {
  return (
    <Routes>
      <Route path="new" element={<ComposeScreen />} />
      <Route path="*" element={<Views />} />
    </Routes>
  );
}

function Views() {
  const { t } = useTranslation();
  const may = useMay('operator');
  return (
    <>
      <PageHead
        title={t('jobs.title')}
        actions={
          may && (
            <Button component={Link} to="/jobs/new" variant="filled">
              {t('jobs.run')}
            </Button>
          )
        }
      />
      <Tabs
        label={t('jobs.tab.label')}
        tabs={[
          { to: '/jobs', label: t('jobs.tab.runs'), end: true },
          { to: '/jobs/runbooks', label: t('jobs.tab.runbooks') },
          { to: '/jobs/reflexes', label: t('jobs.tab.reflexes') },
          { to: '/jobs/releases', label: t('jobs.tab.releases') },
        ]}
      />
      <Routes>
        <Route index element={<RunsTab />} />
        <Route path="runbooks" element={<RunbooksTab />} />
        <Route path="reflexes" element={<ReflexesTab />} />
        <Route path="releases" element={<ReleasesTab />} />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </>
  );
}

// The episode beside the list.

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useEpisode } from '../../data/alerts.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import { SidePanel } from '../../parts/side-panel.tsx';
import { EpisodeActions } from './episode-actions.tsx';
import { EpisodeView } from './episode-view.tsx';

export default function EpisodePanel({ alertId, onClose }: { alertId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const episode = useEpisode(alertId);
  return (
    <SidePanel
      title={episode.data?.alert.title ?? ''}
      onClose={onClose}
      actions={
        <Button component={Link} to={`/problems/${alertId}`} size="xs">
          {t('problems.fullPage')}
        </Button>
      }
      footer={episode.data && <EpisodeActions alert={episode.data.alert} />}
    >
      <LoadGate query={episode} rows={8}>
        {(data) => <EpisodeView episode={data} narrow />}
      </LoadGate>
    </SidePanel>
  );
}

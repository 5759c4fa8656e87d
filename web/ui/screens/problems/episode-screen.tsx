// The episode as a page of its own: what a link in a mail opens.

import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useEpisode } from '../../data/alerts.ts';
import { LoadGate } from '../../parts/load-gate.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { StatusMark } from '../../parts/status-mark.tsx';
import { stateOfAlert } from './alert-state.ts';
import { EpisodeActions } from './episode-actions.tsx';
import { EpisodeView } from './episode-view.tsx';
import { Since } from './since.tsx';

export default function EpisodeScreen() {
  const { t } = useTranslation();
  const { alertId = '' } = useParams();
  const episode = useEpisode(alertId);
  return (
    <LoadGate query={episode} rows={10}>
      {(data) => (
        <div className="episode-screen">
          <PageHead
            title={data.alert.title}
            crumbs={[{ to: '/problems', label: t('problems.title') }]}
            mark={
              data.alert.state === 'resolved' ? (
                <StatusMark state="ok" />
              ) : (
                <StatusMark state={stateOfAlert(data.alert)} />
              )
            }
            note={<Since alert={data.alert} />}
            actions={<EpisodeActions alert={data.alert} />}
          />
          <EpisodeView episode={data} />
        </div>
      )}
    </LoadGate>
  );
}

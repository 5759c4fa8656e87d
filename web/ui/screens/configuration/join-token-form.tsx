// Makes a token for many hosts; shows its line once.

import { Button, NumberInput, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useCreateJoinToken } from '../../data/agents.ts';
import { CopyLine } from '../../parts/copy-line.tsx';
import { FormRow, ObjectForm } from '../../parts/object-form.tsx';
import { SidePanel } from '../../parts/side-panel.tsx';
import { useForm } from '../../parts/use-form.ts';

const HOUR_SEC = 3600;

export function JoinTokenForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const create = useCreateJoinToken();
  const form = useForm({ note: '', uses: 10, hours: 24, cluster: 'default', approve: true });
  if (create.data) {
    return (
      <SidePanel title={t('configuration.agents.form.title')} over="page" onClose={onClose}>
        <div className="stack">
          <p>{t('configuration.agents.form.made')}</p>
          <CopyLine text={create.data.command} label={t('configuration.agents.form.title')} />
          <div>
            <Button variant="filled" onClick={onClose}>
              {t('configuration.agents.form.done')}
            </Button>
          </div>
        </div>
      </SidePanel>
    );
  }
  const save = (): void => {
    const { note, uses, hours, cluster, approve } = form.values;
    create.mutate({ note, uses, ttlSec: Math.round(hours * HOUR_SEC), cluster: cluster.trim() || 'default', approve });
  };
  return (
    <ObjectForm
      title={t('configuration.agents.form.title')}
      submit={t('form.create')}
      error={create.error}
      busy={create.isPending}
      onSubmit={save}
      onClose={onClose}
    >
      <TextInput label={t('configuration.agents.form.note')} {...form.text('note')} />
      <FormRow>
        <NumberInput label={t('configuration.agents.form.uses')} min={1} max={100_000} {...form.number('uses')} />
        <NumberInput label={t('configuration.agents.form.hours')} min={1} max={720} {...form.number('hours')} />
        <TextInput label={t('configuration.agents.form.cluster')} required {...form.text('cluster')} />
      </FormRow>
      <Switch label={t('configuration.agents.form.approve')} {...form.flag('approve')} />
    </ObjectForm>
  );
}

// Uploading an archive, and deploying one.

import { FileInput, NumberInput, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Artifact } from '#web/contract/remediation.ts';
import { useDeploy, useUploadArtifact } from '../../data/releases.ts';
import { splitCommand } from '../../format/command-line.ts';
import { FormPart, FormRow, ObjectForm } from '../../parts/object-form.tsx';
import { TargetFields, useTargetHosts } from '../../parts/target-fields.tsx';
import { useForm } from '../../parts/use-form.ts';
import { nameFromFile } from './archive-name.ts';

export function UploadForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [file, setFile] = useState<File | null>(null);
  const form = useForm({ name: '', version: '' });
  const upload = useUploadArtifact({
    done: ({ name, version }) => t('jobs.releases.uploaded', { name, version }),
    onDone: onClose,
  });
  const choose = (chosen: File | null): void => {
    setFile(chosen);
    const guess = chosen && nameFromFile(chosen.name);
    if (guess && form.values.name === '') form.setAll(guess);
  };
  return (
    <ObjectForm
      title={t('jobs.releases.form.uploadTitle')}
      submit={t('jobs.releases.upload')}
      error={upload.error}
      busy={upload.isPending}
      onSubmit={() => file && upload.mutate({ ...form.values, file })}
      onClose={onClose}
    >
      <FileInput
        label={t('jobs.releases.form.file')}
        accept=".tar,.tar.gz,.tgz,application/gzip"
        required
        value={file}
        onChange={choose}
      />
      <FormRow>
        <TextInput
          label={t('jobs.releases.form.name')}
          required
          pattern="[A-Za-z0-9][A-Za-z0-9._\-]*"
          {...form.text('name')}
        />
        <TextInput
          label={t('jobs.releases.form.version')}
          required
          pattern="[A-Za-z0-9][A-Za-z0-9._+\-]*"
          {...form.text('version')}
        />
      </FormRow>
    </ObjectForm>
  );
}

const paths = (typed: string): string[] => typed.split(/[\s,]+/).filter(Boolean);

interface DeployFormProps {
  artifacts: readonly Artifact[];
  chosen: Artifact | null;
  onClose: () => void;
}

export function DeployForm({ artifacts, chosen, onClose }: DeployFormProps) {
  const { t } = useTranslation();
  const go = useNavigate();
  const deploy = useDeploy((runId) => void go(`/jobs/runs/${runId}`));
  const first = chosen ?? artifacts[0];
  const form = useForm({
    artifactId: first?.id ?? '',
    app: first?.name ?? '',
    deployTo: first ? `/srv/${first.name}` : '',
    target: { hostIds: [] as string[], groupIds: [] as string[] },
    keep: 5,
    linkedDirs: '',
    linkedFiles: '',
    restartCommand: '',
  });
  const { values: draft, set } = form;
  const hosts = useTargetHosts(draft.target);
  const restart = splitCommand(draft.restartCommand);
  const save = (): void =>
    deploy.mutate({
      app: draft.app.trim(),
      artifactId: draft.artifactId,
      deployTo: draft.deployTo.trim(),
      targets: draft.target,
      keep: draft.keep,
      linkedDirs: paths(draft.linkedDirs),
      linkedFiles: paths(draft.linkedFiles),
      ...(restart.length === 0 ? {} : { restartCommand: restart }),
    });
  return (
    <ObjectForm
      title={t('jobs.releases.form.deployTitle')}
      submit={t('jobs.compose.preview', { hosts: t('jobs.compose.resolved', { count: hosts.length }) })}
      error={deploy.error}
      busy={deploy.isPending}
      onSubmit={save}
      onClose={onClose}
    >
      <Select
        label={t('jobs.releases.form.archive')}
        required
        data={artifacts.map((artifact) => ({ value: artifact.id, label: `${artifact.name} ${artifact.version}` }))}
        value={draft.artifactId || null}
        onChange={(value) => set('artifactId', value ?? '')}
      />
      <FormRow>
        <TextInput label={t('jobs.releases.form.app')} required {...form.text('app')} />
        <NumberInput label={t('jobs.releases.form.keep')} min={1} max={50} {...form.number('keep')} />
      </FormRow>
      <TextInput
        label={t('jobs.releases.form.deployTo')}
        description={t('jobs.releases.form.deployToWhy')}
        required
        {...form.text('deployTo')}
      />
      <FormPart title={t('jobs.compose.where')}>
        <TargetFields value={draft.target} onChange={(target) => set('target', target)} />
        <p className="second">{hosts.map((host) => host.name).join(', ') || t('jobs.compose.nobody')}</p>
      </FormPart>
      <FormPart title={t('jobs.releases.form.linkedDirs')} why={t('jobs.releases.form.linkedWhy')}>
        <FormRow>
          <TextInput label={t('jobs.releases.form.linkedDirs')} placeholder="log, tmp" {...form.text('linkedDirs')} />
          <TextInput
            label={t('jobs.releases.form.linkedFiles')}
            placeholder="config/shop.env"
            {...form.text('linkedFiles')}
          />
        </FormRow>
      </FormPart>
      <TextInput
        label={t('jobs.releases.form.restart')}
        placeholder="systemctl restart shop"
        {...form.text('restartCommand')}
      />
    </ObjectForm>
  );
}

// Writes a runbook: its steps in order, and the inputs it asks for.

import { Button, NumberInput, Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { InputDefinition } from '#web/contract/remediation-steps.ts';
import type { Runbook } from '#web/contract/remediation.ts';
import { useChangeRunbook, useCreateRunbook, useDeleteRunbook, useRunbookVersions } from '../../data/runbooks.ts';
import { useNow } from '../../data/use-now.ts';
import { dateTime } from '../../format/time.ts';
import { personName } from '../../parts/event-words.ts';
import { Icon } from '../../parts/icon.tsx';
import { FormPart, FormRow, ObjectForm } from '../../parts/object-form.tsx';
import { InputEditor } from './input-editor.tsx';
import { draftOfStep, emptyScript, emptyService, stepOf, type StepDraft } from './step-draft.ts';
import { ScriptFields, ServiceFields } from './step-fields.tsx';
import './jobs.css';

const ON_FAILURE = ['stop', 'ignore', 'drop_host'] as const;

export function RunbookEditor({ runbook, onClose }: { runbook?: Runbook; onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(runbook?.name ?? '');
  const [description, setDescription] = useState(runbook?.description ?? '');
  const [inputs, setInputs] = useState<InputDefinition[]>(runbook?.inputs ?? []);
  const [steps, setSteps] = useState<StepDraft[]>(() => runbook?.steps.map(draftOfStep) ?? [emptyScript()]);
  const create = useCreateRunbook({ done: () => t('form.created'), onDone: onClose });
  const change = useChangeRunbook({ done: () => t('form.saved'), onDone: onClose });
  const remove = useDeleteRunbook({ done: () => t('form.deleted'), onDone: onClose });
  const save = (): void => {
    const body = { name: name.trim(), description, inputs, steps: steps.map(stepOf) };
    if (runbook) change.mutate({ id: runbook.id, change: { ...body, version: runbook.version } });
    else create.mutate(body);
  };
  const setStep = (at: number, step: StepDraft): void =>
    setSteps((before) => before.map((old, index) => (index === at ? step : old)));
  return (
    <ObjectForm
      title={runbook ? t('jobs.runbooks.form.titleEdit', { name: runbook.name }) : t('jobs.runbooks.form.titleNew')}
      submit={runbook ? t('form.save') : t('form.create')}
      error={create.error ?? change.error}
      busy={create.isPending || change.isPending}
      onSubmit={save}
      onClose={onClose}
      remove={
        runbook && {
          name: runbook.name,
          why: t('jobs.runbooks.form.usedByReflex'),
          busy: remove.isPending,
          act: () => remove.mutate(runbook.id),
        }
      }
    >
      <TextInput
        label={t('jobs.runbooks.form.name')}
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={t('jobs.runbooks.form.description')}
        autosize
        minRows={2}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <FormPart title={t('jobs.runbooks.form.steps')}>
        {steps.map((step, at) => (
          <StepEditor
            key={at}
            at={at}
            step={step}
            onChange={(next) => setStep(at, next)}
            onRemove={
              steps.length > 1 ? () => setSteps((before) => before.filter((_, index) => index !== at)) : undefined
            }
          />
        ))}
        <div className="dashed-buttons">
          <Button size="xs" onClick={() => setSteps((before) => [...before, emptyScript()])}>
            {t('jobs.runbooks.form.addScript')}
          </Button>
          <Button size="xs" onClick={() => setSteps((before) => [...before, emptyService()])}>
            {t('jobs.runbooks.form.addService')}
          </Button>
        </div>
      </FormPart>
      <InputEditor inputs={inputs} onChange={setInputs} />
      {runbook && <Versions runbook={runbook} onRestore={(drafts, old) => (setSteps(drafts), setInputs(old))} />}
    </ObjectForm>
  );
}

interface StepEditorProps {
  at: number;
  step: StepDraft;
  onChange: (step: StepDraft) => void;
  onRemove: (() => void) | undefined;
}

function StepEditor({ at, step, onChange, onRemove }: StepEditorProps) {
  const { t } = useTranslation();
  return (
    <div className="step-editor">
      <div className="step-editor__head">
        <h2 className="heading">{t('jobs.page.step', { n: at + 1 })}</h2>
        {onRemove && (
          <button
            type="button"
            className="icon-button"
            onClick={onRemove}
            aria-label={t('jobs.runbooks.form.removeStep', { n: at + 1 })}
          >
            <Icon name="trash" size={15} />
          </button>
        )}
      </div>
      {step.type === 'script' ? (
        <ScriptFields draft={step} onChange={onChange} />
      ) : (
        <ServiceFields draft={step} onChange={onChange} />
      )}
      <FormRow>
        <TextInput
          label={t('jobs.runbooks.form.stepName')}
          value={step.name}
          onChange={(event) => onChange({ ...step, name: event.currentTarget.value })}
        />
        <NumberInput
          label={t('jobs.runbooks.form.stepTimeout')}
          suffix={` ${t('form.seconds')}`}
          min={1}
          max={86_400}
          value={step.timeoutSec ?? ''}
          onChange={(value) => onChange({ ...step, timeoutSec: typeof value === 'number' ? value : null })}
        />
        <Select
          label={t('jobs.runbooks.form.onFailure')}
          data={ON_FAILURE.map((value) => ({ value, label: t(`jobs.runbooks.form.${value}`) }))}
          value={step.onFailure}
          onChange={(value) => onChange({ ...step, onFailure: ON_FAILURE.find((word) => word === value) ?? 'stop' })}
        />
      </FormRow>
    </div>
  );
}

interface VersionsProps {
  runbook: Runbook;
  onRestore: (steps: StepDraft[], inputs: InputDefinition[]) => void;
}

function Versions({ runbook, onRestore }: VersionsProps) {
  const { t } = useTranslation();
  const nowMs = useNow(60_000);
  const versions = useRunbookVersions(runbook.id, runbook.version > 1);
  const older = (versions.data?.items ?? []).filter((version) => version.version !== runbook.version);
  if (older.length === 0) return null;
  return (
    <FormPart title={t('jobs.runbooks.form.versions')}>
      {older.map((version) => (
        <div key={version.version} className="step-editor__head">
          <span className="second">
            {t('jobs.runbooks.form.savedBy', {
              version: version.version,
              by: personName(version.savedBy),
              at: dateTime(version.savedAt, nowMs),
            })}
          </span>
          <Button size="xs" onClick={() => onRestore(version.steps.map(draftOfStep), version.inputs)}>
            {t('jobs.runbooks.form.restore')}
          </Button>
        </div>
      ))}
    </FormPart>
  );
}

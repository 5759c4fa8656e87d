// Composes a run: what, where, how; shows whom it touches before anything starts.

import { Button, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useSearchParams } from 'react-router';
import type { RunCreate, Runbook } from '#web/contract/remediation.ts';
import { useRunbooks } from '../../data/runbooks.ts';
import { useCreateRun } from '../../data/runs.ts';
import { ConfirmBlast } from '../../parts/confirm-blast.tsx';
import { FormRow } from '../../parts/object-form.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { TargetFields, useTargetHosts, type TargetIds } from '../../parts/target-fields.tsx';
import { InputFields, inputDefaults } from './input-fields.tsx';
import { emptyScript, emptyService, stepOf, type StepDraft } from './step-draft.ts';
import { ScriptFields, ServiceFields } from './step-fields.tsx';
import './jobs.css';

const EXPIRES_SEC = ['60', '300', '3600', '86400'] as const;
const NAMES_SHOWN = 60;

export function ComposeScreen() {
  const { t } = useTranslation();
  const go = useNavigate();
  const [params] = useSearchParams();
  const runbooks = useRunbooks();
  const [what, setWhat] = useState<'script' | 'service' | 'runbook'>(params.has('runbook') ? 'runbook' : 'script');
  const [script, setScript] = useState<StepDraft>(emptyScript);
  const [service, setService] = useState<StepDraft>(emptyService);
  const [runbookId, setRunbookId] = useState(params.get('runbook'));
  const [typedInputs, setTypedInputs] = useState<Record<string, string>>({});
  const [targets, setTargets] = useState<TargetIds>({
    hostIds: (params.get('hosts') ?? '').split(',').filter(Boolean),
    groupIds: (params.get('groups') ?? '').split(',').filter(Boolean),
  });
  const [how, setHow] = useState({ title: '', concurrency: 50, timeoutSec: 60, expiresSec: '300' });
  const [asking, setAsking] = useState(false);
  const hosts = useTargetHosts(targets);
  const create = useCreateRun({ onDone: (run) => void go(`/jobs/runs/${run.id}`) });

  const runbook = runbooks.data?.items.find((entry) => entry.id === runbookId);
  const inputs = { ...inputDefaults(runbook?.inputs ?? []), ...typedInputs };
  const step = what === 'script' ? script : service;
  const complete =
    what === 'runbook'
      ? runbook !== undefined
      : step.type === 'script'
        ? step.script.trim() !== ''
        : step.service.trim() !== '';
  const run = (): void => {
    const body: RunCreate = {
      targets,
      concurrency: how.concurrency,
      timeoutSec: how.timeoutSec,
      expiresSec: Number(how.expiresSec),
      ...(how.title.trim() === '' ? {} : { title: how.title.trim() }),
      ...(what === 'runbook' && runbook ? { runbookId: runbook.id, inputs } : { steps: [stepOf(step)] }),
    };
    create.mutate(body, { onError: () => setAsking(false) });
  };

  return (
    <>
      <PageHead title={t('jobs.compose.title')} crumbs={[{ to: '/jobs', label: t('jobs.title') }]} />
      <div className="compose">
        <div className="stack">
          <section className="card">
            <SegmentedControl
              aria-label={t('jobs.compose.what')}
              value={what}
              onChange={(value) => setWhat(value === 'service' || value === 'runbook' ? value : 'script')}
              data={[
                { value: 'script', label: t('jobs.compose.script') },
                { value: 'service', label: t('jobs.compose.service') },
                { value: 'runbook', label: t('jobs.compose.runbook') },
              ]}
            />
            {what === 'script' && <ScriptFields draft={script} onChange={setScript} rows={12} />}
            {what === 'service' && <ServiceFields draft={service} onChange={setService} />}
            {what === 'runbook' && (
              <RunbookFields
                runbooks={runbooks.data?.items ?? []}
                chosen={runbook}
                onChoose={setRunbookId}
                inputs={inputs}
                onInput={(name, value) => setTypedInputs((before) => ({ ...before, [name]: value }))}
              />
            )}
          </section>
          <section className="card">
            <h2>{t('jobs.compose.how')}</h2>
            <FormRow>
              <NumberInput
                label={t('jobs.compose.concurrency')}
                min={1}
                max={10_000}
                value={how.concurrency}
                onChange={(value) => typeof value === 'number' && setHow({ ...how, concurrency: value })}
              />
              <NumberInput
                label={t('jobs.compose.timeout')}
                suffix={` ${t('form.seconds')}`}
                min={1}
                max={86_400}
                value={how.timeoutSec}
                onChange={(value) => typeof value === 'number' && setHow({ ...how, timeoutSec: value })}
              />
              <Select
                label={t('jobs.compose.expires')}
                data={EXPIRES_SEC.map((sec) => ({ value: sec, label: t(`jobs.compose.minutes.${sec}`) }))}
                value={how.expiresSec}
                onChange={(value) => value && setHow({ ...how, expiresSec: value })}
              />
            </FormRow>
            <TextInput
              label={t('jobs.compose.titleField')}
              placeholder={t('jobs.compose.titleWhy')}
              value={how.title}
              onChange={(event) => setHow({ ...how, title: event.currentTarget.value })}
            />
          </section>
        </div>
        <section className="card compose__go">
          <h2>{t('jobs.compose.where')}</h2>
          <TargetFields value={targets} onChange={setTargets} />
          <TargetSummary hosts={hosts} />
          {create.error && (
            <p className="tone-crit" role="alert">
              {create.error.message}
            </p>
          )}
          <Button variant="filled" fullWidth disabled={!complete || hosts.length === 0} onClick={() => setAsking(true)}>
            {t('jobs.compose.preview', { hosts: t('jobs.compose.resolved', { count: hosts.length }) })}
          </Button>
        </section>
      </div>
      {asking && (
        <ConfirmBlast
          title={t('jobs.compose.confirmTitle')}
          confirm={t('jobs.compose.confirm')}
          names={hosts.map((host) => host.name)}
          busy={create.isPending}
          onConfirm={run}
          onClose={() => setAsking(false)}
        >
          <pre className="code-block" style={{ maxHeight: 220 }}>
            {what === 'runbook'
              ? runbook?.name
              : step.type === 'script'
                ? step.script
                : `${step.action} ${step.service}`}
          </pre>
        </ConfirmBlast>
      )}
    </>
  );
}

function TargetSummary({ hosts }: { hosts: ReturnType<typeof useTargetHosts> }) {
  const { t } = useTranslation();
  if (hosts.length === 0) return <p className="mute">{t('jobs.compose.nobody')}</p>;
  const noAgent = hosts.filter((host) => host.agentIds.length === 0).length;
  const silent = hosts.filter((host) => host.reporting === 'down').length;
  return (
    <div aria-live="polite">
      <p className="compose__big">{t('jobs.compose.resolved', { count: hosts.length })}</p>
      <p className="compose__names">
        {hosts
          .slice(0, NAMES_SHOWN)
          .map((host) => host.name)
          .join(', ')}
        {hosts.length > NAMES_SHOWN && ` ${t('blast.more', { count: hosts.length - NAMES_SHOWN })}`}
      </p>
      {noAgent > 0 && <p className="tone-warn small">{t('jobs.compose.noAgent', { count: noAgent })}</p>}
      {silent > 0 && <p className="tone-warn small">{t('jobs.compose.silent', { count: silent })}</p>}
    </div>
  );
}

interface RunbookFieldsProps {
  runbooks: readonly Runbook[];
  chosen: Runbook | undefined;
  onChoose: (id: string | null) => void;
  inputs: Record<string, string>;
  onInput: (name: string, value: string) => void;
}

function RunbookFields({ runbooks, chosen, onChoose, inputs, onInput }: RunbookFieldsProps) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        label={t('jobs.compose.runbook')}
        placeholder={t(runbooks.length === 0 ? 'jobs.compose.noRunbooks' : 'jobs.compose.pickRunbook')}
        searchable
        data={runbooks.map((runbook) => ({ value: runbook.id, label: runbook.name }))}
        value={chosen?.id ?? null}
        onChange={onChoose}
      />
      {chosen?.description && <p className="mute">{chosen.description}</p>}
      {chosen && <InputFields definitions={chosen.inputs} values={inputs} onChange={onInput} />}
    </>
  );
}

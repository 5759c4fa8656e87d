// Brings a result by hand, as a plugin would print it.

import { Button, Modal, Select, Textarea } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckDetail } from '#web/contract/checks.ts';
import { useSubmitResult } from '../../data/check-actions.ts';

const STATES = {
  service: ['ok', 'warning', 'critical', 'unknown'],
  host: ['up', 'down', 'unreachable'],
} as const;
type ResultState = (typeof STATES)['service' | 'host'][number];

export function SubmitResultDialog({ check, onClose }: { check: CheckDetail; onClose: () => void }) {
  const { t } = useTranslation();
  const states: readonly ResultState[] = STATES[check.object];
  const [state, setState] = useState<ResultState>(states[0] ?? 'ok');
  const [output, setOutput] = useState('');
  const submit = useSubmitResult(check.id, { done: () => t('checks.submit.done'), onDone: onClose });
  const send = (event: FormEvent): void => {
    event.preventDefault();
    submit.mutate({ state, output });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('checks.submit.title')}
      size={520}
      closeButtonProps={{ 'aria-label': t('panel.close') }}
    >
      <form className="words-dialog" onSubmit={send}>
        <p className="mute">{t('checks.submit.why', { name: check.name })}</p>
        {submit.error && (
          <p className="object-form__error" role="alert">
            {submit.error.message}
          </p>
        )}
        <Select
          label={t('checks.column.state')}
          allowDeselect={false}
          data={states.map((value) => ({ value, label: t(`checks.stateName.${value}`) }))}
          value={state}
          onChange={(value) => setState(states.find((one) => one === value) ?? state)}
        />
        <Textarea
          label={t('checks.column.output')}
          description={t('checks.submit.outputWhy')}
          placeholder="DISK OK - 41 GiB free | used=41%;80;90"
          autosize
          minRows={3}
          data-code
          spellCheck={false}
          value={output}
          onChange={(event) => setOutput(event.currentTarget.value)}
        />
        <div className="words-dialog__foot">
          <Button onClick={onClose}>{t('form.cancel')}</Button>
          <Button type="submit" variant="filled" loading={submit.isPending}>
            {t('checks.submit.send')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

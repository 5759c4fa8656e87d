// Plans a downtime: for what, when, why; what it would keep quiet is shown while it is written.

import { NumberInput, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePlanDowntime } from '../../data/downtimes.ts';
import { FormPart, FormRow, ObjectForm } from '../../parts/object-form.tsx';
import { useForm } from '../../parts/use-form.ts';
import { orderOf, previewOf, type DowntimeDraft } from './downtime-draft.ts';
import { KindPick } from './kind-pick.tsx';
import { ReachPreview } from './reach-preview.tsx';
import { TargetPart } from './target-part.tsx';

export function DowntimeForm({ draft: initial, onClose }: { draft: DowntimeDraft; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm(initial);
  const { values: draft, set } = form;
  const plan = usePlanDowntime({
    done: ({ planned }) => t('downtime.form.planned', { count: planned }),
    onDone: onClose,
  });
  const order = orderOf(draft);
  return (
    <ObjectForm
      title={t('downtime.form.title')}
      submit={t('downtime.form.plan')}
      error={plan.error}
      busy={plan.isPending}
      onSubmit={() => order && plan.mutate(order)}
      onClose={onClose}
    >
      <Textarea
        label={t('downtime.form.reason')}
        required
        autosize
        minRows={2}
        maxLength={2000}
        {...form.text('comment')}
      />
      <TargetPart value={draft} onChange={(change) => form.setAll((before) => ({ ...before, ...change }))} />
      <FormPart title={t('downtime.form.when')}>
        <FormRow>
          <TextInput type="datetime-local" label={t('downtime.form.from')} required {...form.text('from')} />
          <TextInput
            type="datetime-local"
            label={t('downtime.form.to')}
            required
            min={draft.from}
            {...form.text('to')}
          />
        </FormRow>
        <KindPick value={draft.kind} onChange={(kind) => set('kind', kind)} />
        {draft.kind === 'flexible' && (
          <NumberInput label={t('downtime.form.minutes')} min={1} max={527_040} {...form.number('minutes')} />
        )}
      </FormPart>
      <ReachPreview order={previewOf(draft)} />
    </ObjectForm>
  );
}

// Writes a downtime that repeats.

import { NumberInput, Switch, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RecurringDowntime } from '#web/contract/downtimes.ts';
import { useChangeRecurring, useCreateRecurring, useDeleteRecurring } from '../../data/downtimes.ts';
import { ObjectForm } from '../../parts/object-form.tsx';
import { useForm } from '../../parts/use-form.ts';
import { KindPick } from './kind-pick.tsx';
import { recurringDraftOf, recurringOrderOf } from './recurring-draft.ts';
import { SchedulePart } from './schedule-part.tsx';
import { TargetPart } from './target-part.tsx';

const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

export function RecurringEditor({ recurring, onClose }: { recurring: RecurringDowntime | null; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm(recurringDraftOf(recurring, ownZone()));
  const { values: draft, set } = form;
  const create = useCreateRecurring({ done: () => t('form.created'), onDone: onClose });
  const change = useChangeRecurring({ done: () => t('downtime.recurring.saved'), onDone: onClose });
  const remove = useDeleteRecurring({ done: () => t('form.deleted'), onDone: onClose });
  const save = (): void => {
    const order = recurringOrderOf(draft);
    if (!order) return;
    if (recurring) change.mutate({ id: recurring.id, change: { ...order, version: recurring.version } });
    else create.mutate(order);
  };
  const merge = (part: Partial<typeof draft>): void => form.setAll((before) => ({ ...before, ...part }));
  return (
    <ObjectForm
      title={recurring ? t('downtime.recurring.titleEdit', { name: recurring.name }) : t('downtime.recurring.title')}
      submit={recurring ? t('form.save') : t('form.create')}
      error={create.error ?? change.error}
      busy={create.isPending || change.isPending}
      onSubmit={save}
      onClose={onClose}
      remove={
        recurring
          ? {
              ...{ name: recurring.name, why: t('downtime.recurring.deleteWhy'), busy: remove.isPending },
              act: () => remove.mutate(recurring.id),
            }
          : undefined
      }
    >
      <TextInput label={t('downtime.recurring.name')} required maxLength={200} {...form.text('name')} />
      <SchedulePart zone={draft.zone} days={draft.days} onChange={merge} />
      <KindPick value={draft.kind} onChange={(kind) => set('kind', kind)} />
      {draft.kind === 'flexible' && (
        <NumberInput label={t('downtime.form.minutes')} min={1} max={527_040} {...form.number('minutes')} />
      )}
      <TargetPart value={draft} onChange={merge} />
      <Textarea
        label={t('downtime.form.reason')}
        required
        autosize
        minRows={2}
        maxLength={2000}
        {...form.text('comment')}
      />
      <Switch
        label={t('downtime.recurring.enabled')}
        description={t('downtime.recurring.enabledWhy')}
        {...form.flag('enabled')}
      />
    </ObjectForm>
  );
}

// What a view is called.

import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export interface ViewNames {
  name: string;
  description: string;
}

export function ViewFields({ value, onChange }: { value: ViewNames; onChange: (value: ViewNames) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t('graphs.view.name')}
        required
        maxLength={200}
        value={value.name}
        onChange={(event) => onChange({ ...value, name: event.currentTarget.value })}
      />
      <TextInput
        label={t('graphs.view.description')}
        maxLength={2000}
        value={value.description}
        onChange={(event) => onChange({ ...value, description: event.currentTarget.value })}
      />
    </>
  );
}

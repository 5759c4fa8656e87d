// Files or a folder of this computer, read as text in the browser.

import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SentText } from './report-lines.ts';

const WANTED = { nagios: /\.cfg$/, yaml: /\.ya?ml$/ };

interface FileInputsProps {
  kind: 'nagios' | 'yaml';
  files: readonly SentText[];
  onChange: (files: SentText[]) => void;
}

export function FileInputs({ kind, files, onChange }: FileInputsProps) {
  const { t } = useTranslation();
  const take = async (list: FileList | null): Promise<void> => {
    const wanted = [...(list ?? [])].filter(({ name }) => WANTED[kind].test(name));
    onChange(
      await Promise.all(
        wanted.map(async (file) => ({ name: file.webkitRelativePath || file.name, text: await file.text() })),
      ),
    );
  };
  const bytes = files.reduce((sum, { text }) => sum + text.length, 0);
  return (
    <div className="objects-files">
      <label>
        <span>{t('objects.wizard.folder')}</span>
        <input
          type="file"
          ref={(input) => input?.setAttribute('webkitdirectory', '')}
          onChange={(event) => void take(event.currentTarget.files)}
        />
      </label>
      <label>
        <span>{t('objects.wizard.files')}</span>
        <input type="file" multiple onChange={(event) => void take(event.currentTarget.files)} />
      </label>
      {files.length === 0 ? (
        <span className="second">{t('objects.wizard.limits')}</span>
      ) : (
        <span>
          {t('objects.wizard.chosen', { count: files.length, size: Math.ceil(bytes / 1024).toLocaleString() })}{' '}
          <Button size="xs" onClick={() => onChange([])}>
            {t('objects.wizard.forget')}
          </Button>
        </span>
      )}
    </div>
  );
}

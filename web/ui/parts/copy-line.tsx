// A line to copy: a command, a token.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { later } from '../data/browser-clock.ts';
import { Icon } from './icon.tsx';
import './copy-line.css';

const SHOW_COPIED_MS = 1800;

export function CopyLine({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    later(SHOW_COPIED_MS, () => setCopied(false));
  };
  return (
    <div className="copy-line">
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
      {/* Browsers offer the clipboard only to pages over TLS or from this machine. */}
      {'clipboard' in navigator && (
        <Button size="xs" data-autofocus leftSection={<Icon name="copy" size={14} />} onClick={() => void copy()}>
          {t(copied ? 'form.copied' : 'form.copy')}
        </Button>
      )}
    </div>
  );
}

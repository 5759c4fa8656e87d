// Asks before something dangerous: says exactly what and how many it touches, by name.
// Above a number of hosts the number has to be typed.

import { Button, Modal, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import './confirm-blast.css';

// Enough to make one stop and think, few enough not to be in the way of daily work.
const TYPE_ABOVE = 20;
const NAMES_SHOWN = 12;

interface ConfirmBlastProps {
  title: string;
  /** What happens, in one sentence. */
  children: ReactNode;
  /** Names of what is touched. */
  names?: readonly string[];
  confirm: string;
  danger?: boolean;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmBlast(props: ConfirmBlastProps) {
  const { t } = useTranslation();
  const { names = [] } = props;
  const [typed, setTyped] = useState('');
  const mustType = names.length > TYPE_ABOVE;
  const ready = !mustType || typed.trim() === String(names.length);
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      size={460}
      closeButtonProps={{ 'aria-label': t('panel.close') }}
    >
      <div className="confirm-blast">
        <div>{props.children}</div>
        {names.length > 0 && (
          <p className="confirm-blast__names">
            <b>{t('blast.hosts', { count: names.length })}</b> {names.slice(0, NAMES_SHOWN).join(', ')}
            {names.length > NAMES_SHOWN && ` ${t('blast.more', { count: names.length - NAMES_SHOWN })}`}
          </p>
        )}
        {mustType && (
          <TextInput
            label={t('blast.type', { count: names.length })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            inputMode="numeric"
          />
        )}
        <div className="confirm-blast__foot">
          <Button onClick={props.onClose} data-autofocus={!mustType || undefined}>
            {t('blast.cancel')}
          </Button>
          <Button
            variant="filled"
            {...(props.danger ? { color: 'red' } : {})}
            disabled={!ready}
            loading={props.busy ?? false}
            onClick={props.onConfirm}
          >
            {props.confirm}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

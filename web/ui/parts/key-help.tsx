// What the keyboard can do, opened with "?".

import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import './key-help.css';

const KEYS = [
  ['g p', 'problems'],
  ['g h', 'hosts'],
  ['g c', 'checks'],
  ['g d', 'graphs'],
  ['g t', 'timeline'],
  ['g j', 'jobs'],
  ['g o', 'configuration'],
  ['j k', 'rows'],
  ['Enter', 'open'],
  ['x', 'select'],
  ['a', 'acknowledge'],
  ['c', 'comment'],
  ['d', 'downtime'],
  ['r', 'runNow'],
  ['v', 'view'],
  ['/', 'filter'],
  ['Ctrl K', 'palette'],
  ['[ ]', 'moveTime'],
  ['+ -', 'zoomTime'],
  ['Esc', 'close'],
  ['?', 'help'],
] as const;

export default function KeyHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('keys.title')}
      size={440}
      closeButtonProps={{ 'aria-label': t('panel.close') }}
    >
      <dl className="key-help">
        {KEYS.map(([keys, name]) => (
          <div key={name}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd className="kbd" key={key}>
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{t(`keys.does.${name}`)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}

// A panel at the right edge: the list stays visible beside it. Takes the focus when it
// opens, closes on Escape, and gives the focus back where it was.

import { useEffect, useRef, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { Icon } from './icon.tsx';
import { useShortcuts } from './shortcuts.ts';
import './side-panel.css';

interface SidePanelProps {
  title: string;
  /** Beside the close button. */
  actions?: ReactNode;
  footer?: ReactNode;
  /** Forms lie over the page; a panel that one only reads leaves it usable. */
  over?: 'page' | 'nothing';
  onClose: () => void;
  children: ReactNode;
}

export function SidePanel({ title, actions, footer, over = 'nothing', onClose, children }: SidePanelProps) {
  const { t } = useTranslation();
  const panel = useRef<HTMLDivElement>(null);
  useShortcuts({
    Escape: () => {
      // In a form the first Escape only leaves the field: one key must not throw away what was typed.
      const field = document.activeElement;
      if (over === 'page' && field instanceof HTMLElement && field.matches('input, textarea, select'))
        panel.current?.focus();
      else onClose();
    },
  });
  useEffect(() => {
    const before = document.activeElement;
    const field = panel.current?.querySelector<HTMLElement>(
      '[data-autofocus], .side-panel__body input, .side-panel__body textarea',
    );
    (over === 'page' && field ? field : panel.current)?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, [over]);
  return createPortal(
    <>
      {over === 'page' && <div className="side-panel__veil" aria-hidden="true" />}
      <div
        ref={panel}
        className="side-panel"
        role="dialog"
        aria-modal={over === 'page'}
        aria-label={title}
        tabIndex={-1}
        onKeyDown={(event) => over === 'page' && keepFocusInside(event.nativeEvent, panel.current)}
      >
        <div className="side-panel__head">
          <h2>{title}</h2>
          <div className="side-panel__actions">
            {actions}
            <button type="button" className="icon-button" onClick={onClose} aria-label={t('panel.close')}>
              <Icon name="close" />
            </button>
          </div>
        </div>
        <div className="side-panel__body">{children}</div>
        {footer && <div className="side-panel__foot">{footer}</div>}
      </div>
    </>,
    document.body,
  );
}

function keepFocusInside(event: KeyboardEvent, panel: HTMLElement | null): void {
  if (event.key !== 'Tab' || !panel) return;
  const stops = [...panel.querySelectorAll<HTMLElement>('a[href], button:not(:disabled), input, textarea, select')];
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge && document.activeElement !== panel) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}

// An empty place says why it is empty and offers the next step.

import type { ReactNode } from 'react';
import './empty-state.css';

export function EmptyState({ title, reason, action }: { title: string; reason?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty-state">
      <p className="empty-state__title">{title}</p>
      {reason && <p className="empty-state__reason">{reason}</p>}
      {action && <div className="empty-state__action">{action}</div>}
    </div>
  );
}

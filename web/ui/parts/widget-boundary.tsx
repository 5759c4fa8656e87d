// Keeps one broken widget from taking the page with it.

import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export class WidgetBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}

function Broken({ error }: { error: Error }) {
  const { t } = useTranslation();
  return (
    <div className="load-failure" role="alert">
      <p className="strong">{t('load.broken')}</p>
      <p className="second">{error.message}</p>
    </div>
  );
}

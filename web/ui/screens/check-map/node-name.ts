// What a node of the map is called.

import { useTranslation } from 'react-i18next';
import type { MapNode } from '#web/contract/check-views.ts';

export function useNodeName(): (node: MapNode) => string {
  const { t } = useTranslation();
  return (node) => (node.kind === 'leaves' ? t('form.hostCount', { count: node.count }) : node.name);
}

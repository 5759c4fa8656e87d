// What a node of the map is called, and what stands under its name.

import { useTranslation } from 'react-i18next';
import type { MapNode } from '#web/contract/check-views.ts';

interface NodeWords {
  name: string;
  note: string;
  /** Both, and the state, as one line to be read aloud. */
  spoken: string;
}

export function useNodeWords(): (node: MapNode) => NodeWords {
  const { t } = useTranslation();
  return ({ kind, name, state, problems, count }) => {
    const word = t(`state.word.${state}`);
    if (kind === 'leaves') {
      const [hosts, note] = [t('form.hostCount', { count }), t('checks.map.notUp', { count: problems })];
      return { name: hosts, note, spoken: `${hosts}, ${word}, ${note}` };
    }
    const what = kind === 'check' ? t('checks.map.check') : word;
    const note = problems > 0 ? `${what} · ${t('checks.map.problems', { count: problems })}` : what;
    return { name, note, spoken: kind === 'check' ? `${name}, ${word}, ${note}` : `${name}, ${note}` };
  };
}

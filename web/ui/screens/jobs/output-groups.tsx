// Hosts that printed the same text are one line; the ones that differ come first.

import { useTranslation } from 'react-i18next';
import type { OutputGroup, RunDetail } from '#web/contract/remediation.ts';
import { useTaskOutput } from '../../data/runs.ts';
import { toneOfRun } from '../../parts/tone.ts';
import { phaseCounts } from './run-accounting.ts';

const NAMES_SHOWN = 3;
const LINES_SHOWN = 3;

interface OutputGroupsProps {
  run: RunDetail;
  chosen: string | null;
  onChoose: (taskId: string) => void;
}

export function OutputGroups({ run, chosen, onChoose }: OutputGroupsProps) {
  const { t } = useTranslation();
  const counts = phaseCounts(run.accounting);
  const out = counts.running + counts.waiting;
  return (
    <section className="card">
      <div className="card__head">
        <h2>{t('jobs.page.outputGrouped')}</h2>
      </div>
      {run.outputGroups.map((group) => (
        <GroupRow key={`${group.step} ${group.hash}`} run={run} group={group} chosen={chosen} onChoose={onChoose} />
      ))}
      {out > 0 && <p className="second output-groups__out">{t('jobs.page.stillOut', { count: out })}</p>}
    </section>
  );
}

function GroupRow({ run, group, chosen, onChoose }: OutputGroupsProps & { group: OutputGroup }) {
  const { t } = useTranslation();
  const first = group.taskIds[0] ?? '';
  const output = useTaskOutput(run.id, first);
  const lines = (output.data?.chunks ?? [])
    .map((chunk) => chunk.text)
    .join('')
    .trimEnd()
    .split('\n');
  const names = group.hostNames.slice(0, NAMES_SHOWN).join(', ');
  const more = group.hostNames.length - NAMES_SHOWN;
  return (
    <button
      type="button"
      className="output-group"
      aria-pressed={chosen !== null && group.taskIds.includes(chosen)}
      onClick={() => onChoose(first)}
    >
      <span>
        <span className={`chip chip--${toneOfRun(group.status)}`}>
          {t('jobs.page.hostsCount', { count: group.hostNames.length })}
        </span>
        {run.stepCount > 1 && <span className="second"> {t('jobs.page.step', { n: group.step + 1 })}</span>}
      </span>
      <code className="output-group__text">
        {lines.join('') === '' ? (
          <span className="mute">{t('jobs.page.noOutput')}</span>
        ) : (
          lines.slice(-LINES_SHOWN).join('\n')
        )}
      </code>
      <span className="second output-group__who">
        {group.hostNames.length === run.accounting.expected && run.accounting.expected > 1
          ? t('jobs.page.sameOnAll')
          : `${names}${more > 0 ? ` +${more}` : ''}`}
      </span>
    </button>
  );
}

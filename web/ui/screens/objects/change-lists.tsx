// What applying a set makes, changes and deletes, with the values of changed checks.

import { useTranslation } from 'react-i18next';
import type { SetOutcome } from '#web/contract/objects.ts';

const SHOWN = 100;
type Changes = SetOutcome['changes'];
type CheckLine = Changes['checks']['created'][number];

export function ChangeLists({ outcome }: { outcome: SetOutcome }) {
  const { t } = useTranslation();
  const { hosts, checks } = outcome.changes;
  const name = ({ hostName, object, name: called }: CheckLine): string =>
    object === 'host' ? t('objects.outcome.hostCheck', { host: hostName }) : `${hostName} / ${called}`;
  const lists: { title: string; count: number; lines: string[] }[] = [
    { title: t('objects.outcome.hosts.created'), count: hosts.counts.created, lines: hosts.created },
    { title: t('objects.outcome.hosts.joined'), count: hosts.counts.joined, lines: hosts.joined },
    { title: t('objects.outcome.checks.created'), count: checks.counts.created, lines: checks.created.map(name) },
    { title: t('objects.outcome.checks.deleted'), count: checks.counts.deleted, lines: checks.deleted.map(name) },
    { title: t('objects.outcome.hosts.left'), count: hosts.counts.left, lines: hosts.left },
  ].filter(({ count }) => count > 0);
  const isEmpty = lists.length === 0 && checks.counts.changed === 0;
  return (
    <div className="card objects-part">
      <h2>{t('objects.outcome.changes')}</h2>
      {isEmpty && <p className="second">{t('objects.outcome.nothing')}</p>}
      {checks.counts.changed > 0 && (
        <details open>
          <summary>
            {t('objects.outcome.checks.changed')} <span className="num">{checks.counts.changed}</span>
          </summary>
          <ul className="objects-lines">
            {checks.changed.slice(0, SHOWN).map((line, at) => (
              <li key={at}>
                <span>{name(line)}</span>
                <span>
                  {line.values.map((value) => (
                    <code key={value.name} className="objects-excerpt">
                      {t('objects.outcome.value', {
                        name: value.name,
                        before: JSON.stringify(value.before),
                        after: JSON.stringify(value.after),
                        interpolation: { escapeValue: false },
                      })}
                    </code>
                  ))}
                </span>
              </li>
            ))}
          </ul>
          <More shown={Math.min(SHOWN, checks.changed.length)} count={checks.counts.changed} />
        </details>
      )}
      {lists.map(({ title, count, lines }) => (
        <details key={title} open={count <= 12}>
          <summary>
            {title} <span className="num">{count}</span>
          </summary>
          <ul className="objects-names">
            {lines.slice(0, SHOWN).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <More shown={Math.min(SHOWN, lines.length)} count={count} />
        </details>
      ))}
      {checks.counts.unchanged > 0 && (
        <p className="second">
          {t('objects.outcome.checks.unchanged')} <span className="num">{checks.counts.unchanged}</span>
        </p>
      )}
    </div>
  );
}

function More({ shown, count }: { shown: number; count: number }) {
  const { t } = useTranslation();
  if (shown >= count) return null;
  return <p className="second">{t('objects.outcome.moreLines', { count: count - shown })}</p>;
}

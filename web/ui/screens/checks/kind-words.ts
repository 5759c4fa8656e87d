// What kinds of checks are called: in our words where we have them, else as the server calls them.

import { useTranslation } from 'react-i18next';
import { useCheckKinds } from '../../data/checks.ts';

const KIND_FAMILIES = {
  network: ['http', 'tcp', 'ping', 'dns', 'smtp', 'ssh', 'ntp', 'snmp', 'sql'],
  plugin: ['plugin', 'nrpe', 'agent_plugin'],
  metrics: ['metric', 'composite', 'self'],
  agent: ['agent_service', 'agent_process', 'agent_clock'],
  outside: ['heartbeat', 'passive'],
} as const;

export type KindFamily = keyof typeof KIND_FAMILIES | 'other';
export type KnownKind = (typeof KIND_FAMILIES)[keyof typeof KIND_FAMILIES][number];

const KNOWN: readonly string[] = Object.values(KIND_FAMILIES).flat();

export const isKnownKind = (kind: string): kind is KnownKind => KNOWN.includes(kind);

/** Kinds in our order, each under its family; those that we have no word for come last. */
export function inFamilies<Kind extends { kind: string }>(
  kinds: readonly Kind[],
): { family: KindFamily; kinds: Kind[] }[] {
  const families = Object.entries(KIND_FAMILIES).map(([family, names]) => ({
    family: family as KindFamily,
    kinds: names.flatMap((name) => kinds.filter(({ kind }) => kind === name)),
  }));
  const others = kinds.filter(({ kind }) => !isKnownKind(kind));
  return [...families, { family: 'other' as const, kinds: others }].filter((entry) => entry.kinds.length > 0);
}

export function useKindTitle(): (kind: string) => string {
  const { t } = useTranslation();
  const kinds = useCheckKinds().data?.items;
  return (kind) =>
    isKnownKind(kind) ? t(`checks.kind.${kind}`) : (kinds?.find((one) => one.kind === kind)?.title ?? kind);
}

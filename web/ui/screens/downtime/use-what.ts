// How much a downtime is about, in words.

import { useTranslation } from 'react-i18next';

export function useWhat(): (of: { hosts: number; services: number }) => string {
  const { t } = useTranslation();
  return ({ hosts, services }) =>
    services > 0 ? t('downtime.services', { count: services }) : t('downtime.hosts', { count: hosts });
}

// Availability of checks and hosts over a time.

import type { AvailabilityPeriods, AvailabilityReport, CheckAvailability } from '#web/contract/availability.ts';
import type { QueryValue } from './api-client.ts';
import { useApiQuery } from './use-api-query.ts';

export const useAvailability = (query: Record<string, QueryValue>) =>
  useApiQuery<AvailabilityReport>('availability', '/availability', query, { keepPrevious: true });

export const useAvailabilityPeriods = () => useApiQuery<AvailabilityPeriods>('availability', '/availability/periods');

export const useCheckAvailability = (checkId: string) =>
  useApiQuery<CheckAvailability>('availability', `/checks/${checkId}/availability`);

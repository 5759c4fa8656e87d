// Settings of the embedded metric history: how long each resolution is kept. What
// InfluxDB keeps is set up in InfluxDB.

import type { SettingParser, SettingReader } from '#kernel/config-reader.ts';
import { DAY_SEC, DEFAULT_RETENTION, type Retention } from '#store/history/embedded/tiers.ts';

export interface HistorySetting {
  retention: Retention;
}

const LONGEST_DAYS = 3650;

/** Whole days, because files are dropped by days. */
const daysSetting: SettingParser<number> = (text) =>
  /^[1-9]\d{0,3}$/.test(text) && Number(text) <= LONGEST_DAYS
    ? { ok: true, value: Number(text) }
    : { ok: false, accepted: `whole days, 1 to ${LONGEST_DAYS},` };

export function readHistory(reader: SettingReader): HistorySetting {
  const secOf = (name: string, fallbackSec: number): number =>
    reader.read(`history.retention.${name}`, daysSetting, fallbackSec / DAY_SEC).value * DAY_SEC;
  return {
    retention: {
      rawSec: secOf('rawDays', DEFAULT_RETENTION.rawSec),
      m1Sec: secOf('minuteDays', DEFAULT_RETENTION.m1Sec),
      m10Sec: secOf('tenMinuteDays', DEFAULT_RETENTION.m10Sec),
      h1Sec: secOf('hourDays', DEFAULT_RETENTION.h1Sec),
    },
  };
}

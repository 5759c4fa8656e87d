import { expect, test } from 'vitest';
import { readSettings } from '#app/settings.ts';

const DAY_SEC = 86_400;

test('raw two days, minutes two weeks, ten minutes ninety days, hours two years', () => {
  expect(readSettings({}).history.retention).toEqual({
    rawSec: 2 * DAY_SEC,
    m1Sec: 14 * DAY_SEC,
    m10Sec: 90 * DAY_SEC,
    h1Sec: 730 * DAY_SEC,
  });
});

test('each may be set', () => {
  const { retention } = readSettings({
    PLEXUS_HISTORY_RETENTION_RAW_DAYS: '7',
    PLEXUS_HISTORY_RETENTION_HOUR_DAYS: '3650',
  }).history;
  expect(retention).toMatchObject({ rawSec: 7 * DAY_SEC, m1Sec: 14 * DAY_SEC, h1Sec: 3650 * DAY_SEC });
});

for (const wrong of ['0', '-1', '1.5', '2d', '3651', 'forever']) {
  test(`${wrong} is refused with what is accepted`, () => {
    expect(() => readSettings({ PLEXUS_HISTORY_RETENTION_MINUTE_DAYS: wrong })).toThrow(
      /PLEXUS_HISTORY_RETENTION_MINUTE_DAYS.*whole days, 1 to 3650/,
    );
  });
}

// Temperatures of the chips that the kernel knows: hwmon first, thermal zones where
// a machine has none. Source: Documentation/hwmon/sysfs-interface.rst.

import { createMeasuredSource, gauge, type Measured, type MeasuredSource } from './measured-source.ts';
import type { ListFolder, ReadText } from './proc-reader.ts';

const HWMON = '/sys/class/hwmon';
const THERMAL = '/sys/class/thermal';
const MOST_SENSORS = 64;
// A sensor that is not wired answers with the end of its scale.
const isPlausible = (celsius: number): boolean => celsius > -60 && celsius < 200;

const inOrder = (names: readonly string[]): string[] =>
  names.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));

interface Sensor {
  label: string;
  file: string;
}

export const createTemperatureSource = (readText: ReadText, list: ListFolder): MeasuredSource =>
  createMeasuredSource(async () => {
    const chips = await hwmonSensors(readText, list);
    const sensors = (chips.length > 0 ? chips : await thermalZones(readText, list)).slice(0, MOST_SENSORS);
    const texts = await Promise.all(sensors.map(({ file }) => readText(file)));
    return sensors.flatMap(({ label }, index): Measured[] => {
      const text = texts[index]?.trim();
      const celsius = text === undefined || !/^-?\d+$/.test(text) ? undefined : Number(text) / 1000;
      if (celsius === undefined || !isPlausible(celsius)) return [];
      return [
        [gauge(`temp_${label}`, `Temperature of ${label}`, { fmt: '%.1f', units: 'C', group: 'temperature' }), celsius],
      ];
    });
  });

async function hwmonSensors(readText: ReadText, list: ListFolder): Promise<Sensor[]> {
  const sensors: Sensor[] = [];
  for (const chip of inOrder(await list(HWMON))) {
    const name = (await readText(`${HWMON}/${chip}/name`))?.trim() ?? chip;
    for (const file of inOrder(await list(`${HWMON}/${chip}`))) {
      const input = /^(temp\d+)_input$/.exec(file)?.[1];
      if (input === undefined || sensors.length >= MOST_SENSORS) continue;
      const label = (await readText(`${HWMON}/${chip}/${input}_label`))?.trim();
      // Two disks are two chips of one name; the chip's own number tells them apart.
      const taken = sensors.some((sensor) => sensor.label === `${name}_${label ?? input}`);
      sensors.push({
        label: `${name}_${label ?? input}${taken ? `_${chip}` : ''}`,
        file: `${HWMON}/${chip}/${file}`,
      });
    }
  }
  return sensors;
}

async function thermalZones(readText: ReadText, list: ListFolder): Promise<Sensor[]> {
  const zones = inOrder(await list(THERMAL)).filter((name) => name.startsWith('thermal_zone'));
  return Promise.all(
    zones.map(async (zone) => ({
      label: `${(await readText(`${THERMAL}/${zone}/type`))?.trim() ?? 'zone'}_${zone.replace('thermal_zone', '')}`,
      file: `${THERMAL}/${zone}/temp`,
    })),
  );
}

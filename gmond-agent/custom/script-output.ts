// What an executable printed, as metrics: the output of a Nagios plugin, or lines of
// name, value and unit. Pure; bounded by the caller's limits on bytes.

import { parsePerfdata, type PerfdataMetric } from '#wire/perfdata.ts';
import type { ExtraElement } from '#wire/gmond-packet.ts';
import { parsePluginOutput } from '#wire/plugin-output.ts';
import { cleanName } from '../samplers/measured-source.ts';

export interface CustomValue {
  name: string;
  value: number | string;
  units: string;
  /** A counter that only grows. */
  counts: boolean;
  /** Thresholds and range, where a plugin told them. */
  extra: ExtraElement[];
}

export interface ScriptOutput {
  values: CustomValue[];
  /** Lines or perfdata that could not be read; what came after the most that are taken counts too. */
  malformed: number;
  /** The first of them, to be shown. */
  example?: string;
}

export const MOST_PER_SCRIPT = 200;
const LONGEST_UNIT = 32;

// A status word at the front, as in "DISK OK - free space": what a plugin without perfdata prints.
const PLUGIN_STATUS = /^(?:[\w-]+ ){0,3}(?:OK|WARNING|CRITICAL|UNKNOWN)\b/;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const NAME = /^[A-Za-z_][A-Za-z0-9_.:-]*$/;

/** `script` names what a plugin's label belongs to: `disk` and `/var` make `disk_var`. */
export function parseScriptOutput(
  script: string,
  output: Uint8Array | string,
  exitCode: number | undefined,
): ScriptOutput {
  const plugin = parsePluginOutput(output);
  const isPlugin = plugin.perfdata !== '' || PLUGIN_STATUS.test(plugin.short);
  return isPlugin ? fromPlugin(script, plugin.perfdata, exitCode) : fromLines(output);
}

function fromPlugin(script: string, perfdata: string, exitCode: number | undefined): ScriptOutput {
  const { metrics, skipped } = parsePerfdata(perfdata);
  const known = metrics.filter((metric): metric is PerfdataMetric & { value: number } => metric.value !== null);
  const values = known.slice(0, MOST_PER_SCRIPT - 1).map((metric): CustomValue => ({
    name: cleanName(`${script}_${metric.label === '/' ? 'rootfs' : metric.label.replace(/^\//, '')}`),
    value: metric.value,
    units: metric.uom === 'c' ? '' : metric.uom.slice(0, LONGEST_UNIT),
    counts: metric.uom === 'c',
    extra: rangesOf(metric),
  }));
  // Codes beyond 3 mean UNKNOWN, and so does none: it was killed.
  const state = exitCode !== undefined && exitCode >= 0 && exitCode <= 3 ? exitCode : 3;
  values.push({ name: `${script}_state`, value: state, units: '', counts: false, extra: [] });
  const left = skipped + known.length + 1 - values.length;
  return { values, malformed: left, ...(left > 0 && { example: perfdata.slice(0, 80) }) };
}

const rangesOf = ({ warn, crit, min, max }: PerfdataMetric): ExtraElement[] =>
  Object.entries({ WARN: warn, CRIT: crit, MIN: min, MAX: max }).flatMap(([key, value]): ExtraElement[] =>
    value === null ? [] : [[key, String(value).slice(0, LONGEST_UNIT)]],
  );

function fromLines(output: Uint8Array | string): ScriptOutput {
  const text = typeof output === 'string' ? output : Buffer.from(output).toString('utf8');
  const values = new Map<string, CustomValue>();
  let malformed = 0;
  let example: string | undefined;
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const value = fromLine(trimmed);
    if (value !== undefined && values.size < MOST_PER_SCRIPT) values.set(value.name, value);
    else {
      malformed++;
      example ??= trimmed.slice(0, 80);
    }
  }
  return { values: [...values.values()], malformed, ...(example !== undefined && { example }) };
}

function fromLine(line: string): CustomValue | undefined {
  const [, name = '', rest = ''] = /^(\S+)\s+(.+)$/.exec(line) ?? [];
  if (!NAME.test(name)) return undefined;
  const common = { name: cleanName(name), counts: false, extra: [] };
  const [, first = '', unit = ''] = /^(\S+)\s*(.*)$/.exec(rest) ?? [];
  if (NUMBER.test(first) && Number.isFinite(Number(first)))
    return { ...common, value: Number(first), units: unit.slice(0, LONGEST_UNIT) };
  // Words that a number was meant to be: a chart of nothing helps nobody.
  if (/^[-+]?(nan|inf(inity)?)$/i.test(first)) return undefined;
  return { ...common, value: rest.replace(/^"(.*)"$/, '$1'), units: '' };
}

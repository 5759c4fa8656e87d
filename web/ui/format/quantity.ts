// Writes numbers with their unit as an operator reads them: "84 MB/s", "2.4", "1,310".

interface Quantity {
  number: string;
  unit: string;
}

const SI = ['', 'k', 'M', 'G', 'T', 'P'];
const IEC = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** Units of the default Ganglia metric set and of Nagios perfdata that are scaled, with the base they count in. */
const SCALED: Record<string, { unit: string; factor: number; prefixes: readonly string[]; base: number }> = {
  'bytes/sec': { unit: 'B/s', factor: 1, prefixes: SI, base: 1000 },
  'packets/sec': { unit: '/s', factor: 1, prefixes: SI, base: 1000 },
  bytes: { unit: 'B', factor: 1, prefixes: IEC, base: 1024 },
  b: { unit: 'B', factor: 1, prefixes: IEC, base: 1024 },
  kb: { unit: 'B', factor: 1024, prefixes: IEC, base: 1024 },
  mb: { unit: 'B', factor: 1024 * 1024, prefixes: IEC, base: 1024 },
  // gmond reports disk sizes in units of 10^9 bytes (ganglia libmetrics, linux/metrics.c).
  gb: { unit: 'B', factor: 1e9, prefixes: SI, base: 1000 },
};

const withDigits = (digits: number) => new Intl.NumberFormat('en', { maximumFractionDigits: digits });
// Making a format takes a thousand times as long as using it.
const FORMATS = [withDigits(0), withDigits(1), withDigits(2), withDigits(3)] as const;

/** Three significant digits, thousands separated: 0.043, 2.4, 38, 1,310. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  const digits = size === 0 || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return FORMATS[digits].format(value);
}

export function quantityOf(value: number, unit: string): Quantity {
  const scale = SCALED[unit.trim().toLowerCase()];
  if (!scale) return { number: formatNumber(value), unit: unitWord(unit) };
  let scaled = value * scale.factor;
  let step = 0;
  while (Math.abs(scaled) >= scale.base && step < scale.prefixes.length - 1) {
    scaled /= scale.base;
    step += 1;
  }
  return { number: formatNumber(scaled), unit: `${scale.prefixes[step] ?? ''}${scale.unit}` };
}

/** "84 MB/s", with a no-break space. */
export function formatQuantity(value: number, unit: string): string {
  const quantity = quantityOf(value, unit);
  return quantity.unit === '' ? quantity.number : `${quantity.number}\u00a0${quantity.unit}`;
}

/** Units as people write them; a count needs none. */
function unitWord(unit: string): string {
  const plain = unit.trim();
  return plain === ' ' || plain === '' || plain === 'CPUs' || plain === 'count' ? '' : plain;
}

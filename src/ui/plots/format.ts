/**
 * Numbers as people read them, the same way everywhere: thousands parted by a thin space, SI letters for
 * large counts, powers of ten for tiny values, a true minus sign, and "–" for what is not a number. Every
 * rounded number is shown beside `formatExact` in a title, so nothing is lost. Knows no unit of the lab.
 */
import { format as d3Format } from 'd3';
import { groupDigits } from '../../base/number_text';

/** Narrow no-break space: parts groups of digits and number from unit without breaking the line. */
export const THIN = '\u202f';
const MINUS = '\u2212';
const NOTHING = '–';

const PREFIXES: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** All digits of an integer (rounded): "1 536 000". Four digits stay together: "4096". */
export function formatInteger(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  return Math.abs(value) < 9999.5 ? ungrouped(value) : grouped(value);
}

/** A running count in steady width: "950", "42 300", "1 198 k", "150 M". */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  if (size < 1e5) return formatInteger(value);
  if (size < 1e7) return `${grouped(value / 1e3)}${THIN}k`;
  return formatSi(value);
}

/** Three significant digits with an SI letter: "1.5 M", "412 k", "38". */
export function formatSi(value: number, significant = 3): string {
  if (!Number.isFinite(value)) return notFinite(value);
  for (const [unit, letter] of PREFIXES) {
    // Rounded first: 999 950 is 1 M, not 1 000 k.
    if (Math.abs(Number(value.toPrecision(significant))) >= unit) {
      return `${trimmed(value / unit, significant)}${THIN}${letter}`;
    }
  }
  return formatNumber(value, significant);
}

/**
 * A quantity: "0.976", "43", "12 400", "3.0e-4". Integers stay whole; others keep their trailing zeros, so
 * that the width holds still while a value changes; below 0.001 a power of ten.
 */
export function formatNumber(value: number, significant = 3): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e6) return formatSi(value, significant);
  if (Number.isInteger(value) || size >= 10 ** (significant - 1)) return formatInteger(value);
  if (size < 1e-3) return formatScientific(value, Math.min(significant, 2));
  // The decimals are those of the rounded value: 9.999 becomes 10.0, not 10.00.
  const rounded = Number(size.toPrecision(significant));
  const text = rounded.toFixed(Math.max(0, significant - 1 - Math.floor(Math.log10(rounded))));
  return value < 0 ? MINUS + text : text;
}

/** A fixed number of decimals, for columns that change: "0.976", "−1.20". */
export function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** "3.0e-3": a power of ten that can be typed back. */
export function formatScientific(value: number, significant = 2): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value === 0) return '0';
  const text = Math.abs(value)
    .toExponential(significant - 1)
    .replace('e+', 'e');
  return value < 0 ? MINUS + text : text;
}

/** A share as percent with three significant digits: "1.09 %", "37.2 %", "100 %", "0.02 %". */
export function formatPercent(share: number, significant = 3): string {
  if (!Number.isFinite(share)) return notFinite(share);
  const percent = share * 100;
  const size = Math.abs(percent);
  if (size !== 0 && size < 0.01) return `<${THIN}0.01${THIN}%`;
  const decimals =
    size >= 99.95 ? 0 : Math.max(0, significant - 1 - Math.floor(Math.log10(size || 1)));
  return `${formatFixed(percent, size === 0 ? 0 : Math.min(2, decimals))}${THIN}%`;
}

/** Bytes in binary megabytes as GPUs count them: "412 MiB", "1.2 GiB". */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return notFinite(bytes);
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let [value, index] = [bytes, 0];
  while (Math.abs(value) >= 1023.5 && index < units.length - 1) {
    value /= 1024;
    index++;
  }
  return `${index === 0 ? formatInteger(value) : trimmed(value, 3)}${THIN}${units[index] ?? ''}`;
}

/** A time span in seconds: "85 ms", "3.2 s", "4 min 05 s", "2 h 10 min". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return notFinite(seconds);
  if (seconds < 0.9995) return `${trimmed(seconds * 1e3, 2)}${THIN}ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)}${THIN}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${THIN}s`;
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0
    ? `${hours}${THIN}h ${pad(minutes)}${THIN}min`
    : `${minutes}${THIN}min ${pad(whole % 60)}${THIN}s`;
}

/** Every digit that the number holds, for title tooltips. */
export function formatExact(value: number): string {
  return Number.isFinite(value) ? String(value).replace('-', MINUS) : notFinite(value);
}

const precise = new Map<number, (value: number) => string>();

/** Significant digits without trailing zeros, for axis ends and counts. */
export function trimmed(value: number, significant: number): string {
  let formatter = precise.get(significant);
  if (formatter === undefined) {
    formatter = d3Format(`.${significant}~r`);
    precise.set(significant, formatter);
  }
  const text = formatter(value);
  return /^\W?\d{5,}$/.test(text) ? formatInteger(value) : text;
}

function ungrouped(value: number): string {
  const digits = Math.abs(Math.round(value)).toFixed(0);
  return Math.round(value) < 0 ? MINUS + digits : digits;
}

function grouped(value: number): string {
  return groupDigits(ungrouped(value), THIN);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return NOTHING;
  return value > 0 ? '∞' : `${MINUS}∞`;
}

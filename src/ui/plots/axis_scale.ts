/**
 * The arithmetic of an axis: ends rounded outwards, few ticks, and their texts. d3 scales do the mapping;
 * this adds what small live charts need: ends on 1-2-5 steps of a log axis instead of whole decades, ticks
 * that never crowd, and one SI letter for all labels of an axis. Knows no data and no page.
 */
import { largest } from '../../base/array';
import { scaleLinear, scaleLog, tickFormat, ticks as d3Ticks } from 'd3';
import { formatScientific, formatSi, THIN, trimmed } from './format';
import type { Column, ScaleKind } from './props';

/** Maps values to pixels and back. */
export interface AxisScale {
  (value: number): number;
  invert(pixel: number): number;
}

export type Ends = readonly [number, number];

export function axisScale(kind: ScaleKind, domain: Ends, range: Ends): AxisScale {
  const scale = kind === 'log' ? scaleLog() : scaleLinear();
  return scale.domain([...domain]).range([...range]);
}

/**
 * Least and greatest finite value (above 0 on a log axis) of `y` at indices [start, end), null when none is.
 */
export function extentOf(y: Column, kind: ScaleKind, start = 0, end = y.length): Ends | null {
  let [low, high] = [Infinity, -Infinity];
  for (let i = start; i < end; i++) {
    const value = y[i] ?? Number.NaN;
    if (!Number.isFinite(value) || (kind === 'log' && value <= 0)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}

/** Ends rounded outwards to round numbers, so that a live axis moves in rare steps. Never empty. */
export function niceEnds(kind: ScaleKind, [low, high]: Ends): Ends {
  if (kind === 'log') {
    const ends: Ends = [roundLog(low, Math.floor), roundLog(high, Math.ceil)];
    return ends[0] < ends[1] ? ends : [ends[0] / 2, ends[1] * 2];
  }
  if (low === high) {
    const pad = low === 0 ? 1 : Math.abs(low) / 2;
    return niceEnds(kind, [low - pad, high + pad]);
  }
  const [a = low, b = high] = scaleLinear().domain([low, high]).nice(4).domain();
  return [a, b];
}

/** At most about `count` ticks inside the domain; only whole numbers where `whole`, for counts of things. */
export function axisTicks(
  kind: ScaleKind,
  [low, high]: Ends,
  count: number,
  whole = false,
): readonly number[] {
  if (kind === 'linear') {
    // A step of (high − low) / count that is at least 1 is rounded to a whole 1, 2 or 5 times a power of ten.
    return d3Ticks(low, high, whole ? Math.max(1, Math.min(count, Math.floor(high - low))) : count);
  }
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const decades = last - first + 1;
  if (decades >= Math.min(count, 3)) {
    const step = Math.max(1, Math.ceil(decades / Math.max(1, count)));
    const ticks: number[] = [];
    for (let e = last; e >= first; e -= step) ticks.unshift(10 ** e);
    return ticks;
  }
  const ticks: number[] = [];
  for (let e = first - 1; e <= last; e++) {
    for (const lead of [1, 2, 5]) {
      const value = Number(`${lead}e${e}`);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) ticks.push(value);
    }
  }
  return ticks.length > count + 1 ? ticks.filter((_, i) => i % 2 === 0) : ticks;
}

/** Texts of the ticks of one axis, all with the same SI letter on a linear axis. */
export function tickTexts(kind: ScaleKind, ticks: readonly number[]): readonly string[] {
  if (kind === 'log') return ticks.map(logText);
  const size = largest(ticks.map(Math.abs), 0);
  if (size === 0) return ticks.map(String);
  if (size < 1e-3) return ticks.map((tick) => formatScientific(tick, 2));
  const [unit, letter] =
    size >= 1e9 ? [1e9, 'G'] : size >= 1e6 ? [1e6, 'M'] : size >= 1e4 ? [1e3, 'k'] : [1, ''];
  const [first = 0, last = 0] = [ticks[0], ticks[ticks.length - 1]];
  const format = tickFormat(first / unit, last / unit, Math.max(1, ticks.length - 1));
  return ticks.map((tick) => {
    if (tick === 0) return '0';
    const text = letter === '' ? format(tick).replace(',', '') : trimmed(tick / unit, 4);
    return letter === '' ? text : `${text}${THIN}${letter}`;
  });
}

function logText(value: number): string {
  if (value >= 1e4) return formatSi(value);
  return value < 1e-3 ? formatScientific(value, 1) : String(Number(value.toPrecision(3)));
}

function roundLog(value: number, round: (x: number) => number): number {
  const exponent = Math.floor(Math.log10(value) + 1e-12);
  const lead = value / 10 ** exponent;
  const steps = [1, 2, 5, 10];
  const index =
    round === Math.floor
      ? steps.findLastIndex((step) => step <= lead * (1 + 1e-9))
      : steps.findIndex((step) => step >= lead * (1 - 1e-9));
  return Number(`${steps[Math.max(0, index)] ?? 1}e${exponent}`);
}

/**
 * The colours of data. Models and runs take the tokens --m1 … --m8 of theme.css in the order they are
 * added; units (groups, atoms, categories) take slots of a palette made by farthest-point sampling in
 * OKLab under normal and colour-blind vision; quantities take sequential and cyclic scales.
 * Every colour of a point or a line keeps 3:1 against the panel in its theme. Must not know what is drawn.
 */
import { at } from '../../base/array';
import {
  clamp,
  hexOfOklab,
  insideSrgb,
  mixColors,
  oklabDistance,
  oklabOfHex,
  type Triple,
} from './color_space';

export type Theme = 'light' | 'dark';

/** A colour for each position 0 … 1. */
export type ColorScale = (t: number) => string;

export const MODEL_COLORS = 8;

/** Colour of the model or run at `index` (from 0); the ninth starts over, so add a dash there. */
export function modelColor(index: number): string {
  return `var(--m${(index % MODEL_COLORS) + 1})`;
}

/** The same colours in both themes, for whoever must compare them: --m1 … --m8 of theme.css. */
export const MODELS: Record<Theme, readonly string[]> = {
  light: '#3456c8 #c2571a #23998f #86135f #9c7bf0 #5a5000 #0f3d2e #77697a'.split(' '),
  dark: '#7f9bff #f09a5f #1fd0d2 #b3567c #7a63c4 #ffdc4f #aef5cf #96929c'.split(' '),
};

/** The panel's surface, where the weak end of sequential scales disappears; --panel of theme.css. */
export const PANEL: Record<Theme, string> = { light: '#ffffff', dark: '#1a1c1f' };

/** Grey of points that no unit owns; --mark of theme.css. */
export const UNOWNED: Record<Theme, string> = { light: '#8d9097', dark: '#737781' };

/** Slots of the first round, which are far apart; later rounds repeat them, turned. */
export const UNIT_COLORS = 32;

const UNITS: Record<Theme, readonly string[]> = {
  light: (
    '#4e79a7 #d2620f #3f8f47 #9c0151 #682dac #a974f7 #cc4394 #655401 ' +
    '#036169 #bc848a #96615e #585edd #0ea09d #058dfa #814b86 #af2f02 ' +
    '#8992c1 #01569c #9646c0 #1b7548 #e74d6d #857004 #c72c53 #959100 ' +
    '#cd6eb8 #784542 #028380 #8f0f7c #27a833 #9b7090 #729871 #9a7a51'
  ).split(' '),
  dark: (
    '#6fa3d8 #f28e2b #67b560 #c54476 #0ff6f1 #cae758 #8b5dce #fea6c1 ' +
    '#9b7304 #078e7d #de70c6 #99c8ff #c1908c #05cbc6 #ead5ab #867094 ' +
    '#4ee494 #24922d #0482c0 #df5e3b #bf9bfe #f7b902 #5686f2 #a3ba92 ' +
    '#fac0ff #879269 #ffae85 #71aba8 #9a6e62 #a4c025 #8982c6 #f46a82'
  ).split(' '),
};

/** Lightness range of shifted unit colours, inside which 3:1 against the panel holds. */
const UNIT_LIGHTNESS: Record<Theme, readonly [number, number]> = {
  light: [0.42, 0.64],
  dark: [0.6, 0.94],
};

const unitCache: Record<Theme, string[]> = { light: [], dark: [] };

/**
 * Colour of a unit's slot. The first 32 slots are far apart; later rounds repeat them turned in hue and
 * shifted in lightness, so that hundreds of slots are all different though no longer nameable.
 */
export function unitColor(slot: number, theme: Theme): string {
  const known = unitCache[theme][slot];
  if (known !== undefined) return known;
  const base = UNITS[theme];
  const round = Math.floor(slot / base.length);
  const color =
    round === 0 ? at(base, slot) : turned(at(base, slot % base.length), slot, round, theme);
  unitCache[theme][slot] = color;
  return color;
}

/** A colour of the first round turned in hue by `round`, at a lightness that depends on the slot. */
function turned(hex: string, slot: number, round: number, theme: Theme): string {
  const [, a, b] = oklabOfHex(hex);
  const [low, high] = UNIT_LIGHTNESS[theme];
  // Multiples of the golden ratio spread evenly, however many slots there are.
  const lightness = low + (high - low) * ((slot * 0.6180339887) % 1);
  const angle = round * 0.6;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return hexOfOklab([lightness, a * cos - b * sin, a * sin + b * cos]);
}

/** From the panel's surface (0) to a colour (1), for shares and small matrices. */
export function sequentialScale(color: string, theme: Theme): ColorScale {
  return tabulated((t) => mixColors(PANEL[theme], color, t));
}

/** One hue family of rising weight for points on the panel; even its weak end keeps 3:1. */
export function valueScale(theme: Theme): ColorScale {
  return theme === 'light' ? LIGHT_VALUES : DARK_VALUES;
}

/**
 * Colours of angles: t and t + 1 are the same. A hue circle whose lightness falls from green to red, so that
 * it stays a simple closed loop for red–green deficient eyes; steps are equal in OKLab arc length.
 */
export function cyclicScale(theme: Theme): ColorScale {
  return theme === 'light' ? LIGHT_CYCLE : DARK_CYCLE;
}

const STEPS = 256;

/** A scale as a table, because colours are asked for thousands of times per frame; NaN gives the low end. */
function tabulated(scale: ColorScale): ColorScale {
  const table = Array.from({ length: STEPS }, (_, i) => scale(i / (STEPS - 1)));
  return (t) => at(table, Math.round(clamp(t || 0, 0, 1) * (STEPS - 1)));
}

/** A line through OKLab given by lightness, chroma and hue (degrees) at both ends. */
function ramp(from: Triple, to: Triple): ColorScale {
  return tabulated((t) => {
    const mix = (i: 0 | 1 | 2) => from[i] + (to[i] - from[i]) * t;
    const hue = (mix(2) * Math.PI) / 180;
    return hexOfOklab([mix(0), mix(1) * Math.cos(hue), mix(1) * Math.sin(hue)]);
  });
}

function cycle(lightness: number, swing: number, chroma: number): ColorScale {
  const fine = Array.from({ length: 4 * STEPS + 1 }, (_, i) => {
    const angle = (i / (4 * STEPS)) * 2 * Math.PI;
    const a = Math.cos(angle);
    return insideSrgb([lightness - swing * a, chroma * a, chroma * Math.sin(angle)]);
  });
  // Measured before rounding to bytes, which would drown such small steps.
  const lengths = [0];
  for (let i = 1; i < fine.length; i++) {
    lengths.push(at(lengths, i - 1) + oklabDistance(at(fine, i - 1), at(fine, i)));
  }
  const total = at(lengths, lengths.length - 1);
  let cursor = 0;
  const table = Array.from({ length: STEPS }, (_, i) => {
    while (at(lengths, cursor + 1) < (i / STEPS) * total) cursor++;
    return hexOfOklab(at(fine, cursor));
  });
  return (t) => at(table, Math.floor((t - Math.floor(t)) * STEPS) % STEPS);
}

const LIGHT_VALUES = ramp([0.65, 0.1, 205], [0.28, 0.16, 285]);
const DARK_VALUES = ramp([0.55, 0.13, 285], [0.93, 0.1, 175]);
const LIGHT_CYCLE = cycle(0.555, 0.095, 0.15);
const DARK_CYCLE = cycle(0.75, 0.11, 0.13);

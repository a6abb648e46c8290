/**
 * The colour mathematics behind the palettes: sRGB, OKLab (perceptual distance), WCAG contrast and the
 * simulation of colour-vision deficiency. Pure functions on hex strings; knows no theme and no page.
 * Sources: OKLab, B. Ottosson 2020; contrast, WCAG 2.2; deficiency, Machado, Oliveira & Fernandes 2009
 * (severity 1.0, applied in linear light).
 */

export type Triple = readonly [number, number, number];

export type Deficiency = 'protanopia' | 'deuteranopia' | 'tritanopia';

export const DEFICIENCIES: readonly Deficiency[] = ['protanopia', 'deuteranopia', 'tritanopia'];

const DEFICIENCY: Record<Deficiency, readonly [Triple, Triple, Triple]> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Red, green and blue (0 … 255) of "#rrggbb". */
function rgbOfHex(hex: string): Triple {
  const bits = Number.parseInt(hex.slice(1), 16);
  return [bits >> 16, (bits >> 8) & 255, bits & 255];
}

/** "#rrggbb" of red, green and blue (0 … 255, rounded and clamped). */
function hexOfRgb(rgb: Triple): string {
  const byte = (value: number) =>
    Math.round(clamp(value, 0, 255))
      .toString(16)
      .padStart(2, '0');
  return `#${byte(rgb[0])}${byte(rgb[1])}${byte(rgb[2])}`;
}

/** Relative luminance, 0 … 1. */
function luminance(hex: string): number {
  const [r, g, b] = linearOfHex(hex);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** WCAG contrast ratio of two colours, 1 … 21. */
export function contrast(a: string, b: string): number {
  const [la, lb] = [luminance(a), luminance(b)];
  return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05);
}

/** The colour as somebody with this deficiency sees it. */
export function simulate(hex: string, deficiency: Deficiency): string {
  const linear = linearOfHex(hex);
  const [red, green, blue] = DEFICIENCY[deficiency];
  return hexOfLinear([dot(red, linear), dot(green, linear), dot(blue, linear)]);
}

/** Lightness (0 … 1) and the green–red and blue–yellow axes. */
export function oklabOfHex(hex: string): Triple {
  const rgb = linearOfHex(hex);
  const l = Math.cbrt(dot([0.4122214708, 0.5363325363, 0.0514459929], rgb));
  const m = Math.cbrt(dot([0.2119034982, 0.6806995451, 0.1073969566], rgb));
  const s = Math.cbrt(dot([0.0883024619, 0.2817188376, 0.6299787005], rgb));
  return [
    dot([0.2104542553, 0.793617785, -0.0040720468], [l, m, s]),
    dot([1.9779984951, -2.428592205, 0.4505937099], [l, m, s]),
    dot([0.0259040371, 0.7827717662, -0.808675766], [l, m, s]),
  ];
}

/** The nearest displayable colour: lightness and hue stay, chroma is reduced until it fits sRGB. */
export function insideSrgb(lab: Triple): Triple {
  const [lightness, a, b] = lab;
  const inside = (scale: number) =>
    linearOfOklab([lightness, a * scale, b * scale]).every((c) => c >= -1e-4 && c <= 1.0001);
  if (inside(1)) return lab;
  let [low, high] = [0, 1];
  while (high - low > 1e-3) {
    const middle = (low + high) / 2;
    if (inside(middle)) low = middle;
    else high = middle;
  }
  return [lightness, a * low, b * low];
}

/** A colour in OKLab for normal eyes and for each deficiency. */
export function seenBy(hex: string): readonly Triple[] {
  return [hex, ...DEFICIENCIES.map((deficiency) => simulate(hex, deficiency))].map(oklabOfHex);
}

/** "#rrggbb" of the nearest displayable colour. */
export function hexOfOklab(lab: Triple): string {
  return hexOfLinear(linearOfOklab(insideSrgb(lab)));
}

/**
 * Euclidean distance in OKLab; about 0.02 is just noticeable side by side.
 * @internal The tests of the palettes measure with it.
 */
export function colorDistance(a: string, b: string): number {
  return oklabDistance(oklabOfHex(a), oklabOfHex(b));
}

export function oklabDistance(p: Triple, q: Triple): number {
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

/** The colour at `t` (0 … 1) on the straight OKLab line from `a` to `b`. */
export function mixColors(a: string, b: string, t: number): string {
  const [p, q] = [oklabOfHex(a), oklabOfHex(b)];
  const mix = (i: 0 | 1 | 2) => p[i] + (q[i] - p[i]) * t;
  return hexOfOklab([mix(0), mix(1), mix(2)]);
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

function linearOfHex(hex: string): Triple {
  const [r, g, b] = rgbOfHex(hex);
  const linear = (byte: number) => {
    const c = byte / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [linear(r), linear(g), linear(b)];
}

function hexOfLinear(rgb: Triple): string {
  const byte = (value: number) => {
    const c = clamp(value, 0, 1);
    return 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);
  };
  return hexOfRgb([byte(rgb[0]), byte(rgb[1]), byte(rgb[2])]);
}

function linearOfOklab(lab: Triple): Triple {
  const l = dot([1, 0.3963377774, 0.2158037573], lab) ** 3;
  const m = dot([1, -0.1055613458, -0.0638541728], lab) ** 3;
  const s = dot([1, -0.0894841775, -1.291485548], lab) ** 3;
  return [
    dot([4.0767416621, -3.3077115913, 0.2309699292], [l, m, s]),
    dot([-1.2684380046, 2.6097574011, -0.3413193965], [l, m, s]),
    dot([-0.0041960863, -0.7034186147, 1.707614701], [l, m, s]),
  ];
}

function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** The colours of theme.css and of the palettes: what can be read, and what can be told apart, by whom. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { at } from '../../../src/base/array';
import { colorDistance, contrast, simulate } from '../../../src/ui/plots/color_space';
import {
  cyclicScale,
  MODEL_COLORS,
  MODELS,
  PANEL,
  sequentialScale,
  unitColor,
  UNOWNED,
  valueScale,
  type Theme,
} from '../../../src/ui/plots/palette';

const css = readFileSync(new URL('../../../src/ui/theme.css', import.meta.url), 'utf8');
const THEMES: readonly Theme[] = ['light', 'dark'];

/** WCAG 2.2 AA: 1.4.3 for text, 1.4.11 for graphics. */
const TEXT = 4.5;
const GRAPHICS = 3;
/** Three times the just noticeable difference of OKLab (0.02). */
const APART = 0.06;

/** A token's colour in a theme; fails when the token is not written as light-dark(#…, #…). */
function token(name: string, theme: Theme): string {
  const pair = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\);`).exec(css);
  if (pair === null) throw new Error(`theme.css has no colour --${name}`);
  return at(pair, theme === 'light' ? 1 : 2);
}

const models = (theme: Theme) =>
  Array.from({ length: MODEL_COLORS }, (_, i) => token(`m${i + 1}`, theme));

describe.each(THEMES)('in the %s theme', (theme) => {
  test('the three inks and the state colours can be read as text on every surface', () => {
    for (const ink of ['ink', 'ink2', 'ink3', 'accent', 'good', 'warn', 'bad']) {
      for (const surface of ['bg', 'panel', 'raised', 'fill', 'line2']) {
        const ratio = contrast(token(ink, theme), token(surface, theme));
        expect(ratio, `--${ink} on --${surface}`).toBeGreaterThanOrEqual(TEXT);
      }
    }
  });

  test('text on coloured surfaces can be read', () => {
    const pairs = [
      ['accent-ink', 'accent'],
      ['warn', 'warn-bg'],
      ['bad', 'bad-bg'],
      ['ink', 'accent-fill'],
    ] as const;
    for (const [ink, surface] of pairs) {
      const ratio = contrast(token(ink, theme), token(surface, theme));
      expect(ratio, `--${ink} on --${surface}`).toBeGreaterThanOrEqual(TEXT);
    }
  });

  test('marks and control outlines are visible on panel and page', () => {
    for (const mark of ['mark', 'control-line']) {
      for (const surface of ['panel', 'bg']) {
        const ratio = contrast(token(mark, theme), token(surface, theme));
        expect(ratio, `--${mark} on --${surface}`).toBeGreaterThanOrEqual(GRAPHICS);
      }
    }
  });

  test('every model colour is visible on the panel', () => {
    for (const color of models(theme)) {
      expect(contrast(color, PANEL[theme]), color).toBeGreaterThanOrEqual(GRAPHICS);
    }
  });

  test('every two model colours are apart for normal, red-blind, green-blind and blue-blind eyes', () => {
    const views = [
      ['normal', (hex: string) => hex],
      ['protanopia', (hex: string) => simulate(hex, 'protanopia')],
      ['deuteranopia', (hex: string) => simulate(hex, 'deuteranopia')],
      ['tritanopia', (hex: string) => simulate(hex, 'tritanopia')],
    ] as const;
    const colors = models(theme);
    for (const [name, seen] of views) {
      colors.forEach((a, i) => {
        for (const b of colors.slice(0, i)) {
          const distance = colorDistance(seen(a), seen(b));
          expect(distance, `${a} and ${b}, ${name}`).toBeGreaterThanOrEqual(APART);
        }
      });
    }
  });

  test('the colours that canvases use are the ones of the style sheet', () => {
    expect(PANEL[theme]).toBe(token('panel', theme));
    expect(UNOWNED[theme]).toBe(token('mark', theme));
    expect(MODELS[theme]).toEqual(models(theme));
  });

  test('256 units all have different colours, each visible on the panel', () => {
    const colors = Array.from({ length: 256 }, (_, slot) => unitColor(slot, theme));
    expect(new Set(colors).size).toBe(colors.length);
    for (const color of colors) {
      expect(contrast(color, PANEL[theme]), color).toBeGreaterThanOrEqual(GRAPHICS);
    }
  });

  test('the first sixteen unit colours are apart', () => {
    const colors = Array.from({ length: 16 }, (_, slot) => unitColor(slot, theme));
    colors.forEach((a, i) => {
      for (const b of colors.slice(0, i)) {
        expect(colorDistance(a, b), `${a} and ${b}`).toBeGreaterThanOrEqual(APART);
      }
    });
  });

  test('value colours are visible at both ends and gain or lose lightness steadily', () => {
    const scale = valueScale(theme);
    const ratios = Array.from({ length: 11 }, (_, i) => contrast(scale(i / 10), PANEL[theme]));
    ratios.forEach((ratio, i) => {
      expect(ratio).toBeGreaterThanOrEqual(i === 0 ? GRAPHICS : at(ratios, i - 1));
    });
  });

  test('the cycle closes, its steps are even, and each point is visible', () => {
    const scale = cyclicScale(theme);
    expect(scale(0)).toBe(scale(1));
    expect(scale(-0.25)).toBe(scale(0.75));
    const steps = Array.from({ length: 32 }, (_, i) =>
      colorDistance(scale(i / 32), scale((i + 1) / 32)),
    );
    // Equal arc length leaves chords that differ only by curvature and by the 256 table entries.
    expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.5);
    for (let i = 0; i < 64; i++) {
      expect(contrast(scale(i / 64), PANEL[theme])).toBeGreaterThanOrEqual(GRAPHICS);
    }
  });

  test('opposite angles stay apart for red–green deficient eyes', () => {
    const scale = cyclicScale(theme);
    for (const deficiency of ['protanopia', 'deuteranopia'] as const) {
      for (let i = 0; i < 32; i++) {
        const seen = (t: number) => simulate(scale(t), deficiency);
        expect(colorDistance(seen(i / 64), seen(i / 64 + 0.5))).toBeGreaterThanOrEqual(APART);
      }
    }
  });

  test('a sequential scale vanishes into the panel at nothing', () => {
    expect(sequentialScale('#3456c8', theme)(0)).toBe(PANEL[theme]);
    expect(sequentialScale('#3456c8', theme)(1)).toBe('#3456c8');
  });
});

test('contrast is 21 between black and white and 1 of a colour with itself', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10);
  expect(contrast('#3456c8', '#3456c8')).toBe(1);
});

test('greys look the same to everybody', () => {
  for (const deficiency of ['protanopia', 'deuteranopia', 'tritanopia'] as const) {
    // The rows of the published matrices sum to 1 within 1e-6, so a grey moves by less than one level.
    expect(colorDistance(simulate('#808080', deficiency), '#808080')).toBeLessThan(0.005);
  }
});

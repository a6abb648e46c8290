/** Which colours units take beside models that are named by colour too. */
import { describe, expect, test } from 'vitest';
import { at } from '../../../src/base/array';
import { colorDistance, DEFICIENCIES, simulate } from '../../../src/ui/plots/color_space';
import { MODEL_COLORS, MODELS, unitColor, type Theme } from '../../../src/ui/plots/palette';
import { clearPlaces, slotAt } from '../../../src/ui/plots/unit_order';

const THEMES: readonly Theme[] = ['light', 'dark'];
const COUNTS = Array.from({ length: MODEL_COLORS }, (_, i) => i + 1);
/** Three times the just noticeable difference of OKLab (0.02). */
const APART = 0.06;

const slots = (places: number, models: number) =>
  Array.from({ length: places }, (_, place) => slotAt(place, models));

describe.each(COUNTS)('beside %i models', (models) => {
  test('no unit has a colour that somebody takes for a model', () => {
    for (const theme of THEMES) {
      for (const slot of slots(200, models)) {
        for (const model of MODELS[theme].slice(0, models)) {
          expect(colorDistance(unitColor(slot, theme), model)).toBeGreaterThanOrEqual(0.1);
        }
      }
    }
  });

  test('no two units share a slot', () => {
    expect(new Set(slots(300, models)).size).toBe(300);
  });

  test('the first units are apart for every eye in both themes', () => {
    const first = slots(clearPlaces(models), models);
    // One each for the three shapes of the first experiment.
    expect(first.length).toBeGreaterThanOrEqual(3);
    const eyes = [
      (hex: string) => hex,
      ...DEFICIENCIES.map((deficiency) => (hex: string) => simulate(hex, deficiency)),
    ];
    for (const theme of THEMES) {
      const colors = first.map((slot) => unitColor(slot, theme));
      for (const seen of eyes) {
        colors.forEach((color, i) => {
          for (const other of colors.slice(0, i)) {
            expect(colorDistance(seen(color), seen(other))).toBeGreaterThanOrEqual(APART);
          }
        });
      }
    }
  });
});

test('the order is the same however far it was asked for before', () => {
  const early = at(slots(3, 4), 2);
  slotAt(500, 4);
  expect(slotAt(2, 4)).toBe(early);
});

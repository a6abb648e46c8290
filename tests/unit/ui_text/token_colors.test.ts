/** Text on the colour behind a token can be read: AA contrast in both themes, for every colour that may stand there. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tokenTint } from '../../../src/ui/pages/text/token_colors';
import { contrast } from '../../../src/ui/plots/color_space';
import { PANEL, unitColor, type Theme } from '../../../src/ui/plots/palette';

const css = readFileSync(new URL('../../../src/ui/theme.css', import.meta.url), 'utf8');

/** The colour of a token of theme.css in a theme. */
function token(name: string, theme: Theme): string {
  const found = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css);
  const color = found?.[theme === 'light' ? 1 : 2];
  if (color === undefined) throw new Error(`theme.css has no --${name}`);
  return color;
}

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  const ink = token('ink', theme);

  it('ink keeps 4.5:1 on the deepest tint of every unit and model', () => {
    const units = Array.from({ length: 256 }, (_, slot) => unitColor(slot, theme));
    const models = Array.from({ length: 8 }, (_, index) => token(`m${index + 1}`, theme));
    for (const color of [...units, ...models]) {
      expect(contrast(ink, tokenTint(color, 1, theme) ?? ''), color).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('a stronger token is deeper, and a weak one still differs from the panel', () => {
    const against = (t: number) => contrast(PANEL[theme], tokenTint('#7f5fd0', t, theme) ?? '');
    expect(against(0.01)).toBeGreaterThan(1.02);
    expect(against(0.5)).toBeGreaterThan(against(0.01));
    expect(against(1)).toBeGreaterThan(against(0.5));
  });

  it('nothing is drawn where nothing fires', () => {
    expect(tokenTint('#7f5fd0', 0, theme)).toBeNull();
    expect(tokenTint('#7f5fd0', Number.NaN, theme)).toBeNull();
  });
});

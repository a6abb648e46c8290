/**
 * The colour behind a token: a tint of a unit's or a model's colour over the panel, never so strong that the
 * text on it falls below 4.5:1. Pure; tests/unit/ui_text checks the contrast in both themes.
 */
import { mixColors } from '../../plots/color_space';
import { PANEL, type Theme } from '../../plots/palette';

export const colorings = ['strongest', 'group', 'surprisal'] as const;
/** What the colour behind a token says. */
export type TokenColoring = (typeof colorings)[number];

/** Strongest tint, as share of the colour in the mixture with the panel. */
const MOST: Record<Theme, number> = { light: 0.5, dark: 0.4 };
/** Weakest visible tint. */
const LEAST = 0.1;

/** The tint of `color` (#rrggbb) for strength `t` (0 … 1); null for 0, where nothing is drawn. */
export function tokenTint(color: string, t: number, theme: Theme): string | null {
  if (!(t > 0)) return null;
  return mixColors(PANEL[theme], color, LEAST + (MOST[theme] - LEAST) * Math.min(1, t));
}

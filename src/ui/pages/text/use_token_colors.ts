/** What stands behind every token: a tint for the strongest group, for one group, or for the surprise. */
import { useMemo } from 'react';
import type { TextReading } from '../../../lab/protocol/lm_protocol';
import { useCurrentRun } from '../../../state/current';
import { useView } from '../../../state/view_store';
import { modelColor, unitColor } from '../../plots/palette';
import { NO_OWNER, rankedOwners } from '../../plots/unit_slots';
import { resolveColor, useTheme } from '../../plots/use_theme';
import { slotsOfUnits } from '../../unit_colors';
import { largest, normsOfGroup, type StrongestGroups } from './reading_rows';
import { tokenTint, type TokenColoring } from './token_colors';

export interface TokenColors {
  /** [tokens], CSS colour behind the token; null for none. */
  readonly tints: readonly (string | null)[];
  /** Value of the strongest tint: a norm, or nats; 0 when nothing is tinted. */
  readonly most: number;
  /** The full colour of the scale; null where every unit has its own. */
  readonly color: string | null;
  /** Units that own tokens, most tokens first, with their colours; only for the strongest groups. */
  readonly owners: readonly { readonly unit: number; readonly color: string }[];
}

/** Surprise from which the tint is at its strongest, nats: one in 1100. */
const FULL_SURPRISE = 7;

/** Colour of surprise: the second of the categorical colours, apart from that of groups. */
const SURPRISE = modelColor(1);

export function useTokenColors(
  reading: TextReading | null,
  strongest: StrongestGroups | null,
  coloring: TokenColoring,
  group: number | null,
  model: number,
): TokenColors {
  const theme = useTheme();
  const runId = useView((view) => view.runId) ?? '';
  const models = useCurrentRun((run) => run.models.length) ?? 1;
  const slots = useMemo(
    () => slotsOfUnits({ runId, model, models }, strongest === null ? [] : [strongest.groups]),
    [runId, model, models, strongest],
  );
  return useMemo(() => {
    if (reading === null || strongest === null) return NOTHING;
    if (coloring === 'strongest') {
      const most = largest(strongest.norms);
      const colorOf = (unit: number) => unitColor(slots.get(unit) ?? 0, theme);
      return {
        tints: Array.from(strongest.groups, (unit, token) =>
          unit === NO_OWNER
            ? null
            : tokenTint(colorOf(unit), (strongest.norms[token] ?? 0) / most, theme),
        ),
        most,
        color: null,
        owners: rankedOwners(strongest.groups).map((unit) => ({ unit, color: colorOf(unit) })),
      };
    }
    if (coloring === 'group' && group === null) return NOTHING;
    const values =
      coloring === 'group' && group !== null ? normsOfGroup(reading, group) : reading.surprisal;
    const color = resolveColor(coloring === 'group' ? modelColor(model) : SURPRISE, theme);
    const most = coloring === 'group' ? largest(values) : FULL_SURPRISE;
    const tints = Array.from(values, (value) =>
      most === 0 ? null : tokenTint(color, value / most, theme),
    );
    return { tints, most, color, owners: [] };
  }, [reading, strongest, coloring, group, model, slots, theme]);
}

const NOTHING: TokenColors = { tints: [], most: 0, color: null, owners: [] };

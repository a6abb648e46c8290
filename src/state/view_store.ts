/**
 * What the person is looking at: theme, current run, model and checkpoint, hidden curves, smoothing. Nothing here
 * changes what is trained.
 */
import { create } from 'zustand';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Where the chosen theme is kept; public/theme.js reads it before the first paint. */
const THEME_KEY = 'sasa-lab.theme';

export interface ViewState {
  readonly theme: Theme;
  /** The run that all pages show, null before the first. */
  readonly runId: string | null;
  /** Index of the model that single-model pages show. */
  readonly model: number;
  /** Step of the checkpoint that Train and Groups show the run at; null shows it as it is now. */
  readonly checkpoint: number | null;
  /** Ids of curves that are not drawn, see `seriesId`. */
  readonly hidden: ReadonlySet<string>;
  /** Weight of the past in the curves' moving average, 0 … 0.99. */
  readonly smoothing: number;
  /** Runs whose curves are drawn under those of the current run. */
  readonly overlays: readonly string[];

  readonly setTheme: (theme: Theme) => void;
  /** Shows a run on all pages, as it is now and from its first model on; null shows the experiment that is not trained yet. */
  readonly showRun: (runId: string | null) => void;
  readonly showModel: (model: number) => void;
  readonly showCheckpoint: (checkpoint: number | null) => void;
  readonly toggleSeries: (id: string) => void;
  readonly setSmoothing: (smoothing: number) => void;
  readonly toggleOverlay: (runId: string) => void;
}

export const useView = create<ViewState>()((set) => ({
  theme: rememberedTheme(),
  runId: null,
  model: 0,
  checkpoint: null,
  hidden: new Set<string>(),
  smoothing: 0,
  overlays: [],
  setTheme: (theme) => {
    rememberTheme(theme);
    set({ theme });
  },
  // A link may name a model and a checkpoint before there is a run to show them of.
  showRun: (runId) =>
    set(({ runId: before, model, checkpoint }) =>
      before === null ? { runId, model, checkpoint } : { runId, model: 0, checkpoint: null },
    ),
  showModel: (model) => set({ model }),
  showCheckpoint: (checkpoint) => set({ checkpoint }),
  toggleSeries: (id) => set(({ hidden }) => ({ hidden: toggled(hidden, id) })),
  setSmoothing: (smoothing) => set({ smoothing }),
  toggleOverlay: (runId) =>
    set(({ overlays }) => ({
      overlays: overlays.includes(runId)
        ? overlays.filter((id) => id !== runId)
        : [...overlays, runId],
    })),
}));

/** Id of the curve of one model, in the current run ('') or in an overlaid one. */
export function seriesId(runId: string, model: number): string {
  return `${runId}:${model}`;
}

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}

// Storage may be forbidden (a sandboxed frame) or absent (a test): the theme is then not remembered.
function rememberedTheme(): Theme {
  try {
    const stored = localStorage.getItem(THEME_KEY);
    return themes.find((theme) => theme === stored) ?? 'system';
  } catch {
    return 'system';
  }
}

function rememberTheme(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(THEME_KEY);
    else localStorage.setItem(THEME_KEY, theme);
  } catch {
    return;
  }
}

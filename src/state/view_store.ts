/**
 * What the person is looking at: theme, current run and model, hidden curves, smoothing. Nothing here
 * changes what is trained. The theme and the smoothing are remembered in this browser.
 */
import { create } from 'zustand';
import { persist } from 'zustand/middleware';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export interface ViewState {
  readonly theme: Theme;
  /** The run that all pages show, null before the first. */
  readonly runId: string | null;
  /** Index of the model that single-model pages show. */
  readonly model: number;
  /** Ids of curves that are not drawn: `model:<index>` or `<runId>:<index>`. */
  readonly hidden: ReadonlySet<string>;
  /** Weight of the past in the curves' moving average, 0 … 0.99. */
  readonly smoothing: number;
  /** Runs whose curves are drawn under those of the current run. */
  readonly overlays: readonly string[];

  setTheme(theme: Theme): void;
  showRun(runId: string | null): void;
  showModel(model: number): void;
  toggleSeries(id: string): void;
  setSmoothing(smoothing: number): void;
  toggleOverlay(runId: string): void;
}

export const useView = create<ViewState>()(
  persist(
    (set) => ({
      theme: 'system',
      runId: null,
      model: 0,
      hidden: new Set<string>(),
      smoothing: 0,
      overlays: [],
      setTheme: (theme) => set({ theme }),
      showRun: (runId) => set({ runId, model: 0 }),
      showModel: (model) => set({ model }),
      toggleSeries: (id) => set(({ hidden }) => ({ hidden: toggled(hidden, id) })),
      setSmoothing: (smoothing) => set({ smoothing }),
      toggleOverlay: (runId) =>
        set(({ overlays }) => ({
          overlays: overlays.includes(runId)
            ? overlays.filter((id) => id !== runId)
            : [...overlays, runId],
        })),
    }),
    {
      name: 'sasa-lab-view',
      partialize: ({ theme, smoothing }) => ({ theme, smoothing }),
    },
  ),
);

function toggled(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(id)) next.add(id);
  return next;
}

/**
 * Checkpoints of a run, looked at: which there are, what the engine says of the models at one of them, and the run as it was
 * then. Answers are kept by step; one is never shown as that of another. Knows no React.
 */
import type { RunProbe } from '../lab/protocol/protocol';
import type { AboutCheckpoint } from '../lab/protocol/requests';
import type { EngineClient } from './engine_client';
import { ShapeSeries } from './metric_series';
import { checkpointKey, forget, giveUp, pose, useQuestions } from './questions';
import type { Run, RunModel } from './run_record';

/** Fewest checkpoints of a run that are worth going back and forth between. */
const LEAST = 2;
/** Most probes, and most tables, of checkpoints that are kept; the oldest go first. */
const MOST = { probe_checkpoint: 24, groups: 12 } as const;

/** Steps before the one where the run is now at which it can be looked at, rising; none where that is not worth it. */
export function pastSteps({ kept, step }: Pick<Run, 'kept' | 'step'>): readonly number[] {
  const checkpoints = kept?.checkpoints ?? [];
  return checkpoints.length < LEAST ? [] : checkpoints.filter((each) => each < step);
}

/** The checkpoint that is looked at of those there are: the one of a step, or the nearest; null where there are none. */
export function lookedAt(steps: readonly number[], step: number | null): number | null {
  if (step === null || steps.length === 0) return null;
  const distance = (other: number) => Math.abs(Math.log((other + 1) / (step + 1)));
  return steps.reduce((near, other) => (distance(other) < distance(near) ? other : near));
}

/** Has the models of a run probed at a checkpoint. */
export async function probeCheckpoint(engine: EngineClient, about: AboutCheckpoint): Promise<void> {
  const key = checkpointKey(about.runId, about.checkpoint);
  await pose(engine, 'probe_checkpoint', key, about, { stage: 'Reading the checkpoint' });
  forgetOldest('probe_checkpoint', () => true);
}

/** Gives up a probe that is under way. */
export function giveUpProbe({ runId, checkpoint }: AboutCheckpoint): void {
  giveUp('probe_checkpoint', checkpointKey(runId, checkpoint));
}

/** Drops tables of checkpoints beyond those that are kept. */
export function forgetOldestTables(): void {
  forgetOldest('groups', (key) => key.includes('@'));
}

/** Drops what was said of a checkpoint, which was written anew. */
export function forgetCheckpoint(runId: string, step: number): void {
  const isOfModel = (key: string) =>
    key.startsWith(`${runId}/`) && /@(\d+)/.exec(key)?.[1] === String(step);
  const state = useQuestions.getState();
  for (const name of ['groups', 'group_card'] as const) {
    if (Object.keys(state[name] ?? {}).some(isOfModel)) forget(name, isOfModel);
  }
  const own = checkpointKey(runId, step);
  if (state.probe_checkpoint?.[own] !== undefined) forget('probe_checkpoint', (key) => key === own);
}

function forgetOldest(name: keyof typeof MOST, which: (key: string) => boolean): void {
  const keys = Object.keys(useQuestions.getState()[name] ?? {}).filter(which);
  const old = new Set(keys.slice(0, -MOST[name]));
  if (old.size > 0) forget(name, (key) => old.has(key));
}

/** The models of a run as they were when they were probed, with what was logged until then; `batch` is its rows a step. */
export function modelsAt(
  models: readonly RunModel[],
  probe: RunProbe,
  batch: number,
): readonly RunModel[] {
  return models.map((model) => {
    const { index, before, metrics } = model;
    const shapes = probe.shapes?.find((each) => each.model === index) ?? null;
    const shapeHistory = new ShapeSeries();
    if (shapes !== null) {
      const units = shapes.shapes.map(({ units90 }) => units90).filter((count) => count > 0);
      shapeHistory.append(before.samples + probe.step * batch, units);
    }
    return {
      ...model,
      metrics: metrics.until(before.steps + probe.step),
      shapeHistory,
      shapes,
      labels: probe.labels?.find((each) => each.model === index) ?? null,
    };
  });
}

/** A run as it was when its models were probed. */
export function runAt(run: Run, probe: RunProbe): Run {
  const batch = run.config.training.train_batch_size_samples;
  const { step } = probe;
  const models = modelsAt(run.models, probe, batch);
  return { ...run, step, samples: step * batch, models };
}

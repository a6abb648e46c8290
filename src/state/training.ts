/**
 * What the Train button and its neighbours do: start what is on the bench, pause and resume it, take one
 * step, stop. Errors come as notices; nothing here throws.
 */
import { LabError } from '../base/lab_error';
import type { LiveSettings } from '../lab/protocol';
import type { RunConfig } from '../lab/run_config';
import type { ModelConfig } from '../sae/config';
import { engine } from './engine_store';
import { fileNeeded } from './experiment_draft';
import { readyConfig, useExperiment } from './experiment_store';
import { notifyError } from './notices_store';
import { isActive, type Run } from './run_record';
import { changeLive, removeRun, startRun, useRuns } from './runs_store';
import { useView } from './view_store';

/** The run that is at work or paused, whichever is shown; undefined when none is. */
function activeRun(): Run | undefined {
  return Object.values(useRuns.getState().runs).find((run) => isActive(run.status));
}

/** Starts the bench as a new run and shows it; `paused` for one that waits for Step. */
export async function train(options: { readonly paused?: boolean } = {}): Promise<string | null> {
  try {
    const config = readyConfig();
    const { file } = useExperiment.getState();
    const needed = fileNeeded(config.data);
    if (needed !== null && file === null) {
      throw new LabError(
        'not_found',
        `The file ${needed} is not open in this page.`,
        'Drop it on the Data section again; a link never holds data.',
      );
    }
    const bytes = needed === null ? undefined : await file?.arrayBuffer();
    const id = startRun(engine, config, {
      ...(bytes === undefined ? {} : { file: bytes }),
      paused: options.paused === true,
    });
    useView.getState().showRun(id);
    return id;
  } catch (error) {
    notifyError(error);
    return null;
  }
}

/** Train, Pause or Resume: whatever the big button says now. */
export async function toggleTraining(): Promise<void> {
  const run = activeRun();
  if (run === undefined) await train();
  else if (run.status === 'paused') engine.send({ kind: 'resume', runId: run.id });
  else if (run.status === 'running') engine.send({ kind: 'pause', runId: run.id });
}

/** One step of the paused run; starts one when there is none. */
export async function takeStep(): Promise<void> {
  const run = activeRun();
  if (run !== undefined && run.status !== 'paused') return;
  const id = run?.id ?? (await train({ paused: true }));
  if (id !== null && (await isPrepared(id))) engine.send({ kind: 'step', runId: id });
}

/** Waits until the engine has the run ready; false when it failed instead. */
function isPrepared(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const decided = () => {
      const status = useRuns.getState().runs[id]?.status;
      if (status === 'preparing') return false;
      resolve(status === 'paused');
      return true;
    };
    if (decided()) return;
    const stop = useRuns.subscribe(() => {
      if (decided()) stop();
    });
  });
}

/** Ends the run where it stands; its weights stay. One that has not begun is given up and leaves nothing. */
export function stopTraining(): void {
  const run = activeRun();
  if (run === undefined) return;
  if (run.status === 'preparing') {
    // It may have begun by the time the engine hears of it.
    engine.send({ kind: 'forget', runId: run.id });
    removeRun(run.id);
  } else {
    engine.send({ kind: 'stop', runId: run.id });
  }
}

/** Stops the run and starts what is on the bench. */
export async function restartTraining(): Promise<void> {
  stopTraining();
  await train();
}

/** The settings of two runs that differ, leaving those aside that can be changed while a run goes. */
export function needsRestart(run: RunConfig, bench: RunConfig): boolean {
  return JSON.stringify(withoutLive(run)) !== JSON.stringify(withoutLive(bench));
}

function withoutLive(config: RunConfig): unknown {
  const { lr: _lr, ...training } = config.training;
  const models = config.models.map((model) => ({
    ...model,
    k_groups: 0,
    k: 0,
    nuclear_coefficient: 0,
    nuclear_coefficient_relative: 0,
  }));
  return { data: config.data, models, training };
}

/**
 * Sends what is changed on the bench and may change while the run goes; returns how to stop. A change
 * that needs a new run sends nothing.
 */
export function followLiveSettings(): () => void {
  let last = useExperiment.getState().config;
  return useExperiment.subscribe(({ config }) => {
    if (config === null || config === last) return;
    const before = last;
    last = config;
    const run = activeRun();
    if (run === undefined || before === null || needsRestart(run.config, config)) return;
    for (const settings of liveChanges(before, config, run.statistics?.power)) {
      changeLive(engine, run.id, settings);
    }
  });
}

/** The live settings in which two runs of the same models differ. `power` is E‖x‖², if known. */
export function liveChanges(
  before: RunConfig,
  after: RunConfig,
  power: number | undefined,
): LiveSettings[] {
  const changes: LiveSettings[] = [];
  if (after.training.lr !== before.training.lr) changes.push({ lr: after.training.lr });
  after.models.forEach((next, model) => {
    const previous = before.models[model];
    if (previous === undefined) return;
    const slots = slotsOf(next);
    if (slots !== null && slots !== slotsOf(previous))
      changes.push({ slots: { model, value: slots } });
    const value = relativeLambda(next, power);
    if (value !== null && value !== relativeLambda(previous, power)) {
      changes.push({ nuclear_coefficient_relative: { model, value } });
    }
  });
  return changes;
}

function slotsOf(model: ModelConfig): number | null {
  if (model.architecture === 'topk_sasa') return model.k_groups;
  return model.architecture === 'topk' ? model.k : null;
}

/** λ_rel of a model; from the absolute λ when that one is set. Null where it is not known. */
export function relativeLambda(model: ModelConfig, power: number | undefined): number | null {
  if (model.architecture !== 'topk_sasa') return null;
  if (model.nuclear_coefficient === undefined) return model.nuclear_coefficient_relative ?? 0;
  return power === undefined ? null : model.nuclear_coefficient / power;
}

/**
 * The settings that may change while a run goes: those that are marked `live` where they are described. What a change
 * of them makes of a run's settings, and by which of them two runs differ. Pure; the engine applies what stands here,
 * the page and the tests' engine say the same of it.
 */
import { at } from '../../base/array';
import { saysSame } from '../../base/canonical';
import { LabError } from '../../base/lab_error';
import { settingsOf } from '../../base/setting';
import { architectureOf, architectures, shapeOf, type ModelConfig } from '../../sae/config';
import { parseRunConfig, trainingSchema, type RunConfig } from './run_config';

/** One setting and the value that it shall have, under the run file's names and in its units. */
interface LiveSetting {
  /** Index of the model whose setting it is, null for one of the training. */
  readonly model: number | null;
  readonly setting: string;
  readonly value: number;
}

/** Settings that change together. */
export type LiveSettings = readonly LiveSetting[];

/** One setting that was changed while a run went. */
export interface SettingChange {
  /** Steps taken before it. */
  readonly step: number;
  /** Index of the model whose setting it is, null for one of the training. */
  readonly model: number | null;
  /** Its name in the run file. */
  readonly setting: string;
  /** Null where it was not set: λ had its other form, or none. */
  readonly from: number | null;
  readonly to: number;
  /** λ of the model from then on, as in `started`; null for the training and for models without one. */
  readonly lambda: number | null;
}

const liveOf = (schema: Parameters<typeof settingsOf>[0]): readonly string[] =>
  settingsOf(schema).flatMap(({ name, text }) => (text.live === true ? [name] : []));

const ofTraining = liveOf(trainingSchema);
const ofModels = new Map(architectures.map((known) => [known, liveOf(known.schema)]));

/** Names of all settings that may change while a run goes. */
export const liveSettingNames: readonly string[] = [
  ...new Set([...ofTraining, ...[...ofModels.values()].flat()]),
];

function liveNames(model: ModelConfig): readonly string[] {
  return ofModels.get(architectureOf(model)) ?? [];
}

/**
 * A run's settings after a live change. Of the two forms of a strength the one that is set takes the place of the other.
 * Throws LabError `bad_config` for a value that the run file would not allow, or a setting that is not live.
 */
export function withLiveSettings(config: RunConfig, live: LiveSettings): RunConfig {
  const models: object[] = [...config.models];
  let { training }: { training: object } = config;
  for (const { model, setting, value } of live) {
    if (model === null) {
      requireLive('training', setting, ofTraining);
      training = { ...training, [setting]: value };
      continue;
    }
    const before = at(config.models, model);
    requireLive(`models.${model}`, setting, liveNames(before));
    const other = otherForm(before, setting);
    const kept = Object.entries(at(models, model)).filter(([name]) => name !== other);
    models[model] = { ...Object.fromEntries(kept), [setting]: value };
  }
  return parseRunConfig({ data: config.data, models, training });
}

/**
 * Whether a change makes other codes of the same weights: then a row may use more units or fewer, and the model must
 * be built anew. Does not ask whether the values may be.
 */
export function changesGate(config: RunConfig, live: LiveSettings): boolean {
  return live.some(({ model, setting, value }) => {
    if (model === null) return false;
    const before = at(config.models, model);
    return shapeOf({ ...before, [setting]: value }).slots !== shapeOf(before).slots;
  });
}

/** The other form of a strength, which gives way when this one is set. */
function otherForm(model: ModelConfig, setting: string): string | null {
  const { strength } = architectureOf(model);
  if (setting === strength?.absolute) return strength.relative;
  return setting === strength?.relative ? strength.absolute : null;
}

function requireLive(path: string, setting: string, live: readonly string[]): void {
  if (live.includes(setting)) return;
  throw new LabError(
    'bad_config',
    `${path}.${setting} cannot be changed while a run goes.`,
    live.length === 0 ? 'Start a new run.' : `Change ${live.join(', ')}, or start a new run.`,
  );
}

/** What a change made of live settings, without what only the engine knows of it. */
export type ChangedSetting = Omit<SettingChange, 'step' | 'lambda'>;

/** The live settings in which two settings of one run differ. */
export function changedSettings(before: RunConfig, after: RunConfig): readonly ChangedSetting[] {
  const changes: ChangedSetting[] = [];
  for (const setting of ofTraining) {
    const [from, to] = [numberOf(before.training, setting), numberOf(after.training, setting)];
    if (to !== null && to !== from) changes.push({ model: null, setting, from, to });
  }
  after.models.forEach((next, model) => {
    const previous = before.models[model];
    if (previous === undefined) return;
    const then = architectureOf(previous).live(previous);
    architectureOf(next)
      .live(next)
      .forEach((now, place) => {
        if (saysSame(now, then[place])) return;
        const { setting, value: to } = now;
        changes.push({ model, setting, from: numberOf(previous, setting), to });
      });
  });
  return changes;
}

function numberOf(settings: object, name: string): number | null {
  const value: unknown = Reflect.get(settings, name);
  return typeof value === 'number' ? value : null;
}

/** The same differences as the engine takes them, each alone. */
export function liveChanges(before: RunConfig, after: RunConfig): readonly LiveSettings[] {
  return changedSettings(before, after).map(({ model, setting, to: value }) => [
    { model, setting, value },
  ]);
}

/** Whether two runs differ in more than may be changed while one of them goes. */
export function needsRestart(run: RunConfig, other: RunConfig): boolean {
  return !saysSame(withoutLive(run), withoutLive(other));
}

/** Whether two runs train alike. */
export function sameRun(run: RunConfig, other: RunConfig): boolean {
  return !needsRestart(run, other) && changedSettings(run, other).length === 0;
}

function withoutLive({ data, models, training }: RunConfig): unknown {
  const without = (settings: object, names: readonly string[]) => ({
    ...settings,
    ...Object.fromEntries(names.map((name) => [name, undefined])),
  });
  return {
    data,
    models: models.map((model) => without(model, liveNames(model))),
    training: without(training, ofTraining),
  };
}

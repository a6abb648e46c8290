/**
 * What a run file's schema cannot see because it concerns two settings at once: a gate wider than the
 * model, two models of one name, a schedule longer than the run. Pure; knows no page and no engine.
 */
import type { SettingIssue } from '../../base/schema_issues';
import { architectureOf, displayName, type ModelConfig } from '../../sae/config';
import type { DataConfig, RunConfig, TrainingConfig } from './run_config';
import { CHANGES_FILE, CHECKPOINT_FILE, CLAIM_FILE, KEPT_FILE, RUN_FILE } from './run_files';

/** Everything that is impossible about a run whose single settings are in range. */
export function checkRunRules(config: RunConfig): SettingIssue[] {
  return [
    ...checkSynthetic(config.data),
    ...checkLanguageModel(config.data),
    ...config.models.flatMap(checkArchitecture),
    ...config.models.flatMap(checkNorm),
    ...checkNames(config.models),
    ...checkSchedule(config.training),
  ];
}

function issue(path: string, rest: string): SettingIssue {
  return { path, sentence: `${path} ${rest}` };
}

function checkSynthetic(data: DataConfig): SettingIssue[] {
  if (data.kind !== 'synthetic') return [];
  const { preset, spec } = data;
  if (preset === undefined && spec === undefined) {
    return [
      issue('data.preset', 'is missing; give the name of a preset, or features as data.spec'),
    ];
  }
  if (preset === undefined || spec === undefined) return [];
  return [
    issue('data.spec', `is given beside data.preset, which is "${preset}"; only one can be meant`),
  ];
}

/** What is known of the model that ships; others say it when their files have been read. */
const STORIES = { id: 'stories15m', layers: 6, context: 256 };

function checkLanguageModel(data: DataConfig): SettingIssue[] {
  if (data.kind !== 'lm' || data.model !== STORIES.id) return [];
  const { id, layers, context } = STORIES;
  const issues: SettingIssue[] = [];
  if (data.layer > layers) {
    issues.push(
      issue(
        'data.layer',
        `is ${data.layer}; for ${id} it must be a whole number from 0 to ${layers} (${layers} is the residual stream after the last block)`,
      ),
    );
  }
  if (data.context_size > context) {
    issues.push(
      issue(
        'data.context_size',
        `is ${data.context_size}; for ${id} it must be a whole number from 2 to ${context}`,
      ),
    );
  }
  return issues;
}

function checkArchitecture(model: ModelConfig, index: number): SettingIssue[] {
  return architectureOf(model)
    .rules(model)
    .map(({ setting, sentence }) => issue(`models.${index}.${setting}`, sentence));
}

/** Whether this model would take the mean out of rows that are nothing else. */
export function isNormOfOne(model: ModelConfig, width: number | undefined): boolean {
  return width === 1 && model.normalize_activations === 'layer_norm';
}

/** What is wrong with it, after the name of the setting. */
export const NORM_OF_ONE =
  'is layer_norm, but a row has one dimension: less its own mean it is 0, and the mean is put back without any code';

/** The data may say the same of a width that is not given here (data_fit.ts). */
function checkNorm(model: ModelConfig, index: number): SettingIssue[] {
  if (!isNormOfOne(model, model.d_in)) return [];
  return [issue(`models.${index}.normalize_activations`, NORM_OF_ONE)];
}

/** What lies beside the folders of several models in the folder of their run, or may one day. */
const RUN_FILES = [RUN_FILE, KEPT_FILE, CLAIM_FILE, CHECKPOINT_FILE, CHANGES_FILE];

/** Names become folders, so they must differ even where the file system ignores case. */
function checkNames(models: readonly ModelConfig[]): SettingIssue[] {
  return models.flatMap((model, index) => {
    const name = displayName(model);
    if (models.length > 1 && RUN_FILES.includes(name.toLowerCase())) {
      return [
        issue(
          `models.${index}.name`,
          `is "${name}", the name of a file of the run; the model's folder needs another`,
        ),
      ];
    }
    const first = models.findIndex(
      (other) => displayName(other).toLowerCase() === name.toLowerCase(),
    );
    if (first === index) return [];
    return [
      issue(
        `models.${index}.name`,
        `is "${name}", as is that of models.${first}; every model needs a name of its own`,
      ),
    ];
  });
}

function checkSchedule(training: TrainingConfig): SettingIssue[] {
  const steps = Math.ceil(training.training_samples / training.train_batch_size_samples);
  const { lr_warm_up_steps: warmUp, lr_decay_steps: decay = 0 } = training;
  if (warmUp > steps) {
    return [
      issue(
        'training.lr_warm_up_steps',
        `is ${warmUp}; it must be a whole number from 0 to ${steps}, the steps of the run`,
      ),
    ];
  }
  if (warmUp + decay > steps) {
    return [
      issue(
        'training.lr_decay_steps',
        `is ${decay}; it must be a whole number from 0 to ${steps - warmUp}, the steps of the run after its warm-up`,
      ),
    ];
  }
  return [];
}

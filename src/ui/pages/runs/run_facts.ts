/**
 * One run as its row shows it, sorts it and filters it: all of it from what the page has in memory, nothing asked of the
 * engine. Made once for each version of a run.
 */
import { saysSame } from '../../../base/canonical';
import type { AnswerOf } from '../../../lab/protocol/requests';
import { dataLabel } from '../../../lab/run/data_kinds';
import { changedSettings, type SettingChange } from '../../../lab/run/live_settings';
import { modelKey, NOT_ASKED, type Question, type Questions } from '../../../state/questions';
import { allChanges, trainedBefore, type Run, type RunModel } from '../../../state/run_record';
import { penaltyOf } from '../../../sae/penalty';
import type { ModelConfig } from '../../../sae/config';
import { standingOf } from '../../parts/held_out';
import { changeText, changeWord, statusWord } from './run_row';

export interface ModelFacts {
  readonly index: number;
  readonly name: string;
  /** "64 × 4, s 1"; "256, k 4". */
  readonly size: string;
  /** The strength of its penalty as it is set, and in absolute units where they are known; null without a penalty. */
  readonly lambda: {
    readonly value: number;
    readonly relative: boolean;
    readonly absolute: number | null;
  } | null;
  /** Null where it was not evaluated. */
  readonly heldOut: AnswerOf<'evaluate'>['report'] | null;
  /** Explained variance of the latest batch that was logged. */
  readonly batchEv: number | null;
}

export interface RunFacts {
  readonly run: Run;
  readonly status: string;
  readonly data: string;
  readonly models: readonly ModelFacts[];
  /** Of the weights, and of the data where they have one. */
  readonly seed: number;
  readonly dataSeed: number | null;
  /** Samples and steps that its weights have seen, those before it began with them too. */
  readonly samples: number;
  readonly steps: number;
  /** What was changed while it ran, in words: the settings, and every change. */
  readonly changed: readonly string[];
  readonly changes: readonly string[];
  /** Why its results are of another model than it is now: "at step 500"; null where they are of it, or there are none. */
  readonly age: string | null;
}

/** The answers of evaluations by `modelKey`. */
export type Evaluations = Questions['evaluate'];

const known = new WeakMap<
  Run,
  { readonly answers: readonly unknown[]; readonly facts: RunFacts }
>();

/** The facts of a run; the same object while neither the run nor its results changed. */
export function factsOf(run: Run, evaluations: Evaluations): RunFacts {
  const asked = run.models.map(({ index }) => evaluations?.[modelKey(run.id, index)] ?? NOT_ASKED);
  const answers = asked.map(({ answer }) => answer);
  const before = known.get(run);
  if (before?.answers.every((answer, model) => answer === answers[model]) === true) {
    return before.facts;
  }
  const facts = makeFacts(run, asked);
  known.set(run, { answers, facts });
  return facts;
}

function makeFacts(run: Run, asked: readonly Question<'evaluate'>[]): RunFacts {
  const answers = asked.map(({ answer }) => answer);
  const { settings } = run;
  const before = trainedBefore(run);
  const seedOfData: unknown = Reflect.get(settings.data, 'seed');
  return {
    run,
    status: statusWord(run),
    data: dataLabel(settings.data),
    models: run.models.map((model) =>
      modelFacts(run, model, settings.models[model.index], answers[model.index] ?? null),
    ),
    seed: settings.training.seed,
    dataSeed: typeof seedOfData === 'number' ? seedOfData : null,
    samples: before.samples + run.samples,
    steps: before.steps + run.step,
    ...changesOf(run),
    age: ageOf(run, asked),
  };
}

function ageOf(run: Run, asked: readonly Question<'evaluate'>[]): string | null {
  const answer = asked.find((each) => each.answer !== null)?.answer;
  const { current, changed } = standingOf(run, asked);
  if (answer === undefined || answer === null || current) return null;
  return changed === null ? `at step ${answer.step}` : `${changed} since`;
}

function modelFacts(
  run: Run,
  model: RunModel,
  config: ModelConfig | undefined,
  answer: AnswerOf<'evaluate'> | null,
): ModelFacts {
  const { index, name, metrics } = model;
  const strength = config === undefined ? undefined : penaltyOf(config)?.strength;
  const logged = run.kept?.logged?.[index]?.[EXPLAINED];
  return {
    index,
    name,
    size: sizeText(model),
    lambda:
      strength === undefined
        ? null
        : {
            value: strength.value,
            relative: strength.relative,
            absolute: strength.relative ? model.lambda : strength.value,
          },
    heldOut: answer?.report ?? null,
    batchEv: metrics.last(EXPLAINED) ?? logged ?? null,
  };
}

const EXPLAINED = 'metrics/explained_variance';

/** Units × rank and what a row may use of them; a threshold lets through as many as pass it. */
function sizeText({ unitName, groups, rank, slots }: RunModel): string {
  const units = unitName === 'group' ? `${groups} × ${rank}` : String(groups);
  const gate = unitName === 'group' ? 's' : 'k';
  return slots === groups ? units : `${units}, ${gate} ${slots}`;
}

/**
 * What was changed while a run went. One that was not read yet says only from what its settings went and to what; a
 * change that was taken back is not among them.
 */
function changesOf(run: Run): Pick<RunFacts, 'changed' | 'changes'> {
  const { config, settings, models } = run;
  const told = allChanges(run);
  const changes =
    told.length > 0 || saysSame(config, settings)
      ? told.map((change) => changeText(change, models))
      : changedSettings(config, settings).map((change) =>
          changeText({ ...change, step: null, lambda: null }, models),
        );
  const names: readonly Pick<SettingChange, 'setting'>[] =
    told.length > 0 ? told : changedSettings(config, settings);
  const [began, now] = [config.training.training_samples, settings.training.training_samples];
  const further = now > began;
  return {
    changed: [
      ...new Set(names.map(({ setting }) => changeWord(setting))),
      ...(further ? ['samples'] : []),
    ],
    changes: further ? [...changes, `Trained further: samples ${began} → ${now}`] : changes,
  };
}

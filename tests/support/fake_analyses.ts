/**
 * The part of the scripted engine that looks into trained models: made-up codes (scripted_shapes.ts,
 * scripted_stories.ts) through the real analyses, so that tables, cards and diagnoses hold real numbers. The codes are
 * the same at every step, so each of them is analysed once; an answer names the step that it was asked at.
 */
import { diagnose } from '../../src/analysis/diagnosis';
import type { CodeTable } from '../../src/analysis/types';
import { at } from '../../src/base/array';
import type { ActivationSource } from '../../src/data/source';
import type { AnalysedModel } from '../../src/lab/encode/analysed_model';
import { groupCard } from '../../src/lab/explore/group_card';
import { groupsAnswer } from '../../src/lab/explore/groups_answer';
import { movedFolder } from '../../src/lab/keep/exported_file';
import type {
  DiagnoseAnswer,
  GroupsAnswer,
  MovedModelAnswer,
  MovesAnswer,
} from '../../src/lab/protocol/protocol';
import type { RunMove } from '../../src/lab/run/run_moves';
import { shapeOf } from '../../src/sae/config';
import type { Script } from './fake_language';
import { lambdaOf, statisticsOf, type ScriptedRun } from './scripted_answers';
import { shapeModels } from './scripted_shapes';
import { storyModels } from './scripted_stories';

export interface AnalysesOptions {
  /** Documents of the made-up text that groups are read from; many unless told. */
  readonly documents?: number;
}

/** Rows of every evaluation set of the scripted engine are held out. */
const SPLIT = 'held_out';

/** Made-up counts of moves: one group of three holds two things, and two of them one. */
export const SCRIPTED_MOVES: Omit<MovesAnswer, 'model' | 'step'> = {
  counts: {
    liveGroups: 3,
    packed: [
      {
        group: 1,
        components: [
          { axes: 2, energy: 0.7 },
          { axes: 1, energy: 0.3 },
        ],
      },
    ],
    pairsConsidered: 3,
    pairsTried: 2,
    accepted: [
      { pair: [0, 2], components: [{ axes: 3, energy: 1 }], lossBefore: 0.5, lossAfter: 0.45 },
    ],
  },
  foundRows: 12_288,
  judgedRows: 4096,
  split: SPLIT,
};

/** The value of a key, made when first asked for. */
function kept<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

const models = new Map<number | 'shapes' | undefined, readonly AnalysedModel[]>();
const tables = new Map<AnalysedModel, GroupsAnswer>();
const diagnoses = new Map<AnalysedModel, DiagnoseAnswer>();

/** Answers to the questions that look into a model of a run, which may be unknown. */
export function analysesScript(
  runOf: (runId: string) => ScriptedRun | undefined,
  { documents }: AnalysesOptions,
): Pick<Script, 'groups' | 'group_card' | 'diagnose' | 'count_moves' | 'make_moves'> {
  // Known shapes where the run has them, else stories.
  const modelsOf = (runId: string): readonly AnalysedModel[] =>
    runOf(runId)?.config.data.kind === 'synthetic'
      ? kept(models, 'shapes', () => shapeModels(0))
      : kept(models, documents, () => storyModels(0, documents));
  const stepOf = (runId: string) => runOf(runId)?.step ?? 0;
  return {
    groups: ({ runId, model: index, checkpoint = stepOf(runId) }) => {
      const model = at(modelsOf(runId), index);
      return { ...kept(tables, model, () => groupsAnswer(model, SPLIT)), step: checkpoint };
    },
    group_card: ({ runId, model: index, group, checkpoint = stepOf(runId) }) => {
      const all = modelsOf(runId);
      const model = at(all, index);
      const others = all.filter((other) => other !== model);
      return { ...groupCard(model, group, others), step: checkpoint };
    },
    diagnose: ({ runId, model: index }) => {
      const model = at(modelsOf(runId), index);
      return { ...kept(diagnoses, model, () => diagnosisOf(model)), step: stepOf(runId) };
    },
    count_moves: ({ runId, model }) => ({ ...SCRIPTED_MOVES, model, step: stepOf(runId) }),
    make_moves: ({ runId, model }) => movedModel(runOf(runId), model),
  };
}

/** A model whose group 1 was unpacked, in a folder as the engine writes it. */
function movedModel(run: ScriptedRun | undefined, model: number): MovedModelAnswer {
  if (run === undefined) return { made: [], folder: null };
  const { step, config: settings } = run;
  const config = at(settings.models, model);
  const { groups, rank } = shapeOf(config);
  const { width } = statisticsOf(settings);
  const numbers = (length: number) => Float32Array.from({ length }, (_, i) => i / length);
  const components = [
    { group: 1, axes: 2, energy: 0.7 },
    { group: groups - 1, axes: 1, energy: 0.3 },
  ];
  const made: readonly RunMove[] = [
    { model, step, move: 'unpack', from: [1], components, loss: [0.5, 0.5] },
  ];
  const file = movedFolder(
    {
      step,
      settings,
      source: { label: 'Shapes' } as ActivationSource,
      modelConfig: () => config,
      records: [],
      changes: [],
      before: [],
    },
    model,
    {
      step,
      config,
      lambda: lambdaOf(settings, model),
      inputScale: 1,
      weights: {
        groups,
        rank,
        width,
        encoder: numbers(groups * rank * width),
        decoder: numbers(groups * rank * width),
        encoderBias: new Float32Array(groups * rank),
        decoderBias: new Float32Array(width),
      },
      frequency: new Float32Array(groups),
      made,
    },
  );
  return { made, folder: { ...file, bytes: Uint8Array.from(file.bytes).buffer } };
}

/** Groups of the row that has most. */
function mostActive({ offsets }: CodeTable): number {
  return offsets.reduce((most, end, row) => Math.max(most, end - (offsets[row - 1] ?? 0)), 0);
}

function diagnosisOf({ model, step, indexed, rows }: AnalysedModel): DiagnoseAnswer {
  const { dictionary, codes } = indexed;
  return {
    model,
    step,
    diagnosis: diagnose(dictionary, codes, rows.truth, { activeGroups: mostActive(codes) }),
    featureNames: rows.truth?.features.map(({ name }) => name) ?? [],
    analysedRows: codes.rows,
    split: SPLIT,
  };
}

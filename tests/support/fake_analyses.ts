/**
 * The part of the scripted engine that looks into trained models: made-up codes (scripted_shapes.ts,
 * scripted_stories.ts) through the real analyses, so that tables, cards and diagnoses hold real numbers. The codes are
 * the same at every step, so each of them is analysed once; an answer names the step that it was asked at.
 */
import { diagnose } from '../../src/analysis/diagnosis';
import { at } from '../../src/base/array';
import type { AnalysedModel } from '../../src/lab/encode/analysed_model';
import { groupCard } from '../../src/lab/explore/group_card';
import { groupsAnswer } from '../../src/lab/explore/groups_answer';
import type {
  Command,
  DiagnoseAnswer,
  Event as EngineEvent,
  GroupsAnswer,
} from '../../src/lab/protocol/protocol';
import type { ScriptedRun } from './scripted_answers';
import { shapeModels } from './scripted_shapes';
import { storyModels } from './scripted_stories';

export interface AnalysesOptions {
  /** Documents of the made-up text that groups are read from; many unless told. */
  readonly documents?: number;
}

type Question = Extract<Command, { kind: 'groups' | 'group_card' | 'diagnose' }>;

/** Rows of every evaluation set of the scripted engine are held out. */
const SPLIT = 'held_out';

/** The value of a key, made when first asked for. */
function kept<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

const models = new Map<number | 'shapes' | undefined, readonly AnalysedModel[]>();
const tables = new Map<AnalysedModel, GroupsAnswer>();
const diagnoses = new Map<AnalysedModel, DiagnoseAnswer>();

/** The answer to a question about a model of the run, which may be unknown. */
export function analysisEvent(
  question: Question,
  run: ScriptedRun | undefined,
  { documents }: AnalysesOptions,
): EngineEvent {
  const { requestId, runId, model: index } = question;
  const step = run?.step ?? 0;
  // Known shapes where the run has them, else stories.
  const all =
    run?.config.data.kind === 'synthetic'
      ? kept(models, 'shapes', () => shapeModels(0))
      : kept(models, documents, () => storyModels(0, documents));
  const model = at(all, index);
  switch (question.kind) {
    case 'groups': {
      const answer = kept(tables, model, () => groupsAnswer(model, SPLIT));
      return { kind: 'groups', requestId, runId, answer: { ...answer, step } };
    }
    case 'group_card': {
      const others = all.filter((other) => other !== model);
      const card = { ...groupCard(model, question.group, others), step };
      return { kind: 'group_card', requestId, runId, model: index, card };
    }
    case 'diagnose': {
      const answer = kept(diagnoses, model, () => diagnosisOf(model));
      return { kind: 'diagnosed', requestId, runId, answer: { ...answer, step } };
    }
  }
}

function diagnosisOf({ model, step, indexed, rows }: AnalysedModel): DiagnoseAnswer {
  const { dictionary, codes } = indexed;
  return {
    model,
    step,
    diagnosis: diagnose(dictionary, codes, rows.truth, { activeGroups: codes.slots }),
    featureNames: rows.truth?.features.map(({ name }) => name) ?? [],
    analysedRows: codes.rows,
    split: SPLIT,
  };
}

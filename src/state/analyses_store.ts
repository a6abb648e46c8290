/**
 * What the page asks about trained models as they are now: the group table, single cards, the diagnosis and the
 * held-out evaluation; table and cards of a checkpoint, too. An answer belongs to the step at which it was made, a card to
 * the table that was made before it.
 */
import type { AboutCheckpoint, AboutModel, AskOf } from '../lab/protocol/requests';
import { forgetOldestTables } from './checkpoints';
import type { EngineClient } from './engine_client';
import {
  cardKey,
  forget,
  isUnderWay,
  modelKey,
  pose,
  poseInTurn,
  questionOf,
  useQuestions,
} from './questions';

/** Questions about a whole model that stay the same while it does. */
export type AnalysisName = 'groups' | 'diagnose';

/** Asks for an analysis unless it is under way; tells whether there is an answer. */
export async function analyse(
  engine: EngineClient,
  name: AnalysisName,
  runId: string,
  model: number,
): Promise<'answered' | 'ended'> {
  const key = modelKey(runId, model);
  if (isUnderWay(name, key)) return 'ended';
  const about = { runId, model };
  return pose(engine, name, key, about, {
    put: async (options) => {
      const answer = await engine.ask(name, about, options);
      // Cards of checkpoints are turned towards its axes.
      const isOld = (card: string) => card.startsWith(`${key}#`) || card.startsWith(`${key}@`);
      if (name === 'groups') forget('group_card', isOld);
      return answer;
    },
  });
}

/** Asks for the held-out evaluation of a model, and more where it is `wanted`, unless one is under way; tells whether there is an answer. */
export async function evaluateModel(
  engine: EngineClient,
  runId: string,
  model: number,
  wanted: Pick<AskOf<'evaluate'>, 'bits' | 'codes'>,
): Promise<'answered' | 'ended'> {
  const key = modelKey(runId, model);
  if (isUnderWay('evaluate', key)) return 'ended';
  return pose(engine, 'evaluate', key, { runId, model, ...wanted });
}

/** Asks for an analysis of several models in turn. */
export async function analyseInTurn(
  engine: EngineClient,
  name: AnalysisName,
  runId: string,
  models: readonly number[],
): Promise<void> {
  await poseInTurn(models, (model) => analyse(engine, name, runId, model));
}

/** Asks for the table of a model at a checkpoint. */
export async function analyseCheckpoint(
  engine: EngineClient,
  about: AboutModel & AboutCheckpoint,
): Promise<void> {
  const { runId, model, checkpoint } = about;
  const key = modelKey(runId, model, checkpoint);
  await pose(engine, 'groups', key, about, { stage: 'Reading the checkpoint' });
  forgetOldestTables();
}

/** Most cards kept; the oldest go first. */
const CARDS_KEPT = 64;

/** Asks for the card of a group. */
export async function fetchCard(engine: EngineClient, about: AskOf<'group_card'>): Promise<void> {
  const { runId, model, group, checkpoint } = about;
  const key = cardKey(runId, model, group, checkpoint);
  await pose(engine, 'group_card', key, about, {
    stage: '',
    put: async (options) => {
      const card = await engine.ask('group_card', about, options);
      // The table may have been made anew meanwhile: a card of the old one is of no use.
      const of = modelKey(runId, model, checkpoint);
      const table = questionOf(useQuestions.getState(), 'groups', of).answer;
      const isOld = table !== null && card.step < table.step;
      return isOld ? engine.ask('group_card', about, options) : card;
    },
  });
  const cards = Object.keys(useQuestions.getState().group_card ?? {});
  const old = new Set(cards.slice(0, -CARDS_KEPT));
  if (old.size > 0) forget('group_card', (card) => old.has(card));
}

/** Drops a card, so that it is asked for again. */
export function forgetCard({ runId, model, group, checkpoint }: AskOf<'group_card'>): void {
  forget('group_card', (key) => key === cardKey(runId, model, group, checkpoint));
}

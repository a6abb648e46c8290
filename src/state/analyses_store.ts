/**
 * What the page asks about trained models as they are now: the group table, single cards, the diagnosis and the
 * held-out evaluation. An answer belongs to the step at which it was made, a card to the table that was made before it.
 */
import type { AboutGroup } from '../lab/protocol/requests';
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
export type AnalysisName = 'groups' | 'diagnose' | 'evaluate';

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
      if (name === 'groups') forget('group_card', (card) => card.startsWith(`${key}#`));
      return answer;
    },
  });
}

/** Asks for an analysis of several models in turn. */
export function analyseInTurn(
  engine: EngineClient,
  name: AnalysisName,
  runId: string,
  models: readonly number[],
): Promise<void> {
  return poseInTurn(models, (model) => analyse(engine, name, runId, model));
}

/** Most cards kept; the oldest go first. */
const CARDS_KEPT = 64;

/** Asks for the card of a group. */
export async function fetchCard(engine: EngineClient, about: AboutGroup): Promise<void> {
  const { runId, model, group } = about;
  const key = cardKey(runId, model, group);
  await pose(engine, 'group_card', key, about, {
    stage: '',
    put: async (options) => {
      const card = await engine.ask('group_card', about, options);
      // The table may have been made anew meanwhile: a card of the old one is of no use.
      const table = questionOf(useQuestions.getState(), 'groups', modelKey(runId, model)).answer;
      const isOld = table !== null && card.step < table.step;
      return isOld ? engine.ask('group_card', about, options) : card;
    },
  });
  const cards = Object.keys(useQuestions.getState().group_card ?? {});
  const old = new Set(cards.slice(0, -CARDS_KEPT));
  if (old.size > 0) forget('group_card', (card) => old.has(card));
}

/** Drops a card, so that it is asked for again. */
export function forgetCard({ runId, model, group }: AboutGroup): void {
  forget('group_card', (key) => key === cardKey(runId, model, group));
}

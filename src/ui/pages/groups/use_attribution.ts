/**
 * What a group writes to the vocabulary, asked for when its card is there. A card made anew stands for newer
 * weights, so its group is asked about again.
 */
import { useEffect } from 'react';
import type { GroupCard } from '../../../lab/protocol/protocol';
import type { LogitAttribution } from '../../../lab/protocol/lm_protocol';
import { cardKey, type ModelAnalysis } from '../../../state/analyses_store';
import { engine } from '../../../state/engine_store';
import { attributeGroup, textAnswer, useText } from '../../../state/text_store';

/** Cards whose groups were asked about. */
const asked = new WeakSet<GroupCard>();

export interface Attribution extends ModelAnalysis<LogitAttribution> {
  readonly retry: () => void;
}

export function useAttribution(runId: string, model: number, card: GroupCard): Attribution {
  const key = cardKey(runId, model, card.group);
  const state = useText((text) => textAnswer(text, 'attributions', key));
  const retry = () => void attributeGroup(engine, { runId, model }, card.group);
  useEffect(() => {
    if (asked.has(card)) return;
    asked.add(card);
    void attributeGroup(engine, { runId, model }, card.group);
  }, [card, runId, model]);
  return { ...state, retry };
}

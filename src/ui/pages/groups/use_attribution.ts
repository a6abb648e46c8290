/**
 * What a group writes to the vocabulary, asked for when its card is there. A card made anew stands for newer
 * weights, so its group is asked about again.
 */
import { useEffect } from 'react';
import type { GroupCard } from '../../../lab/protocol/protocol';
import { cardKey, type Question } from '../../../state/questions';
import { useQuestion } from '../../../state/use_question';

/** Cards whose groups were asked about. */
const asked = new WeakSet<GroupCard>();

export interface Attribution extends Question<'attribute_logits'> {
  readonly retry: () => void;
}

export function useAttribution(runId: string, model: number, card: GroupCard): Attribution {
  const { group } = card;
  const question = useQuestion('attribute_logits', cardKey(runId, model, group), 'Attributing');
  const { ask } = question;
  useEffect(() => {
    if (asked.has(card)) return;
    asked.add(card);
    ask({ runId, model, group: card.group });
  }, [card, runId, model, ask]);
  return { ...question, retry: () => ask({ runId, model, group }) };
}

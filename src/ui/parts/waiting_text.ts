/** Why weights are not open yet, and what helps, in words: the same on every page. */
import { useDraftFacts } from '../../state/draft_facts';
import { languageModelOf, useLanguageModels } from '../../state/language_models_store';
import type { LanguageData } from '../../state/language_run';
import { useWaitingWeights, type WaitingWeights } from '../../state/weights_opening';

export interface WaitingText {
  /** "The weights of pythia wait for their data." */
  readonly title: string;
  readonly reason: string;
  readonly help: string;
}

/** "GPT-2 small, layer 8". */
export function placeName({ model, layer }: LanguageData): string {
  const label = languageModelOf(useLanguageModels.getState(), model)?.label ?? model;
  return `${label}, layer ${layer}`;
}

/** What is said of the weights that wait now, beside what is in the draft now; null while none wait. */
export function useWaitingText(): WaitingText | null {
  const waiting = useWaitingWeights((state) => state.waiting);
  const draft = useDraftFacts(({ preview }) => preview?.statistics.width);
  return waiting === null ? null : waitingText(waiting, draft ?? null);
}

/** `draft`: width of the rows in the draft, null while those are not at hand. */
export function waitingText({ name, lack }: WaitingWeights, draft: number | null): WaitingText {
  const title = `The weights of ${name} wait for their data`;
  switch (lack.kind) {
    case 'file':
      return {
        title,
        reason: `They were trained on ${lack.name}, which is not open in this page.`,
        help: `Drop ${lack.name} anywhere.`,
      };
    case 'language_model':
      return {
        title,
        reason: `They were trained on ${placeName(lack.language)}, which is not in this browser yet.`,
        help: 'Choose it for the next run and download it there.',
      };
    case 'width': {
      const { width, origin, language } = lack;
      const seen = origin === null ? '' : `, of ${origin.hook} in ${origin.model}`;
      const instead =
        draft === null ? 'the chosen data are not loaded' : `the chosen data have ${draft}`;
      const file = `a .npy of rows of width ${width}`;
      return {
        title,
        reason: `They need rows of width ${width}${seen}; ${instead}.`,
        help:
          language !== null
            ? `Choose ${placeName(language)} and download it on the Train page, or drop ${file}.`
            : origin !== null
              ? `The lab does not make these activations itself: drop ${file}.`
              : `Drop ${file}, or choose data of that width on the Train page.`,
      };
    }
  }
}

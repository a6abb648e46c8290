/** Why weights are not open yet, and what helps, in words: the same on every page. */
import { languageModelOf, useLanguageModels } from '../../state/language_models_store';
import type { LanguageData } from '../../state/language_run';
import type { WaitingWeights } from '../../state/weights_opening';

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

export function waitingText({ name, lack }: WaitingWeights): WaitingText {
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
        help: 'Put it on the bench and download it there.',
      };
    case 'width': {
      const { width, bench, origin, language } = lack;
      const seen = origin === null ? '' : `, of ${origin.hook} in ${origin.model}`;
      const instead =
        bench === null ? 'those on the bench are not at hand' : `those on the bench have ${bench}`;
      const file = `a .npy of rows of width ${width}`;
      return {
        title,
        reason: `They need rows of width ${width}${seen}; ${instead}.`,
        help:
          language !== null
            ? `Put ${placeName(language)} on the bench and download it there, or drop ${file}.`
            : origin !== null
              ? `The lab does not make these activations itself: drop ${file}.`
              : `Drop ${file}, or choose data of that width on the Train page.`,
      };
    }
  }
}

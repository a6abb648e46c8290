/** The settings of a language model's data in words. */
import type { SettingText } from '../../parts/setting_texts';

export const languageTexts = {
  layer: {
    label: 'Layer',
    symbol: 'L',
    meaning:
      'Which stream is trained on: the one that enters this layer; the last number is the stream after all layers.',
    formula: 'blocks.L.hook_resid_pre',
    source: 'TransformerLens',
  },
  corpus: {
    label: 'Text',
    meaning: 'What the language model reads while its stream is recorded.',
  },
  context: {
    label: 'Context',
    meaning:
      'Tokens of one window. The first position is left out: its norm is many times that of any other.',
  },
} as const satisfies Record<string, SettingText>;

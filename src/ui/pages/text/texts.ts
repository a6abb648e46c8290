/** What the numbers of the Text page say, in plain words, with formula and source. */
import { explain } from '../../parts/explain';
import type { MeasureText } from '../../parts/Measure';

const SPLICE = 'Source: SAELens; Gao et al. 2024, appendix';

export const textTexts = {
  surprisal: {
    text: 'How little the language model expected this token after those before it: 0 is certain.',
    formula: '−log p(token | tokens before)',
  },
  inText: {
    text: 'What fires on at least one token, the largest norm first: how often, and how strongly at most.',
    formula: '‖Dₖᵀpₖ‖',
    source: 'Source: This lab',
  },
  typicalNorm: {
    text: 'The unit of all strengths: how large the contribution is where it fires, on average.',
    formula: 'mean ‖Dₖᵀpₖ‖ over held-out tokens with k ∈ S(x)',
    source: 'Source: This lab',
  },
  ceOriginal: {
    text: 'Cross-entropy of the language model as it is: nats per token.',
    formula: 'CE = −mean log p(next token)',
  },
  ceSae: {
    text: 'Cross-entropy with the reconstruction in place of the residual stream.',
    formula: 'x ← x̂ at every token but the first',
  },
  ceMean: {
    text: 'Cross-entropy with the mean of the residual stream in its place.',
    formula: 'x ← x̄',
  },
  ceZero: { text: 'Cross-entropy with nothing in its place.', formula: 'x ← 0' },
  klSae: {
    text: 'How far the predictions move when the reconstruction takes the place of the residual stream.',
    formula: 'KL(p_original ‖ p_spliced), mean over tokens',
  },
  klMean: { text: 'The same with the mean in its place.', formula: 'x ← x̄' },
  klZero: { text: 'The same with nothing in its place.', formula: 'x ← 0' },
  klScoreMean: {
    text: 'Share of the damage of mean ablation that the reconstruction avoids: 1 is faithful.',
    formula: '(KL_mean − KL_sae) / KL_mean',
    source: SPLICE,
  },
  klScoreZero: {
    text: 'The same against zero ablation, a lower bar: 1 is faithful.',
    formula: '(KL_zero − KL_sae) / KL_zero',
    source: SPLICE,
  },
  ceScoreMean: {
    text: 'Share of the cross-entropy lost by mean ablation that the reconstruction wins back.',
    formula: '(CE_mean − CE_sae) / (CE_mean − CE_original)',
    source: SPLICE,
  },
  ceScoreZero: {
    text: 'The same against zero ablation, a lower bar.',
    formula: '(CE_zero − CE_sae) / (CE_zero − CE_original)',
    source: SPLICE,
  },
  explained: explain(
    'metrics/explained_variance',
    'Share of the variance of the residual stream that the reconstruction holds.',
  ),
  explainedLegacy: explain(
    'metrics/explained_variance_legacy',
    'The same without centring, as older tools print it.',
  ),
  l0: { text: 'Columns of the dictionary that describe one token.', formula: 'E[#{j : z_j ≠ 0}]' },
} satisfies Record<string, MeasureText>;

/** What the numbers and figures of the Groups page say, in plain words. Formulas come from the one table. */
import { explain } from '../../parts/explain';
import type { MeasureText } from '../../parts/Measure';

export const groupTexts = {
  group: {
    text: 'Index in the dictionary. Columns g·r to g·r + r − 1 of the weights belong to group g.',
  },
  labels: {
    text: 'What it writes most strongly on: the labels of its strongest rows, strongest first.',
  },
  freq: explain('frequency', 'How often it fires, as a share of the analysed rows.'),
  norm: explain('mean_norm', 'How strongly it writes when it fires, on average.'),
  wrank: explain(
    'stable_rank',
    'Dimensions that its weights offer: stable rank of its map. What it could do.',
  ),
  rank: explain(
    'stable_rank',
    'Dimensions that its codes use: stable rank of their spread. What it does.',
  ),
  irred: explain(
    'irreducibility',
    'How far its codes are from being independent parts or a mixture: high for a circle, near 0 for a bundle of separate features.',
  ),
  cluster: explain(
    'cluster',
    'Number of the set of near-duplicates that it belongs to; none for most.',
  ),
  spark: explain('mean_norm', 'How often it fires how strongly, from 0 to its largest norm.'),
  held: explain('capture', 'True features that lie at least half in its span.'),
  capture: explain('capture', 'How much of the true feature lies in its span: 100 % is all of it.'),
  inSpan: {
    text: 'Atoms of the other model, trained on the same batches, with at least half of their squared norm in the span of this group: the pieces into which it cuts the same feature. Where there is none, the nearest. A spoke is an atom in the plane of the first two axes; the percentage is what of it lies in the span.',
    formula: '‖Q_k d_j‖² / ‖d_j‖² ≥ ½, Q_k the rank-90 row space of the group',
    source: 'Source: This lab',
  },
  scatter: {
    text: 'What it writes in each row where it fires, in its own principal axes; the centre is silence. Drag around points to list them.',
    formula: 'PCA of D_kᵀp_k, not centred for drawing',
    source: 'Source: This lab',
  },
  spectra: {
    text: 'Codes: the spread of what it writes along each axis, what it does. Map and decoder: what its weights allow, what it could do. Each row has its own scale.',
  },
  nearest: explain(
    'principal_cosine',
    'How nearly its span shares a direction with others: 1 is the same direction.',
  ),
  coFiring: {
    text: 'Fires in the same rows more often than by chance.',
    formula: 'lift = P(both) / (P(a)·P(b))',
    source: 'Source: This lab',
  },
  otherCoFiring: {
    text: 'Latents of the other model that fire in the rows of this group more often than by chance, wherever their atoms point.',
    formula: 'lift = P(both) / (P(a)·P(b))',
    source: 'Source: This lab',
  },
  strongest: { text: 'The rows where it writes most strongly, with the length of what it writes.' },
  contexts: {
    text: 'The tokens on which it writes most strongly, in their texts: one from a document, no wording twice. The deeper the colour, the longer what it writes.',
    formula: '‖D_kᵀp_k‖ of each token',
    source: 'Source: This lab',
  },
  tokens: {
    text: 'The tokens at whose place it fires. Share: of all its firings. Fires on: of all places of the token. Lift: how many times as often as on any token.',
    formula: 'lift = P(fires | token) / P(fires)',
    source: 'Source: This lab',
  },
  writes: {
    text: 'What it adds to the score of each next word when it writes one typical norm along an axis, or at an angle in the plane of its first two axes, if nothing after it changed that: its directions through the gain of the last norm and the unembedding. Angles and colours are those of the picture of its codes.',
    formula: 'Δ logits ≈ W_U · diag(gain) · (norm · axis)',
    source: 'Source: nostalgebraist, “interpreting GPT: the logit lens” (2020)',
  },
  quantiles: {
    text: 'Rows further down its list: those whose norm stands at this quantile of all its firings. The top does not stand for the whole.',
  },
} satisfies Record<string, MeasureText>;

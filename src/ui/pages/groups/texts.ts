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
  freq: explain(
    'frequency',
    'How often it fires, as a share of the analysed rows, which the page names. The Train page counts on fewer rows.',
  ),
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
    'How far its codes are from being independent parts or a mixture, beyond what Gaussian clouds of as many points give: above 0.3 for a circle, within the chance level for independent parts, near 0 for a bundle of lines. A gate that lets a group fire only on long codes hollows its cloud: a Gaussian behind it scores 0.2 to 0.6 in a plane, up to 0.1 in three dimensions and below 0.05 in four.',
  ),
  cluster: explain(
    'cluster',
    'Number of the set of near-duplicates that it belongs to; most belong to none.',
  ),
  spark: explain('mean_norm', 'How often it fires at each strength, from 0 to its largest norm.'),
  held: explain('capture', 'True features that lie at least half in its span.'),
  capture: explain('capture', 'How much of the true feature lies in its span: 100 % is all of it.'),
  inSpan: {
    text: 'Atoms of the other model, trained on the same batches, with at least half of their squared norm in the span of this group: the pieces into which it cuts the same feature. Where there is none, the nearest. A spoke is an atom in the plane of the first two axes; the percentage is what of it lies in the span.',
    formula: '‖Q_k d_j‖² / ‖d_j‖² ≥ ½, Q_k the rank90 row space of the group',
    source: 'Source: This lab',
  },
  scatter: {
    text: 'What it writes in each row where it fires, in its own principal axes; the centre is 0. Drag around points to list them.',
    formula: 'PCA of D_kᵀp_k, not centred for drawing',
    source: 'Source: This lab',
  },
  spectra: {
    text: 'Codes: the spread of what it writes along each axis, what it does. Map and decoder: what its weights allow, what it could do. Each has its own scale.',
  },
  nearest: explain(
    'principal_cosine',
    'How nearly its span shares a direction with others: 1 is the same direction. Spans of several dimensions come close by chance; the title says how close the nearest would be if all were randomly oriented. Atoms whose codes are never negative keep the sign of their cosine.',
  ),
  coFiring: {
    text: 'Fires in the same rows more often than by chance: a lift this large would come up for fewer than 5 of 100 units without a partner.',
    formula: 'lift = P(both) / (P(a)·P(b)); listed when P(Poisson ≥ count) · units < 0.05',
    source: 'Source: This lab',
  },
  otherCoFiring: {
    text: 'Latents of the other model that fire in the rows of this group more often than by chance, wherever their atoms point.',
    formula: 'lift = P(both) / (P(a)·P(b))',
    source: 'Source: This lab',
  },
  strongest: { text: 'The rows where it writes most strongly, with the norm of what it writes.' },
  contexts: {
    text: 'The tokens on which it writes most strongly, in their texts: one per document, no wording twice. The deeper the colour, the larger the norm of what it writes.',
    formula: '‖D_kᵀp_k‖ of each token',
    source: 'Source: This lab',
  },
  tokens: {
    text: 'The tokens on which it fires. Share: of all its firings. Fires on: of all occurrences of the token. Lift: how many times as often as on all tokens; by lift, only tokens are listed that chance would list for fewer than 5 of 100 units.',
    formula: 'lift = P(fires | token) / P(fires); listed when P(Poisson ≥ firings) · tokens < 0.05',
    source: 'Source: This lab',
  },
  writes: {
    text: 'What it adds to the logit of each next token when it writes one typical norm along an axis, or at an angle in the plane of its first two axes, if nothing after it changed that: its directions through the gain of the last norm and the unembedding. Angles and colours are those of the picture of its codes.',
    formula: 'Δ logits ≈ W_U · diag(gain) · (norm · axis)',
    source: 'Source: nostalgebraist, “interpreting GPT: the logit lens” (2020)',
  },
  quantiles: {
    text: 'Rows further down its list: those whose norm stands at this quantile of all its firings. The top is not the whole.',
  },
} satisfies Record<string, MeasureText>;

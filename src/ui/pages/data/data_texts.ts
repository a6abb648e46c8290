/** What the numbers of the Data page say, in plain words, with their formulas. */
import type { MeasureText } from '../../parts/Measure';

export const summaryTexts = {
  trained: { text: 'Rows that training draws from. What is held out is never trained on.' },
  heldOut: { text: 'Rows that are never trained on: analyses and evaluations read these.' },
  width: { text: 'Numbers in a row.', formula: 'd' },
  power: {
    text: 'How much there is to explain. λ is a share of it.',
    formula: 'E‖x − x̄‖²',
  },
  meanNorm: { text: 'The norm of a row, on average.', formula: 'E‖x‖' },
  gamma: {
    text: 'How far the mean is from zero, in units of the spread; rows that are all alike have none. Well above 1, an autoencoder that starts without the mean in b_dec spends its first units on it.',
    formula: 'γ = ‖x̄‖ / √E‖x − x̄‖²',
  },
  participation: {
    text: 'How many directions the data fill, counted as if all were filled alike.',
    formula: '(Σλᵢ)² / Σλᵢ²,  λᵢ eigenvalues of the covariance',
  },
  directions90: {
    text: 'Principal directions that hold nine tenths of the power: what PCA would need.',
    formula: 'min n : Σ_{i≤n} λᵢ ≥ 0.9 Σλᵢ',
  },
  spectrum: {
    text: 'Power along each principal direction, largest first, on a logarithmic scale. A flat spectrum means noise or many similar features; a steep one, few strong directions.',
    formula: 'λᵢ(E[(x − x̄)(x − x̄)ᵀ])',
  },
  norms: {
    text: 'The norms of the rows. A few rows with far larger norms than the others would dominate the loss.',
    formula: '‖x‖',
  },
} satisfies Record<string, MeasureText>;

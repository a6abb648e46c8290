/** The shapes on which a language model is held against its float64 twin. */
import type { TransformerConfig } from '../../../src/lm/language_model';

interface ForwardCase {
  readonly name: string;
  readonly config: TransformerConfig;
  readonly sequences: number;
  readonly positions: number;
}

const common = { layers: 2, vocabulary: 33, context: 40, epsilon: 1e-5 } as const;

export const forwardCases: readonly ForwardCase[] = [
  {
    name: 'llama, width 12, 3 heads',
    config: { ...common, form: 'llama', width: 12, hidden: 17, heads: 3, kvHeads: 3 },
    sequences: 3,
    positions: 17,
  },
  {
    name: 'llama, width 36, heads of 6 numbers sharing keys',
    config: { ...common, form: 'llama', width: 36, hidden: 33, heads: 6, kvHeads: 2 },
    sequences: 5,
    positions: 5,
  },
  {
    name: 'llama, width 20, one head',
    config: { ...common, form: 'llama', width: 20, hidden: 33, heads: 1, kvHeads: 1 },
    sequences: 1,
    positions: 33,
  },
  {
    name: 'gpt2, width 12, 3 heads',
    config: { ...common, form: 'gpt2', width: 12, hidden: 17, heads: 3, kvHeads: 3 },
    sequences: 3,
    positions: 5,
  },
  {
    name: 'gpt2, width 21, heads of 7 numbers',
    config: { ...common, form: 'gpt2', width: 21, hidden: 33, heads: 3, kvHeads: 3 },
    sequences: 5,
    positions: 1,
  },
  {
    name: 'gpt2, width 36, one head',
    config: { ...common, form: 'gpt2', width: 36, hidden: 65, heads: 1, kvHeads: 1 },
    sequences: 1,
    positions: 33,
  },
];

export const families = ['direct', 'quads', 'tiled'] as const;

/** Every case in all kernel families, its weight format such that each form meets all three in each. */
export const familyCases = families.flatMap((family, f) =>
  forwardCases.map((forwardCase, i) => ({
    ...forwardCase,
    family,
    format: (['f32', 'f16', 'i8'] as const)[(i + f) % 3] ?? 'f32',
  })),
);

/** The shapes on which a language model is held against its float64 twin. */
import type { TransformerConfig, WeightFormat } from '../../../src/lm/language_model';
import { LARGE_TILES, type LinearTile } from '../../../src/lm/linear_passes';
import type { KernelFamily } from '../../../src/lm/transformer_layout';

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

/** A case of the passes one by one. */
export interface PassCase extends ForwardCase {
  readonly family: KernelFamily;
  readonly format: WeightFormat;
  /** Position of the first row of each sequence: 0, or that of a generator. */
  readonly position: number;
  /** Tile of the linear layers; what the shape chooses when null. */
  readonly tile: LinearTile | null;
  /** Only passes whose kernels' names begin so; all when null. */
  readonly only: string | null;
}

const everything = { position: 0, tile: null, only: null } as const;

/** More than one tile of rows and of outputs, not all full. */
const manyTiles = {
  name: 'llama, width 96, heads of 48 sharing keys',
  config: { ...common, form: 'llama', width: 96, hidden: 70, heads: 2, kvHeads: 1, context: 64 },
  sequences: 2,
  positions: 49,
} as const satisfies ForwardCase;

const tileCases: readonly PassCase[] = LARGE_TILES.map((tile, t) => ({
  ...manyTiles,
  ...everything,
  name: `${manyTiles.name}, tiles of ${tile.rows} × ${tile.outputs}`,
  family: 'tiled',
  format: (['f32', 'f16', 'i8'] as const)[t % 3] ?? 'f32',
  tile,
  // One kind of output is enough for the tiles; a software adapter compiles a kernel for seconds.
  only: 'project_heads',
}));

/** Attention alone: `width` is one head's, or that of two which share keys. */
function attentionCase(
  family: KernelFamily,
  width: number,
  heads: number,
  positions: number,
  position: number,
): PassCase {
  const sizes = { width, heads, kvHeads: 1, hidden: 4, layers: 1, context: 160 };
  return {
    ...everything,
    name: `attention of ${heads} × ${width / heads} numbers, ${positions} positions from ${position}`,
    config: { ...common, ...sizes, form: 'gpt2' },
    sequences: 3,
    positions,
    family,
    format: 'f32',
    position,
    only: 'attention',
  };
}

const attentionCases: readonly PassCase[] = [
  // The widest head with tiles, and one too wide for them.
  attentionCase('tiled', 64, 1, 81, 0),
  attentionCase('tiled', 68, 1, 19, 0),
  // Positions that go on from others.
  ...families.map((family) => attentionCase(family, 24, 2, 37, 11)),
  // One position behind none, some and more keys than a workgroup has threads.
  ...(['direct', 'tiled'] as const).flatMap((family) =>
    [0, 33, 150].flatMap((position) => [
      attentionCase(family, 12, 2, 1, position),
      attentionCase(family, 48, 1, 1, position),
      attentionCase(family, 216, 2, 1, position),
    ]),
  ),
];

export const passCases: readonly PassCase[] = [
  ...familyCases.map((plain) => ({ ...plain, ...everything })),
  ...tileCases,
  ...attentionCases,
];

/** What several architectures answer alike. */
import type { Budget, BrokenRule, LooseSettings, ModelShape } from './architecture';

type Vectors = Readonly<Record<string, Float32Array>>;

/** A number among settings that may be incomplete. */
export function numberOr(settings: LooseSettings, key: string, otherwise: number): number {
  const value = settings[key];
  return typeof value === 'number' && value > 0 ? value : otherwise;
}

/** A gate that would let more through than there is. */
export function tooMany(
  setting: string,
  value: number,
  limit: string,
  most: number,
): readonly BrokenRule[] {
  if (value <= most) return [];
  return [
    { setting, sentence: `is ${value}; it must be a whole number from 1 to ${limit} (${most})` },
  ];
}

/** Says when a row may use as many columns as it has numbers. */
export function looseGate({ rank, slots }: ModelShape, width: number): readonly string[] {
  const columns = slots * rank;
  if (columns < width) return [];
  return [
    `${slots} active × rank ${rank} = ${columns} columns reach the data's ${width} dimensions. Sparsity then no longer binds, and features share groups as in plain PCA.`,
  ];
}

/** The threshold that all units share, which a folder has once for every column. */
export const firstThreshold = ({ thresholds = new Float32Array(1) }: Vectors) => ({
  thresholds: thresholds.slice(0, 1),
});

/** What models of single latents answer alike: an encoder bias, and norms that begin at 1 and stay free. */
export const singleLatents = {
  encoderBias: () => true,
  initialNorm: () => 1,
  unitRows: () => false,
} as const;

interface SizesByK {
  readonly d_sae: number;
  readonly k: number;
}

const shapeByK = ({ d_sae, k }: SizesByK): ModelShape => ({ groups: d_sae, rank: 1, slots: k });

/** The same of models whose gate lets k latents through, in a row or on average, and that have no penalty. */
export const latentsByK = {
  ...singleLatents,
  shape: shapeByK,
  rules: ({ k, d_sae }: SizesByK) => tooMany('k', k, 'd_sae', d_sae),
  warnings: (config: SizesByK, width: number) => looseGate(shapeByK(config), width),
  penalty: () => null,
  live: ({ k }: SizesByK) => [{ setting: 'k', value: k }],
  budget: (settings: LooseSettings): Budget => ({
    columns: numberOr(settings, 'd_sae', 256),
    active: numberOr(settings, 'k', 4),
  }),
  sized: ({ columns, active }: Budget) => ({ d_sae: columns, k: Math.min(active, columns) }),
} as const;

/** What several architectures answer alike. */
import type { BrokenRule, LooseSettings, ModelShape } from './architecture';

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

/**
 * The synthetic data sets that the lab offers by name, with what a person sees of them. Source: the
 * trials of docs/method/trials.md.
 */
import { parseZooSpec, type ZooInput, type ZooSpec } from './zoo_spec';

export const zooPresetNames = ['figure1', 'zoo', 'zoo_independent', 'zoo2'] as const;
export type ZooPresetName = (typeof zooPresetNames)[number];

export interface ZooPreset {
  readonly label: string;
  readonly spec: ZooSpec;
}

/** 16 circles, 16 spheres, 16 signed lines, 8 helices and 8 four-dimensional Gaussians. */
const mixedFeatures: ZooInput['features'] = [
  { kind: 'circle', count: 16 },
  { kind: 'sphere', count: 16 },
  { kind: 'signed_line', count: 16 },
  { kind: 'helix', count: 8 },
  { kind: 'gaussian', dimension: 4, count: 8 },
];

const inputs: Record<ZooPresetName, { readonly label: string; readonly spec: ZooInput }> = {
  /** Signal power 1 and noise power 0.16² = 0.0256: standard deviation 0.02 in each dimension. */
  figure1: {
    label: 'Circle, sphere, helix',
    spec: {
      width: 64,
      features: [{ kind: 'circle' }, { kind: 'sphere' }, { kind: 'helix' }],
      frequency: { kind: 'exactly', active: 1 },
      noise: 0.16,
    },
  },
  /** Signal power 3; the noise lets a perfect dictionary explain 0.9887 of the variance. */
  zoo: {
    label: 'Feature zoo',
    spec: {
      width: 128,
      features: mixedFeatures,
      frequency: { kind: 'exactly', active: 3 },
      noise: 0.11,
    },
  },
  /** The same features, of which no row has a fixed number: three on average, none in one row of twenty. */
  zoo_independent: {
    label: 'Feature zoo, independent',
    spec: {
      width: 128,
      features: mixedFeatures,
      frequency: { kind: 'uniform', probability: 3 / 64 },
      noise: 0.11,
    },
  },
  /** Many features of one dimension, which groups of rank 4 are tempted to hold four at a time. */
  zoo2: {
    label: 'Feature zoo of lines',
    spec: {
      width: 128,
      features: [
        { kind: 'signed_line', count: 96 },
        { kind: 'circle', count: 16 },
        { kind: 'sphere', count: 16 },
      ],
      frequency: { kind: 'exactly', active: 3 },
      noise: 0.11,
    },
  },
};

/** A synthetic data set by name. */
export function zooPreset(name: ZooPresetName): ZooPreset {
  const { label, spec } = inputs[name];
  return { label, spec: parseZooSpec(spec) };
}

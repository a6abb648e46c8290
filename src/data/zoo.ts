/**
 * A synthetic data set ready to be drawn from: every feature with its frame, frequency and place in the
 * kernel's tables, and what is known about the data exactly. Both ways of making rows (zoo_rows.ts on
 * the CPU, shaders/make_zoo_batch.wgsl on the GPU) read this one object. Source: docs/method/data.md.
 */
import { at, largest } from '../base/array';
import type { SourceFeature } from './source';
import { drawFrames } from './zoo_frames';
import { isCentred, shapeDimension, SWISS_ROLL_TURNS, type ShapeKind } from './zoo_shapes';
import { badZoo, type ZooFeatureSpec, type ZooSpec } from './zoo_spec';

/** A feature of a data set. Features without a parent come before all children. */
interface ZooFeature extends SourceFeature {
  readonly kind: ShapeKind;
  /** Turns, clusters or dimension, where the shape has one; see shapeDimension. */
  readonly parameter: number;
  /** Row of `Zoo.frames` where the feature's frame begins. */
  readonly firstFrameRow: number;
  /** t ~ U(low, high). */
  readonly scale: readonly [low: number, high: number];
  /** Index of the parent; null for a feature of its own. */
  readonly parent: number | null;
  /** Probability of presence: given the parent for a child; unused for roots when exactly n are drawn. */
  readonly probability: number;
  /** p_i, the share of rows in which it is present. */
  readonly frequency: number;
}

export interface Zoo {
  readonly width: number;
  readonly seed: number;
  readonly features: readonly ZooFeature[];
  /** Features without a parent: indices 0 … roots − 1. */
  readonly roots: number;
  /** How many roots are present in every row; null when each is present independently. */
  readonly exactly: number | null;
  /** [Σ d_i, width], frames one after the other. */
  readonly frames: Float32Array;
  /** Most features in one row. */
  readonly maxActive: number;
  /** Largest d_i. */
  readonly coordinateStride: number;
  /** Standard deviation of the noise in each dimension. */
  readonly noiseStd: number;
  /** Σ_i p_i E[t_i²]: E‖signal‖² when shapes are centred. */
  readonly signalPower: number;
  /** Σ_i p_i d_i, mean dimension of what is present. */
  readonly meanActiveDimension: number;
}

/** The draws of a row are laid out for at most this many features. */
const MAX_FEATURES = 65536;

/** Scratch memory of a workgroup of the kernel in bytes: WebGPU's default limit. */
const MAX_SCRATCH_BYTES = 16384;
const COMFORTABLE_SCRATCH_BYTES = 4096;

/** Lays out a data set. Throws LabError `bad_config` when its settings contradict each other. */
export function layOutZoo(spec: ZooSpec, seed: number): Zoo {
  const named = nameFeatures(spec);
  const roots = named.filter(({ spec: { child_of } }) => child_of === undefined);
  const children = named.filter(({ spec: { child_of } }) => child_of !== undefined);
  const ordered = [...roots, ...children];
  if (roots.length === 0) throw badZoo('every feature has a parent');
  if (ordered.length > MAX_FEATURES) throw badZoo(`it has more than ${MAX_FEATURES} features`);
  const { frequency } = spec;
  if (frequency.kind === 'exactly' && frequency.active > roots.length) {
    throw badZoo(`${frequency.active} active features are asked for, of ${roots.length}`);
  }

  const dimensions = ordered.map(({ spec: feature }) =>
    shapeDimension(feature.kind, parameterOf(feature)),
  );
  const widest = largest(dimensions);
  if (widest > spec.width) {
    throw badZoo(`a feature of ${widest} dimensions does not fit a width of ${spec.width}`);
  }
  const exactly = frequency.kind === 'exactly' ? frequency.active : null;
  const maxActive = (exactly ?? roots.length) + children.length;
  if (2 * scratchBytes(maxActive, widest) > MAX_SCRATCH_BYTES) {
    throw badZoo(
      `up to ${maxActive} features of up to ${widest} dimensions in one row exceed what the GPU kernel can hold`,
    );
  }
  const frames = drawFrames(dimensions, spec.width, spec.coherence, seed);

  const features: ZooFeature[] = [];
  let firstFrameRow = 0;
  ordered.forEach(({ name, spec: feature }, index) => {
    const dimension = at(dimensions, index);
    const parent = parentOf(feature, name, ordered, index);
    const probability = feature.child_of?.probability ?? rootProbability(spec, roots.length, index);
    const parentFrequency = parent === null ? 1 : at(features, parent).frequency;
    features.push({
      name,
      kind: feature.kind,
      dimension,
      frame: frames.slice(firstFrameRow * spec.width, (firstFrameRow + dimension) * spec.width),
      parameter: parameterOf(feature),
      firstFrameRow,
      scale: feature.scale,
      parent,
      probability,
      frequency: parentFrequency * probability,
    });
    firstFrameRow += dimension;
  });

  const signalPower = features.reduce(
    (sum, feature) => sum + feature.frequency * meanSquareScale(feature),
    0,
  );
  return {
    width: spec.width,
    seed,
    features,
    roots: roots.length,
    exactly,
    frames,
    maxActive,
    coordinateStride: widest,
    noiseStd: spec.noise * Math.sqrt(signalPower / spec.width),
    signalPower,
    meanActiveDimension: features.reduce(
      (sum, { frequency: p, dimension }) => sum + p * dimension,
      0,
    ),
  };
}

/**
 * Rows that one workgroup of the kernel makes, two to eight: few enough that its scratch memory stays
 * small, so that a GPU core holds several workgroups and software adapters compile it quickly.
 */
export function rowsPerWorkgroup(zoo: Zoo): number {
  const perRow = scratchBytes(zoo.maxActive, zoo.coordinateStride);
  return Math.max(2, Math.min(8, Math.floor(COMFORTABLE_SCRATCH_BYTES / perRow)));
}

/** E[t²] of U(low, high). */
function meanSquareScale({ scale: [low, high] }: Pick<ZooFeature, 'scale'>): number {
  return (low * low + low * high + high * high) / 3;
}

/**
 * The explained variance of a perfect dictionary: each row projected onto the subspaces of the features
 * that are present, which loses only the noise outside them, σ²(d − Σ p_i d_i). Null when a shape has a
 * mean, where the formula does not hold.
 */
export function perfectExplainedVariance(zoo: Zoo): number | null {
  if (!zoo.features.every(({ kind }) => isCentred(kind))) return null;
  const noisePower = zoo.noiseStd ** 2;
  const lost = noisePower * (zoo.width - zoo.meanActiveDimension);
  return 1 - lost / (zoo.signalPower + noisePower * zoo.width);
}

interface NamedFeature {
  readonly name: string;
  readonly spec: ZooFeatureSpec;
}

function nameFeatures(spec: ZooSpec): NamedFeature[] {
  const seen = new Set<string>();
  return spec.features.flatMap((feature) => {
    const base = feature.name ?? feature.kind.replace('_', ' ');
    return Array.from({ length: feature.count }, (_, index) => {
      const name = feature.count === 1 ? base : `${base} ${index + 1}`;
      if (seen.has(name)) throw badZoo(`two features are called "${name}"`);
      seen.add(name);
      return { name, spec: feature };
    });
  });
}

function parameterOf(feature: ZooFeatureSpec): number {
  switch (feature.kind) {
    case 'helix':
      return feature.turns;
    case 'swiss_roll':
      return SWISS_ROLL_TURNS;
    case 'simplex':
      return feature.clusters;
    case 'gaussian':
      return feature.dimension;
    default:
      return 0;
  }
}

function parentOf(
  feature: ZooFeatureSpec,
  name: string,
  ordered: readonly NamedFeature[],
  index: number,
): number | null {
  const { child_of: link } = feature;
  if (link === undefined) return null;
  const parent = ordered.findIndex((candidate) => candidate.name === link.parent);
  if (parent < 0) throw badZoo(`the parent "${link.parent}" of "${name}" does not exist`);
  if (parent >= index) throw badZoo(`the parent "${link.parent}" must be listed before "${name}"`);
  return parent;
}

function rootProbability({ frequency }: ZooSpec, roots: number, index: number): number {
  switch (frequency.kind) {
    case 'exactly':
      return frequency.active / roots;
    case 'uniform':
      return frequency.probability;
    case 'zipf':
      return frequency.probability * (index + 1) ** -frequency.exponent;
  }
}

function scratchBytes(maxActive: number, stride: number): number {
  return 4 * maxActive * (stride + 1);
}

/**
 * A synthetic data set as an endless source of activations with known features. Training batches are
 * made on the GPU by one kernel; the CPU makes the same rows, with their truth, for evaluation. Training
 * and held-out rows come from different random streams.
 */
import { RandomStream } from '../base/random';
import type { Plan } from '../gpu/plan';
import { batchBuffer } from './batch_buffer';
import { defineUniforms } from '../gpu/uniforms';
import { makeZooBatchKernel } from './kernels';
import { padRows, vectorsPerRow } from '../base/padded_rows';
import type { ReadySource, StreamPlan } from './source';
import { layOutZoo, perfectExplainedVariance, rowsPerWorkgroup, type Zoo } from './zoo';
import { makeZooRows, presenceThreshold } from './zoo_rows';
import { shapeCode } from './zoo_shapes';
import type { ZooSpec } from './zoo_spec';

/** A source of made data, with what is known about it exactly. */
export interface ZooSource extends ReadySource {
  readonly zoo: Zoo;
}

/** Opens a synthetic data set. Throws LabError `bad_config` when its settings contradict each other. */
export function openZooSource(spec: ZooSpec, seed: number, label: string): ZooSource {
  const zoo = layOutZoo(spec, seed);
  return {
    label,
    description: describe(zoo),
    width: zoo.width,
    size: { train: null, held_out: null, all: null },
    features: zoo.features,
    zoo,
    stream: (batchRows) => zooStream(zoo, batchRows),
    batch: (batchIndex, batchRows) =>
      makeZooRows(
        zoo,
        { stream: RandomStream.syntheticTrain, step: batchIndex, firstRow: 0 },
        batchRows,
        batchIndex * batchRows,
      ),
    // Rows of `train` are those of batch 0, were it long enough.
    read: (split, start, count) =>
      makeZooRows(
        zoo,
        {
          stream: split === 'train' ? RandomStream.syntheticTrain : RandomStream.syntheticHeldOut,
          step: 0,
          firstRow: start,
        },
        count,
        start,
      ),
  };
}

function describe(zoo: Zoo): string {
  const present =
    zoo.exactly === null
      ? `${zoo.features.length} features`
      : `${zoo.exactly} of ${zoo.roots} features per row`;
  const perfect = perfectExplainedVariance(zoo);
  const ceiling =
    perfect === null ? '' : `, a perfect model explains ${perfect.toFixed(3)} of the variance`;
  return `${zoo.width} dimensions, ${present}, noise ${zoo.noiseStd.toPrecision(2)} in each dimension, endless${ceiling}`;
}

const uniform = defineUniforms([
  ['seed', 'u32'],
  ['stream', 'u32'],
  ['step', 'u32'],
]);

function zooStream(zoo: Zoo, batchRows: number): StreamPlan {
  const vectors = vectorsPerRow(zoo.width);
  const table = featureTable(zoo);
  const frames = padRows(zoo.frames, zoo.width);
  const rowsPerGroup = rowsPerWorkgroup(zoo);
  const plan: Plan = {
    name: 'synthetic data',
    uniform,
    buffers: [
      {
        name: 'zoo_features',
        type: 'u32',
        length: table.length,
        shape: `[${zoo.features.length} features, 8]`,
        initial: table,
      },
      {
        name: 'zoo_frames',
        type: 'f32',
        length: frames.length,
        shape: `[${frames.length / (4 * vectors)} frame rows, ${4 * vectors}]`,
        initial: frames,
      },
      batchBuffer(batchRows, vectors),
    ],
    imports: [],
    clears: [],
    passes: [
      {
        name: 'make batch',
        kernel: makeZooBatchKernel,
        bindings: { features: 'zoo_features', frames: 'zoo_frames', x: 'x' },
        constants: {
          BATCH_ROWS: batchRows,
          WIDTH: zoo.width,
          VECTORS: vectors,
          FEATURES: zoo.features.length,
          ROOTS: zoo.roots,
          EXACTLY: zoo.exactly ?? 0,
          MAX_ACTIVE: zoo.maxActive,
          STRIDE: zoo.coordinateStride,
          ROWS_PER_GROUP: rowsPerGroup,
          NOISE_STD: zoo.noiseStd,
        },
        workgroups: [Math.ceil(batchRows / rowsPerGroup), 1, 1],
      },
    ],
  };
  return {
    plan,
    output: 'x',
    uniforms: (batchIndex) => ({
      seed: zoo.seed,
      stream: RandomStream.syntheticTrain,
      step: batchIndex,
    }),
  };
}

/** The kernel's table: eight words per feature, laid out in shaders/make_zoo_batch.wgsl. */
function featureTable(zoo: Zoo): Uint32Array {
  const table = new Uint32Array(8 * zoo.features.length);
  const floats = new Float32Array(table.buffer);
  zoo.features.forEach((feature, index) => {
    const [low, high] = feature.scale;
    table.set(
      [
        shapeCode(feature.kind),
        feature.dimension,
        feature.firstFrameRow,
        feature.parent ?? 0xffffffff,
        presenceThreshold(feature.probability),
        feature.parameter,
      ],
      8 * index,
    );
    floats.set([low, high - low], 8 * index + 6);
  });
  return table;
}

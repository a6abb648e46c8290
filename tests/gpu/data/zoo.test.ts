/**
 * shaders/make_zoo_batch.wgsl against its CPU twin: every kind of shape, children, all ways of choosing
 * features, widths and batches that fill no vector or workgroup, on strong and weak devices.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import type { SourceFeature } from '../../../src/data/source';
import { openZooSource, type ZooSource } from '../../../src/data/zoo_source';
import { shapeKinds } from '../../../src/data/zoo_shapes';
import { zooPreset, zooPresetNames } from '../../../src/data/zoo_presets';
import { parseZooSpec, type ZooInput } from '../../../src/data/zoo_spec';
import { defaultLimitsDevice, testDevice } from '../adapter';
import { fillBatches } from './fill_batch';

const EPSILON = 2 ** -24;

/** One feature of each kind, scales that vary, and children of two generations. */
const everyKind: ZooInput['features'] = [
  ...shapeKinds
    .filter((kind) => kind !== 'helix' && kind !== 'simplex' && kind !== 'gaussian')
    .map((kind) => ({ kind, scale: [0.5, 2] as [number, number] })),
  { kind: 'helix', turns: 3 },
  { kind: 'simplex', clusters: 2, name: 'pair' },
  { kind: 'simplex', clusters: 11, name: 'eleven clusters', scale: [1, 3] },
  { kind: 'gaussian', dimension: 1, name: 'gaussian 1' },
  { kind: 'gaussian', dimension: 16, name: 'gaussian 16' },
  { kind: 'circle', name: 'child', child_of: { parent: 'sphere', probability: 0.6 } },
  { kind: 'line', name: 'grandchild', count: 3, child_of: { parent: 'child', probability: 0.7 } },
];

/** Largest coordinate of a shape of scale 1: √(48 ln 2) ≈ 5.77 for a normal, below 2 for all others. */
function extent({ kind, dimension }: SourceFeature): number {
  return kind === 'gaussian' ? 5.77 / Math.sqrt(dimension) : 2;
}

/**
 * Largest difference of a batch from its CPU twin, in units of the bound for that element. A coordinate
 * of a shape of scale t is within 24ε·t·extent (random.test.ts derives it for normals; other shapes do
 * with fewer operations); scaling by t adds 2ε, a sum of m products (m + 1)ε of the sum of their sizes.
 * Padding must be zero.
 */
function worstError(source: ZooSource, batchIndex: number, rows: number, x: Float32Array): number {
  const twin = source.batch(batchIndex, rows);
  const { truth } = twin;
  if (truth === undefined) throw new Error('synthetic rows have a truth');
  const { width, noiseStd } = source.zoo;
  const padded = 4 * Math.ceil(width / 4);
  let worst = 0;
  for (let row = 0; row < rows; row += 1) {
    for (let j = 0; j < padded; j += 1) {
      const value = at(x, row * padded + j);
      if (j >= width) {
        if (value !== 0) return Infinity;
        continue;
      }
      let sizes = 5.77 * noiseStd;
      let terms = 1;
      let bound = 25 * EPSILON * 5.77 * noiseStd;
      for (let slot = 0; slot < truth.maxActive; slot += 1) {
        const index = at(truth.present, row * truth.maxActive + slot);
        if (index === 0xffffffff) break;
        const feature = at(source.zoo.features, index);
        for (let k = 0; k < feature.dimension; k += 1) {
          const coordinate = at(
            truth.coordinates,
            (row * truth.maxActive + slot) * truth.coordinateStride + k,
          );
          const direction = Math.abs(at(feature.frame, k * width + j));
          sizes += Math.abs(coordinate) * direction;
          terms += 1;
          bound += 26 * EPSILON * extent(feature) * feature.scale[1] * direction;
        }
      }
      bound += (terms + 1) * EPSILON * sizes;
      worst = Math.max(worst, Math.abs(value - at(twin.x, row * width + j)) / bound);
    }
  }
  return worst;
}

describe('a batch of synthetic data on the GPU', () => {
  const cases: readonly { width: number; rows: number; frequency: ZooInput['frequency'] }[] = [
    { width: 17, rows: 1, frequency: { kind: 'exactly', active: 13 } },
    { width: 33, rows: 3, frequency: { kind: 'uniform', probability: 1 } },
    { width: 64, rows: 133, frequency: { kind: 'exactly', active: 5 } },
    { width: 19, rows: 133, frequency: { kind: 'zipf', probability: 1, exponent: 0.5 } },
  ];
  it.each(cases)(
    'equals its CPU twin for every kind of shape: $rows rows of $width, $frequency.kind',
    async ({ width, rows, frequency }) => {
      const spec = parseZooSpec({
        width,
        features: everyKind,
        frequency,
        noise: 0.3,
        coherence: 0.4,
      });
      const source = openZooSource(spec, 0xdeadbeef, 'every kind');
      const indices = [0, 1, 0xffffffff];
      const batches = await fillBatches(await testDevice(), source, rows, indices);
      indices.forEach((batchIndex, i) => {
        expect(worstError(source, batchIndex, rows, at(batches, i))).toBeLessThan(1);
      });
    },
  );

  it.each(zooPresetNames)('equals its CPU twin for the preset %s', async (name) => {
    const { spec, label } = zooPreset(name);
    const source = openZooSource(spec, 7, label);
    const [x] = await fillBatches(await testDevice(), source, 256, [41]);
    expect(x === undefined ? NaN : worstError(source, 41, 256, x)).toBeLessThan(1);
  });

  it('does not depend on the size of the batch, and repeats bit for bit', async () => {
    const device = await testDevice();
    const { spec, label } = zooPreset('zoo');
    const source = openZooSource(spec, 1, label);
    const [small, again, other] = await fillBatches(device, source, 5, [3, 3, 4]);
    const [large] = await fillBatches(device, source, 40, [3]);
    expect(again).toEqual(small);
    expect(other).not.toEqual(small);
    expect(large?.subarray(0, small?.length)).toEqual(small);
  });

  it('fits a device with default limits when a row holds as many features as are allowed', async () => {
    const device = await defaultLimitsDevice();
    // 120 features of 16 dimensions: 8160 of the 8192 bytes that one row may take.
    const spec = parseZooSpec({
      width: 32,
      features: [{ kind: 'gaussian', dimension: 16, count: 120 }],
      frequency: { kind: 'uniform', probability: 1 },
    });
    const source = openZooSource(spec, 2, 'crowded');
    const [x] = await fillBatches(device, source, 9, [0]);
    expect(x === undefined ? NaN : worstError(source, 0, 9, x)).toBeLessThan(1);
  });
});

/**
 * Synthetic data sets: frames, presence, energies and noise are what the settings say, by counting over
 * large samples; bounds are five standard errors of the counted quantity.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import type { Zoo } from '../../../src/data/zoo';
import { zooPreset } from '../../../src/data/zoo_presets';
import { openZooSource, type ZooSource } from '../../../src/data/zoo_source';
import { parseZooSpec, type ZooInput } from '../../../src/data/zoo_spec';
import { presentIn, truthOf } from './zoo_rows';

function open(input: ZooInput, seed = 0): ZooSource {
  return openZooSource(parseZooSpec(input), seed, 'test');
}

function preset(name: 'figure1' | 'zoo', seed = 0): ZooSource {
  const { spec, label } = zooPreset(name);
  return openZooSource(spec, seed, label);
}

/** Inner product of two frame rows. */
function frameDot(zoo: Zoo, a: number, b: number): number {
  let sum = 0;
  for (let j = 0; j < zoo.width; j += 1) {
    sum += at(zoo.frames, a * zoo.width + j) * at(zoo.frames, b * zoo.width + j);
  }
  return sum;
}

const mixed: ZooInput = {
  width: 40,
  features: [
    { kind: 'circle', count: 6, scale: [0.5, 1.5] },
    { kind: 'gaussian', dimension: 7, count: 4 },
    { kind: 'line', count: 2 },
  ],
  frequency: { kind: 'exactly', active: 3 },
};

describe('frames', () => {
  it.each([0, 0.3, 1])('are orthonormal with coherence %d', (coherence) => {
    const { zoo } = open({ ...mixed, coherence });
    for (const { firstFrameRow, dimension } of zoo.features) {
      for (let a = 0; a < dimension; a += 1) {
        for (let b = 0; b <= a; b += 1) {
          // Entries are rounded to float32: each product is off by 2⁻²³ relative at most.
          const dot = frameDot(zoo, firstFrameRow + a, firstFrameRow + b);
          expect(Math.abs(dot - (a === b ? 1 : 0))).toBeLessThan(2 ** -23);
        }
      }
    }
  });

  it('overlap more the more coherent they are, and lie in one small subspace at 1', () => {
    const overlap = (coherence: number): number => {
      const { zoo } = open({
        width: 256,
        features: [{ kind: 'circle', count: 20 }],
        frequency: { kind: 'exactly', active: 1 },
        coherence,
      });
      let sum = 0;
      for (let a = 0; a < 40; a += 1) {
        for (let b = 0; b < a - (a % 2); b += 1) sum += frameDot(zoo, a, b) ** 2;
      }
      return sum / (40 * 19);
    };
    // Independent directions overlap by 1/256 on average, those of a shared 4-dimensional space by 1/4.
    expect(overlap(0)).toBeCloseTo(1 / 256, 3);
    expect(overlap(0.5)).toBeGreaterThan(4 * overlap(0));
    expect(Math.abs(overlap(1) - 1 / 4)).toBeLessThan(0.05);
  });

  it('depend on the seed alone', () => {
    expect(open(mixed, 5).zoo.frames).toEqual(open(mixed, 5).zoo.frames);
    expect(open(mixed, 5).zoo.frames).not.toEqual(open(mixed, 6).zoo.frames);
  });
});

describe('which features are present', () => {
  it('exactly n: n distinct ones in every row, all features and all pairs equally often', () => {
    const source = open(mixed);
    const rows = presentIn(source.read('held_out', 0, 8000));
    const single = new Float64Array(12);
    const pairs = new Float64Array(144);
    expect(rows.filter((chosen) => chosen.length !== 3 || new Set(chosen).size !== 3)).toEqual([]);
    for (const chosen of rows) {
      for (const a of chosen) {
        single[a] = at(single, a) + 1;
        for (const b of chosen) if (b < a) pairs[a * 12 + b] = at(pairs, a * 12 + b) + 1;
      }
    }
    const near = (count: number, p: number): void => {
      expect(Math.abs(count / rows.length - p)).toBeLessThan(
        5 * Math.sqrt((p * (1 - p)) / rows.length),
      );
    };
    single.forEach((count) => near(count, 3 / 12));
    pairs.forEach((count, i) => {
      if (i % 12 < Math.floor(i / 12)) near(count, (3 * 2) / (12 * 11));
    });
  });

  it('all of them when as many are asked as there are', () => {
    const rows = presentIn(
      open({ ...mixed, frequency: { kind: 'exactly', active: 12 } }).read('all', 0, 20),
    );
    for (const chosen of rows) {
      expect([...chosen].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    }
  });

  it('independently, as often as the uniform or Zipf law says, children only with their parents', () => {
    const features: ZooInput['features'] = [
      { kind: 'circle', count: 5 },
      { kind: 'line', name: 'child', child_of: { parent: 'circle 2', probability: 0.4 } },
      { kind: 'line', name: 'grandchild', child_of: { parent: 'child', probability: 0.5 } },
    ];
    for (const frequency of [
      { kind: 'uniform', probability: 0.3 },
      { kind: 'zipf', probability: 0.9, exponent: 1.2 },
    ] as const) {
      const source = open({ width: 16, features, frequency });
      const rows = presentIn(source.read('held_out', 0, 8000));
      const p = (index: number): number =>
        frequency.kind === 'uniform'
          ? frequency.probability
          : frequency.probability * (index + 1) ** -frequency.exponent;
      const expected = [0, 1, 2, 3, 4].map(p).concat([0.4 * p(1), 0.2 * p(1)]);
      expected.forEach((share, index) => {
        expect(source.zoo.features[index]?.frequency).toBeCloseTo(share, 12);
        const count = rows.filter((chosen) => chosen.includes(index)).length;
        expect(Math.abs(count / rows.length - share)).toBeLessThan(
          5 * Math.sqrt((share * (1 - share)) / rows.length),
        );
      });
      const orphaned = rows.filter(
        (chosen) =>
          (chosen.includes(5) && !chosen.includes(1)) ||
          (chosen.includes(6) && !chosen.includes(5)),
      );
      expect(orphaned).toEqual([]);
      // Independence: the first two are present together as often as their product says.
      const both = rows.filter((chosen) => chosen.includes(0) && chosen.includes(1)).length;
      const joint = p(0) * p(1);
      expect(Math.abs(both / rows.length - joint)).toBeLessThan(
        5 * Math.sqrt((joint * (1 - joint)) / rows.length),
      );
    }
  });

  it('a probability of 1 is certain and one of 0 impossible', () => {
    for (const probability of [0, 1]) {
      const source = open({
        width: 8,
        features: [{ kind: 'circle' }],
        frequency: { kind: 'uniform', probability },
      });
      const rows = presentIn(source.read('held_out', 0, 1000));
      expect(rows.every((chosen) => chosen.length === probability)).toBe(true);
    }
  });
});

describe('rows', () => {
  it('are the sum of what is present: without noise x = Σ Vᵀ(t f)', () => {
    const source = open(mixed);
    const rows = source.read('held_out', 7, 50);
    const truth = truthOf(rows);
    for (let row = 0; row < rows.count; row += 1) {
      const sum = new Float64Array(source.width);
      presentIn(rows)[row]?.forEach((index, slot) => {
        const { frame, dimension } = at(truth.features, index);
        for (let k = 0; k < dimension; k += 1) {
          const place = (row * truth.maxActive + slot) * truth.coordinateStride + k;
          for (let j = 0; j < source.width; j += 1) {
            sum[j] = at(sum, j) + at(truth.coordinates, place) * at(frame, k * source.width + j);
          }
        }
      });
      // Coordinates and sums are rounded to float32 once each.
      sum.forEach((value, j) => {
        expect(Math.abs(value - at(rows.x, row * source.width + j))).toBeLessThan(2 ** -20);
      });
    }
  });

  it('have scales between their bounds, uniformly: E t² = (lo² + lo·hi + hi²)/3', () => {
    const source = open({
      width: 8,
      features: [{ kind: 'circle', scale: [0.5, 2] }],
      frequency: { kind: 'exactly', active: 1 },
    });
    const n = 5000;
    const { x } = source.read('held_out', 0, n);
    const scales = Array.from({ length: n }, (_, row) =>
      Math.hypot(...x.subarray(row * 8, (row + 1) * 8)),
    );
    expect(Math.min(...scales)).toBeGreaterThan(0.5 - 2 ** -20);
    expect(Math.max(...scales)).toBeLessThan(2 + 2 ** -20);
    const meanSquare = scales.reduce((sum, t) => sum + t * t, 0) / n;
    // Var t² < (hi² − lo²)²/4.
    expect(Math.abs(meanSquare - source.zoo.signalPower)).toBeLessThan((5 * 1.875) / Math.sqrt(n));
    expect(source.zoo.signalPower).toBeCloseTo(1.75, 12);
  });

  it('have noise of the fraction of the signal that was asked, alike in every dimension', () => {
    const noise = 0.5;
    const width = 12;
    const quiet = open({ ...mixed, width });
    const noisy = open({ ...mixed, width, noise });
    const n = 4000;
    const a = quiet.read('held_out', 0, n).x;
    const b = noisy.read('held_out', 0, n).x;
    const std = noise * Math.sqrt(quiet.zoo.signalPower / width);
    expect(noisy.zoo.noiseStd).toBeCloseTo(std, 12);
    for (let j = 0; j < width; j += 1) {
      let sum = 0;
      for (let row = 0; row < n; row += 1) {
        sum += (at(b, row * width + j) - at(a, row * width + j)) ** 2;
      }
      expect(Math.abs(sum / n / std ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    }
  });

  it('can each be made alone, and differ between training, held-out data and seeds', () => {
    const source = preset('zoo');
    const whole = source.read('held_out', 0, 30);
    const part = source.read('held_out', 11, 7);
    expect(part.x).toEqual(whole.x.slice(11 * 128, 18 * 128));
    expect([...part.rowIds]).toEqual([11, 12, 13, 14, 15, 16, 17]);
    expect(source.read('all', 0, 30).x).toEqual(whole.x);
    expect(source.batch(0, 30).x).toEqual(source.read('train', 0, 30).x);
    const rows = [
      ...[0, 1, 2].map((batch) => source.batch(batch, 30)),
      whole,
      preset('zoo', 1).batch(0, 30),
    ].flatMap(({ x }) =>
      Array.from({ length: 30 }, (_, r) => x.slice(r * 128, (r + 1) * 128).join()),
    );
    expect(new Set(rows).size).toBe(150);
  });
});

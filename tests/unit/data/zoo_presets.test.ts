/**
 * The synthetic data sets that the lab offers have the power, noise and ceiling of explained variance that are
 * written beside them, by measuring large samples.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { perfectExplainedVariance } from '../../../src/data/zoo';
import { zooPreset, type ZooPresetName } from '../../../src/data/zoo_presets';
import { openZooSource, type ZooSource } from '../../../src/data/zoo_source';
import { presentIn, truthOf } from './zoo_rows';

function preset(name: ZooPresetName): ZooSource {
  const { spec, label } = zooPreset(name);
  return openZooSource(spec, 0, label);
}

describe('the presets', () => {
  const measured = (source: ZooSource, n: number) => {
    const rows = source.read('held_out', 0, n);
    const d = source.width;
    const mean = new Float64Array(d);
    let square = 0;
    rows.x.forEach((value, i) => {
      mean[i % d] = at(mean, i % d) + value / n;
      square += (value * value) / n;
    });
    const power = square - mean.reduce((sum, value) => sum + value * value, 0);
    // A perfect model: project onto the frames of what is present (by least squares, since frames of
    // different features are not orthogonal), here by a few sweeps of alternating projections.
    let lost = 0;
    presentIn(rows).forEach((chosen, row) => {
      const residual = Float64Array.from(rows.x.subarray(row * d, (row + 1) * d));
      for (let sweep = 0; sweep < 8; sweep += 1) {
        for (const index of chosen) {
          const { frame, dimension } = at(source.zoo.features, index);
          for (let k = 0; k < dimension; k += 1) {
            const direction = frame.subarray(k * d, (k + 1) * d);
            const dot = direction.reduce((sum, value, j) => sum + value * (residual[j] ?? 0), 0);
            direction.forEach((value, j) => {
              residual[j] = (residual[j] ?? 0) - dot * value;
            });
          }
        }
      }
      lost += residual.reduce((sum, value) => sum + value * value, 0) / n;
    });
    return { power, explained: 1 - lost / power };
  };

  it('figure1: power 1.0256 of which 0.02² a dimension is noise; a perfect model explains 0.9761', () => {
    const source = preset('figure1');
    expect(source.zoo.noiseStd).toBeCloseTo(0.02, 12);
    expect(source.zoo.signalPower).toBe(1);
    expect(perfectExplainedVariance(source.zoo)).toBeCloseTo(0.9761, 4);
    const { power, explained } = measured(source, 2000);
    // ‖x‖² varies through the helix (standard deviation 0.3) and the noise (0.04).
    expect(Math.abs(power - 1.0256)).toBeLessThan((5 * 0.31) / Math.sqrt(2000) + 3 / 2000);
    expect(explained).toBeCloseTo(0.9761, 3);
  });

  it('zoo: power 3.036, 64 features of 2.375 dimensions on average; a perfect model explains 0.9887', () => {
    const source = preset('zoo');
    expect(source.zoo.signalPower).toBeCloseTo(3, 12);
    expect(source.zoo.noiseStd).toBeCloseTo(0.01684, 5);
    expect(source.zoo.features).toHaveLength(64);
    expect(source.zoo.meanActiveDimension).toBeCloseTo(3 * 2.375, 12);
    expect(perfectExplainedVariance(source.zoo)).toBeCloseTo(0.9887, 4);
    const { power, explained } = measured(source, 1000);
    // ‖x‖² varies through cross terms of three unit features and the 4-D Gaussians: below 1.
    expect(Math.abs(power - 3.0363)).toBeLessThan(5 / Math.sqrt(1000) + 9 / 1000);
    expect(explained).toBeCloseTo(0.9887, 3);
  });

  it('zoo_independent: the features and power of zoo, each present by itself in 3 rows of 64', () => {
    const source = preset('zoo_independent');
    const alike = (name: ZooPresetName) =>
      preset(name).zoo.features.map(({ kind, dimension, frequency }) => [
        kind,
        dimension,
        frequency,
      ]);
    expect(alike('zoo_independent')).toEqual(alike('zoo'));
    expect(source.zoo.signalPower).toBeCloseTo(3, 12);
    expect(source.zoo.noiseStd).toBe(preset('zoo').zoo.noiseStd);
    const n = 4000;
    const counts = presentIn(source.read('held_out', 0, n)).map((chosen) => chosen.length);
    const mean = counts.reduce((sum, count) => sum + count, 0) / n;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / n;
    // Binomial: 64 draws of 3/64, variance 2.86; of a sample's variance the deviation is about √(2/n) of it.
    expect(Math.abs(mean - 3)).toBeLessThan(5 * Math.sqrt(2.86 / n));
    expect(Math.abs(variance - 2.86)).toBeLessThan(5 * 2.86 * Math.sqrt(2.4 / n));
  });

  it('zoo2: 96 lines, 16 circles and 16 spheres, 3 present, with the noise of zoo for its power', () => {
    const { zoo } = preset('zoo2');
    const kinds = zoo.features.map(({ kind }) => kind);
    const count = (kind: string) => kinds.filter((each) => each === kind).length;
    expect([count('signed_line'), count('circle'), count('sphere')]).toEqual([96, 16, 16]);
    expect([zoo.width, zoo.exactly, zoo.features.length]).toEqual([128, 3, 128]);
    expect(zoo.noiseStd / Math.sqrt(zoo.signalPower / 128)).toBeCloseTo(0.11, 12);
  });

  it('has the energy of each feature inside its own subspace: p t², for every feature of figure1', () => {
    const source = preset('figure1');
    const n = 4000;
    const rows = source.read('held_out', 0, n);
    const { coordinates, coordinateStride } = truthOf(rows);
    const energy = [0, 0, 0];
    presentIn(rows).forEach(([index], row) => {
      if (index === undefined) return;
      const own = coordinates.subarray(row * coordinateStride, (row + 1) * coordinateStride);
      energy[index] = at(energy, index) + own.reduce((sum, value) => sum + value * value, 0) / n;
    });
    // Presence has variance p(1 − p), the helix's square norm a little more: 0.3² p.
    const error = Math.sqrt((2 / 9 + 0.03) / n);
    energy.forEach((value) => expect(Math.abs(value - 1 / 3)).toBeLessThan(5 * error));
  });
});

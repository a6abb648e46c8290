/**
 * The words beside λ: they must say what the closed form says, for all three targets, and never claim that
 * a feature is kept which the penalty prunes.
 */
import { describe, expect, it } from 'vitest';
import { absoluteStrength } from '../../../src/sae/nuclear_strength';
import {
  featureSizes,
  lambdaSentence,
  prunedFrequency,
} from '../../../src/ui/parts/lambda_sentence';

const circle = { dimension: 2, squaredNorm: 1 };
const sphere = { dimension: 3, squaredNorm: 1 };

describe('the rarest feature that survives λ', () => {
  it('follows p = λ·d/(2t²) of docs/method.md §2', () => {
    expect(prunedFrequency(0.003, circle)).toBeCloseTo(0.003, 12);
    expect(prunedFrequency(0.003, sphere)).toBeCloseTo(0.0045, 12);
    expect(prunedFrequency(0.003, { dimension: 2, squaredNorm: 4 })).toBeCloseTo(0.003 / 4, 12);
  });

  it('is where the closed-form gain 1 − λ/(2σ) reaches zero, with σ = p·t²/d', () => {
    for (const lambda of [1e-4, 3e-3, 0.1]) {
      for (const { dimension, squaredNorm } of [
        circle,
        sphere,
        { dimension: 4, squaredNorm: 2.5 },
      ]) {
        const p = prunedFrequency(lambda, { dimension, squaredNorm });
        const sigma = (p * squaredNorm) / dimension;
        expect(1 - lambda / (2 * sigma)).toBeCloseTo(0, 12);
      }
    }
  });
});

describe('the sentence beside λ', () => {
  const facts = {
    target: 'composition',
    power: 1,
    inputScale: 1,
    features: [circle, sphere],
  } as const;

  it('names the rarest circle and sphere of the first experiment', () => {
    expect(lambdaSentence({ ...facts, lambda: 0.003 })).toBe(
      'Keeps a shape of dimension 2 that appears in at least 1 of 333 samples; of dimension 3, 1 of 222. Prunes rarer ones.',
    );
  });

  it('rounds towards the commoner feature, so that what it names does survive', () => {
    for (const lambda of [1e-5, 7.7e-4, 3e-3, 0.013]) {
      const named = /1 of ([\d\u202f]+) samples/.exec(lambdaSentence({ ...facts, lambda }))?.[1];
      const one = Number(named?.replaceAll('\u202f', ''));
      expect(1 / one).toBeGreaterThanOrEqual(prunedFrequency(lambda, circle));
    }
  });

  it('says the same for weight decay, whose minimum is the same penalty', () => {
    expect(lambdaSentence({ ...facts, target: 'weight_decay', lambda: 0.003 })).toBe(
      lambdaSentence({ ...facts, lambda: 0.003 }),
    );
  });

  it('claims no closed form for the decoder alone', () => {
    const text = lambdaSentence({ ...facts, target: 'decoder', power: 80_653, lambda: 100 });
    expect(text).toContain('no closed form');
    expect(text).toContain('1.2e-3 of the data’s power');
  });

  it('speaks of shares of the power where no features are known', () => {
    const text = lambdaSentence({ ...facts, features: [], power: 30, lambda: 30 * 4e-5 });
    expect(text).toMatch(/more than 0\.0020?\u202f%/);
  });

  it('leaves out dimensions that are pruned at any frequency, and says so when all are', () => {
    expect(lambdaSentence({ ...facts, lambda: 0.8 })).not.toContain('dimension 3');
    expect(lambdaSentence({ ...facts, lambda: 5 })).toContain('Prunes every shape');
  });

  it('says the same of the same λ_rel in whatever units the rows are trained', () => {
    for (const target of ['composition', 'decoder'] as const) {
      for (const features of [[circle, sphere], []]) {
        const said = [1, 8].map((inputScale) => {
          const units = { power: 2, inputScale };
          const lambda = absoluteStrength(0.003, units);
          return lambdaSentence({ lambda, target, features, ...units });
        });
        expect(said[1]).toBe(said[0]);
      }
    }
  });

  it('says that nothing is pruned at λ = 0', () => {
    expect(lambdaSentence({ ...facts, lambda: 0 })).toContain('nothing is pruned');
  });
});

describe('the features to speak of', () => {
  const shape = (dimension: number, radius: number) => ({
    dimension,
    points: Float32Array.from([radius, 0, 0, 0, -radius, 0]),
  });

  it('takes the smallest of at least two dimensions and the largest, with the measured norm', () => {
    const sizes = featureSizes([shape(1, 2), shape(2, 2), shape(3, 2)]);
    expect(sizes).toEqual([
      { dimension: 2, squaredNorm: 4 },
      { dimension: 3, squaredNorm: 4 },
    ]);
  });

  it('does not measure the norm of features that are drawn cut', () => {
    expect(featureSizes([shape(2, 1), shape(4, 9)])).toEqual([
      { dimension: 2, squaredNorm: 1 },
      { dimension: 4, squaredNorm: 1 },
    ]);
  });

  it('finds nothing to speak of without points', () => expect(featureSizes([])).toEqual([]));
});

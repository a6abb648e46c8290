/**
 * The words beside λ: they must say what the closed form says, for all three targets, and never claim that
 * a feature is kept which the penalty prunes.
 */
import { describe, expect, it } from 'vitest';
import { absoluteStrength } from '../../../src/sae/penalty';
import {
  featureSizes,
  keptGain,
  lambdaSentence,
  prunedFrequency,
} from '../../../src/ui/parts/lambda_sentence';

const circle = { dimension: 2, squaredNorm: 1, frequency: 1 / 3 };
const sphere = { dimension: 3, squaredNorm: 1, frequency: 1 / 3 };

describe('the rarest feature that survives λ', () => {
  it('follows p = λ·d/(2t²) of docs/method/training.md', () => {
    expect(prunedFrequency(0.003, circle)).toBeCloseTo(0.003, 12);
    expect(prunedFrequency(0.003, sphere)).toBeCloseTo(0.0045, 12);
    expect(prunedFrequency(0.003, { dimension: 2, squaredNorm: 4 })).toBeCloseTo(0.003 / 4, 12);
  });

  it('is where the closed-form gain 1 − λ/(2σ) reaches zero, with σ = p·t²/d', () => {
    for (const lambda of [1e-4, 3e-3, 0.1]) {
      for (const { dimension, squaredNorm } of [
        circle,
        sphere,
        { dimension: 4, squaredNorm: 2.5, frequency: 1 },
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

  it('says what is left of the circle and the sphere of the first experiment, and how rare they may be', () => {
    expect(lambdaSentence({ ...facts, lambda: 0.003 })).toBe(
      'A shape of dimension 2, in 33\u202f% of samples, keeps 0.99 of its size; one of dimension 3, in 33\u202f% of samples, keeps 0.99 of its size. Lost when rarer than 1 of 333 (dimension 2) or 1 of 222 (dimension 3).',
    );
  });

  it('calls a shape badly shrunk, or lost, where the closed form says so', () => {
    // 1 − 0.3·2/(2·⅓) = 0.1, and 1 − 0.3·3/(2·⅓) < 0.
    expect(keptGain(0.3, circle)).toBeCloseTo(0.1, 12);
    expect(keptGain(0.3, sphere)).toBe(0);
    expect(lambdaSentence({ ...facts, lambda: 0.3 })).toBe(
      'A shape of dimension 2, in 33\u202f% of samples, is badly shrunk, to 0.10 of its size; one of dimension 3, in 33\u202f% of samples, is lost. Lost when rarer than 1 of 3 (dimension 2).',
    );
  });

  it('rounds towards the commoner feature, so that what it names does survive', () => {
    for (const lambda of [1e-5, 7.7e-4, 3e-3, 0.013]) {
      const named = /1 of ([\d\u202f]+) \(dimension 2/.exec(
        lambdaSentence({ ...facts, lambda }),
      )?.[1];
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
    // Gain 1 − λ/(2σ): 0 at σ = λ/2, one half at λ, nine tenths at 5λ.
    expect(text).toMatch(/less than 0\.0020?\u202f%.*0\.0040?\u202f% keeps half.*0\.020?\u202f%/);
  });

  it('says when every shape is lost', () => {
    expect(lambdaSentence({ ...facts, lambda: 0.8 })).toContain('Loses every shape');
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

  it('takes the smallest of at least two dimensions and the largest, with the measured norm and share of rows', () => {
    const sizes = featureSizes([shape(1, 2), shape(2, 2), shape(3, 2)], 8);
    expect(sizes).toEqual([
      { dimension: 2, squaredNorm: 4, frequency: 0.25 },
      { dimension: 3, squaredNorm: 4, frequency: 0.25 },
    ]);
  });

  it('does not measure the norm of features that are drawn cut', () => {
    expect(featureSizes([shape(2, 1), shape(4, 9)], 4)).toEqual([
      { dimension: 2, squaredNorm: 1, frequency: 0.5 },
      { dimension: 4, squaredNorm: 1, frequency: 0.5 },
    ]);
  });

  it('finds nothing to speak of without points', () => expect(featureSizes([], 0)).toEqual([]));
});

/** The CPU's choice of tokens: greedy ties, determinism, and frequencies of softmax. */
import { expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { bestToken, sampleValues } from '../../../src/lm/sampling';

const logits = Float32Array.of(0.3, 2, -1, 2, 0);
const at0 = { seed: 1, stream: 2, position: 3 };

it('takes the lowest of equal tokens when greedy', () => {
  expect(bestToken(sampleValues(logits, { ...at0, temperature: 0 }))).toBe(1);
});

it('draws the same noise for the same seed, stream and position alone', () => {
  const draw = (change: object) => sampleValues(logits, { ...at0, temperature: 0.5, ...change });
  expect(draw({})).toEqual(draw({}));
  for (const change of [{ seed: 2 }, { stream: 3 }, { position: 4 }]) {
    expect(draw(change)).not.toEqual(draw({}));
  }
});

it('adds noise that does not depend on the logits or the temperature', () => {
  const noise = (temperature: number, values: Float32Array) =>
    sampleValues(values, { ...at0, temperature }).map((v, i) => v - at(values, i) / temperature);
  const other = Float32Array.of(5, 4, 3, 2, 1);
  noise(0.5, logits).forEach((value, i) => {
    expect(value).toBeCloseTo(at(noise(2, other), i), 12);
  });
});

it('samples tokens as often as softmax says', () => {
  const draws = 20_000;
  const counts = new Array<number>(5).fill(0);
  for (let position = 0; position < draws; position += 1) {
    const token = bestToken(sampleValues(logits, { ...at0, position, temperature: 0.8 }));
    counts[token] = at(counts, token) + 1;
  }
  const weights = Array.from(logits, (logit) => Math.exp(logit / 0.8));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  weights.forEach((weight, token) => {
    const p = weight / total;
    // Five deviations of a binomial count.
    const margin = 5 * Math.sqrt(draws * p * (1 - p));
    expect(Math.abs(at(counts, token) - draws * p)).toBeLessThan(margin);
  });
});

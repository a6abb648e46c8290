/** Settings of a synthetic data set that make no sense are refused with the sentence that says why. */
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/lab_error';
import { layOutZoo } from '../../../src/data/zoo';
import { parseZooSpec } from '../../../src/data/zoo_spec';

describe('settings that make no sense', () => {
  const refused = (input: unknown): string => {
    try {
      layOutZoo(parseZooSpec(input), 0);
    } catch (error) {
      if (error instanceof LabError && error.code === 'bad_config') return error.message;
      throw error;
    }
    throw new Error('was accepted');
  };
  const circle = { kind: 'circle' };
  const one = { kind: 'exactly', active: 1 };
  it.each([
    ['an unknown key', { width: 4, features: [circle], frequency: one, nois: 1 }, /nois/],
    [
      'a scale upside down',
      { width: 4, features: [{ ...circle, scale: [2, 1] }], frequency: one },
      /scale.*low end/,
    ],
    [
      'more active than there are',
      { width: 4, features: [circle], frequency: { kind: 'exactly', active: 2 } },
      /2 active features are asked for, of 1/,
    ],
    [
      'a feature wider than the data',
      { width: 1, features: [circle], frequency: one },
      /2 dimensions does not fit a width of 1/,
    ],
    [
      'two of one name',
      { width: 4, features: [circle, circle], frequency: one },
      /two features are called "circle"/,
    ],
    [
      'a parent that is not there',
      {
        width: 4,
        features: [circle, { kind: 'line', child_of: { parent: 'x', probability: 1 } }],
        frequency: one,
      },
      /parent "x" of "line" does not exist/,
    ],
    [
      'only children',
      {
        width: 4,
        features: [{ kind: 'line', child_of: { parent: 'line', probability: 1 } }],
        frequency: one,
      },
      /every feature has a parent/,
    ],
    [
      'its own parent',
      {
        width: 4,
        features: [circle, { kind: 'line', child_of: { parent: 'line', probability: 1 } }],
        frequency: one,
      },
      /must be listed before/,
    ],
    [
      'rows too full for the kernel',
      {
        width: 64,
        features: [{ kind: 'gaussian', dimension: 16, count: 200 }],
        frequency: { kind: 'uniform', probability: 0.1 },
      },
      /exceed what the GPU kernel can hold/,
    ],
  ])('are refused: %s', (_, input, message) => {
    expect(refused(input)).toMatch(message);
  });
});

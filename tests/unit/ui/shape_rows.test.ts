/** The words under a shape and the choice of shapes to draw. */
import { describe, expect, it } from 'vitest';
import type { ShapeState } from '../../../src/lab/protocol';
import { captionOf, firstFeatures, kindsOf } from '../../../src/ui/pages/train/shape_rows';

const shape = (changes: Partial<ShapeState>): ShapeState => ({
  name: 'Circle',
  dimension: 2,
  points: new Float32Array(0),
  owners: new Uint32Array(0),
  units90: 1,
  units99: 1,
  reconstruction: 0.98,
  topShare: 0.99,
  topRank90: 2,
  ...changes,
});

describe('the caption of a shape', () => {
  it('names one group with its rank', () =>
    expect(captionOf(shape({}), 'group')).toEqual({ text: '1 group', detail: 'rank90 2' }));

  it('counts atoms of a scalar model, without a rank', () =>
    expect(captionOf(shape({ units90: 22 }), 'latent')).toEqual({
      text: '22 atoms',
      detail: undefined,
    }));

  it('gives no rank where several groups share the shape', () =>
    expect(captionOf(shape({ units90: 3 }), 'group')).toEqual({
      text: '3 groups',
      detail: undefined,
    }));

  it('counts nothing on a shape that is not reconstructed', () =>
    expect(captionOf(shape({ units90: 0 }), 'group').text).toBe('not captured'));
});

describe('many features', () => {
  const zoo = [
    ...['Circle 1', 'Circle 2'].map((name) => shape({ name })),
    ...['Signed line 1', 'Signed line 2'].map((name) => shape({ name, dimension: 1 })),
    ...['Sphere 1', 'Helix 1', 'Gaussian 1'].map((name) => shape({ name, dimension: 3 })),
  ];

  it('are gathered into kinds by their names', () =>
    expect(kindsOf(zoo.map(({ name }) => name))).toEqual([
      { name: 'Circle', first: 0, count: 2 },
      { name: 'Signed line', first: 2, count: 2 },
      { name: 'Sphere', first: 4, count: 1 },
      { name: 'Helix', first: 5, count: 1 },
      { name: 'Gaussian', first: 6, count: 1 },
    ]));

  it('show the first of three kinds with more than one dimension', () =>
    expect(firstFeatures(zoo)).toEqual([0, 4, 5]));

  it('are all drawn while there are three at most', () =>
    expect(firstFeatures(zoo.slice(0, 3))).toEqual([0, 1, 2]));
});

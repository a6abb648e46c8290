/** The words under a shape and the choice of shapes to draw. */
import { describe, expect, it } from 'vitest';
import type { ShapeState } from '../../../src/lab/protocol/protocol';
import { NO_OWNER } from '../../../src/ui/plots/unit_slots';
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
  const owners = Uint32Array.of(7, 7, 7, 5, 7, 5, NO_OWNER, 9);

  it('names the one group with its rank', () =>
    expect(captionOf(shape({ owners }), 'group')).toEqual({
      text: '1 group',
      detail: 'rank90 2',
      units: [7],
    }));

  it('names few units, strongest first, and counts them against the dimension', () =>
    expect(captionOf(shape({ units90: 2, owners }), 'group')).toEqual({
      text: '2 groups',
      detail: 'dimension 2',
      units: [7, 5],
    }));

  it('counts many latents of a scalar model, without naming them', () =>
    expect(captionOf(shape({ units90: 22, owners }), 'latent')).toEqual({
      text: '22 latents',
      detail: 'dimension 2',
      units: [],
    }));

  it('counts nothing on a shape that is not reconstructed', () =>
    expect(captionOf(shape({ units90: 0, owners }), 'group')).toMatchObject({
      text: 'not captured',
      units: [],
    }));
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

/**
 * What the scatter of codes can be coloured by: offered only where the data know it, chosen so that several
 * features show as several, and stray points never crowd the legend.
 */
import { describe, expect, it } from 'vitest';
import { NO_GROUP } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { chosenColoring, coloringOf, coloringOptions } from '../../../src/ui/pages/groups/coloring';
import { groupCard } from './rows';

/** A card of 100 points over features, by how many points each has; the rest lies on none. */
function cardOf(counts: readonly number[]) {
  const features = new Uint32Array(100).fill(NO_GROUP);
  let point = 0;
  counts.forEach((count, feature) => {
    features.fill(feature, point, point + count);
    point += count;
  });
  return groupCard({
    points: {
      count: 100,
      total: 100,
      axes: 2,
      alignedTo: null,
      coordinates: new Float32Array(200),
      norms: new Float32Array(100),
      rowIds: new Uint32Array(100),
      labels: null,
      features,
    },
    truth: {
      featureNames: counts.map((_, feature) => `feature ${feature}`),
      captured: [],
      coordinates: Float32Array.from({ length: 300 }, (_, index) => index / 3),
    },
  });
}

describe('colouring', () => {
  it('is by feature where several have a share worth a colour, else by angle', () => {
    const choose = (counts: readonly number[]) => {
      const card = cardOf(counts);
      return chosenColoring(card, coloringOptions(card, false), null);
    };
    expect(choose([60, 40])).toBe('feature');
    expect(choose([98, 2])).toBe('angle');
  });

  it('keeps a wish that the card can fulfil', () => {
    const card = cardOf([100]);
    const options = coloringOptions(card, false);
    expect(chosenColoring(card, options, 'norm')).toBe('norm');
    const plain = groupCard({ truth: null });
    expect(chosenColoring(plain, coloringOptions(plain, false), 'feature')).not.toBe('feature');
  });

  it('offers the place in the data only where rows have an order', () => {
    const card = groupCard({ truth: null });
    const ids = (finite: boolean) => coloringOptions(card, finite).map(({ id }) => id);
    expect(ids(true)).toContain('position');
    expect(ids(false)).not.toContain('position');
  });

  it('puts stray points and points on nothing into one last category', () => {
    const coloring = coloringOf(cardOf([30, 50, 2]), 'feature', 'red');
    if (coloring.by !== 'category') throw new Error('not by category');
    expect(coloring.names).toEqual(['feature 1', 'feature 0', 'other']);
    const categories = Array.from(coloring.categories);
    expect(categories.slice(0, 30)).toEqual(new Array(30).fill(1));
    expect(categories.slice(30, 80)).toEqual(new Array(50).fill(0));
    expect(categories.slice(80)).toEqual(new Array(20).fill(2));
  });

  it('gives at most eight features a colour', () => {
    const coloring = coloringOf(cardOf([11, 10, 9, 9, 9, 9, 9, 9, 8, 8]), 'feature', 'red');
    if (coloring.by !== 'category') throw new Error('not by category');
    expect(coloring.names).toHaveLength(9);
    expect(coloring.names.at(-1)).toBe('other');
  });

  it('takes the place on a feature from its first coordinate', () => {
    const coloring = coloringOf(cardOf([100]), 'position', 'red');
    if (coloring.by !== 'value') throw new Error('not by value');
    expect(Array.from(coloring.values).slice(0, 3)).toEqual([0, 1, 2]);
  });
});

/** A card of token rows: a point a label. */
function tokenCard(labels: readonly string[]) {
  const count = labels.length;
  const none = {
    count,
    before: 0,
    after: 0,
    tokens: new Uint32Array(count),
    norms: new Float32Array(count),
  };
  return groupCard({
    points: {
      count,
      total: count,
      axes: 2,
      alignedTo: null,
      coordinates: new Float32Array(2 * count),
      norms: new Float32Array(count).fill(2),
      rowIds: new Uint32Array(count),
      labels,
      features: null,
    },
    text: {
      texts: new Map(),
      bos: null,
      points: none,
      documents: new Uint32Array(count),
      positions: Int32Array.from({ length: count }, (_, i) => i),
      strongest: none,
      quantiles: [],
      statistics: { distinct: 0, most: [], lifted: [] },
    },
  });
}

describe('colouring of tokens', () => {
  const labels = [
    ...new Array<string>(60).fill('Monday'),
    ...new Array<string>(39).fill('Friday'),
    'x',
  ];

  it('is by token where several have a share worth a colour, the rest in grey', () => {
    const card = tokenCard(labels);
    const options = coloringOptions(card, true);
    expect(chosenColoring(card, options, null)).toBe('token');
    const coloring = coloringOf(card, 'token', 'red');
    if (coloring.by !== 'category') throw new Error('not by category');
    expect(coloring.names).toEqual(['Monday', 'Friday', 'other']);
    expect(coloring.other).toBe(2);
    expect(at(coloring.categories, 99)).toBe(2);
  });

  it('counts what is written on a token, not how often faintly', () => {
    const card = tokenCard([...new Array<string>(90).fill('the'), ...labels.slice(0, 70)]);
    card.points.norms.fill(0.01, 0, 90);
    const coloring = coloringOf(card, 'token', 'red');
    expect(coloring.by === 'category' && coloring.names).toEqual(['Monday', 'Friday', 'other']);
  });

  it('is by angle where one token makes up the group', () => {
    const card = tokenCard(new Array<string>(50).fill('Monday'));
    expect(chosenColoring(card, coloringOptions(card, true), null)).toBe('angle');
  });

  it('knows the place in the text', () => {
    const card = tokenCard(labels);
    expect(coloringOptions(card, true)).toContainEqual({
      id: 'position',
      label: 'Place in the text',
    });
    const coloring = coloringOf(card, 'position', 'red');
    expect(coloring.by === 'value' && at(coloring.values, 7)).toBe(7);
  });
});

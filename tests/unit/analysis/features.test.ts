/** Splitting, packing and recovery against worlds whose answer is known. */
import { describe, expect, test } from 'vitest';
import { indexCodes } from '../../../src/analysis/code_index';
import {
  allFeatureMoments,
  featureMoments,
  featureSpread,
  indexTruth,
} from '../../../src/analysis/feature_moments';
import { codeSums } from '../../../src/analysis/feature_readout';
import { describePacking } from '../../../src/analysis/packing';
import { describeRecovery } from '../../../src/analysis/recovery';
import { countFeatures } from '../../../src/analysis/recovery_counts';
import {
  NO_GROUP,
  type CodeTable,
  type Dictionary,
  type GroundTruth,
} from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import {
  CIRCLE,
  HELIX,
  SPHERE,
  codesOf,
  dictionaryOf,
  encodeTop,
  makeWorld,
  perfectDictionary,
  rowsOfTable,
  shatteredDictionary,
} from './worlds';

const world = makeWorld([CIRCLE, SPHERE, HELIX]);

const perfect = perfectDictionary(world, 4);
const perfectIndex = indexCodes(perfect, encodeTop(perfect, world.x, 1));
const perfectMoments = allFeatureMoments(perfectIndex, world.truth);
const shattered = shatteredDictionary(world, 12);
const shatteredIndex = indexCodes(shattered, encodeTop(shattered, world.x, 1, true));
const shatteredMoments = allFeatureMoments(shatteredIndex, world.truth);

describe('a perfect dictionary of a circle, a sphere and a helix', () => {
  test('spends one unit on each feature and rebuilds it', () => {
    for (const moments of perfectMoments) {
      const spread = featureSpread(moments, world.truth, perfectIndex);
      expect(spread).toMatchObject({
        rows: 200,
        units90: 1,
        units99: 1,
        splittingRatio: 1,
        topUnit: moments.feature,
      });
      expect(spread.topShare).toBeCloseTo(1, 10);
      // Codes and weights are float32: errors of 2⁻²⁴ relative, squared.
      expect(spread.reconstruction).toBeCloseTo(1, 10);
    }
  });

  test('owns every row of a feature by its group', () => {
    perfectMoments.forEach(({ owners, feature }) => {
      expect([...owners].every((owner) => owner === feature)).toBe(true);
    });
  });

  test('recovers each with capture 1, R² 1 and the right rank, and keeps the shapes', () => {
    const recovery = describeRecovery(perfectIndex, world.truth, perfectMoments);
    expect(recovery.features.map(({ group }) => group)).toEqual([0, 1, 2]);
    expect(recovery.features.map(({ rank90 }) => rank90)).toEqual([2, 3, 3]);
    for (const { r2, capture, topShare } of recovery.features) {
      expect(r2).toBeCloseTo(1, 6);
      expect(capture).toBeCloseTo(1, 6);
      expect(topShare).toBeCloseTo(1, 10);
    }
    expect(recovery.features[0]?.circularCorrelation).toBeCloseTo(1, 6);
    expect(recovery.features[0]?.geodesicSpearman).toBeNull();
    expect(recovery.features[1]?.circularCorrelation).toBeNull();
    expect(recovery.features[1]?.geodesicSpearman).toBeCloseTo(1, 4);
    expect(recovery.features[2]?.geodesicSpearman).toBeCloseTo(1, 4);
    expect(recovery).toMatchObject({ meanRankError: 0, consolidatedShare: 1 });
    expect(recovery.meanCaptureMultiDimensional).toBeCloseTo(1, 6);
    expect(recovery.meanBestCaptureMultiDimensional).toBeCloseTo(1, 6);
  });

  test('matched capture counts a shared group for one feature, best capture for each', () => {
    const frames = world.truth.features.flatMap(({ frame }) => [...frame]);
    const shared = dictionaryOf(1, 8, world.width, frames);
    const index = indexCodes(shared, encodeTop(shared, world.x, 1));
    const recovery = describeRecovery(index, world.truth, allFeatureMoments(index, world.truth));
    expect(recovery.features.filter(({ group }) => group !== null)).toHaveLength(1);
    expect(recovery.meanCaptureMultiDimensional).toBeCloseTo(1 / 3, 6);
    expect(recovery.meanBestCaptureMultiDimensional).toBeCloseTo(1, 6);
  });

  test('a group shared by a sphere and a better explained circle is matched to the sphere', () => {
    const [circle, sphere] = world.truth.features.map(({ frame }) => [...frame]);
    const atoms = [...(circle ?? []), ...(sphere ?? []).map((value) => 0.99 * value)];
    // Encoder and decoder of the sphere fall short, so R² is 1 for the circle and a little less for the sphere.
    const shared = dictionaryOf(1, 5, world.width, atoms);
    const index = indexCodes(shared, encodeTop(shared, world.x, 1));
    const recovery = describeRecovery(index, world.truth, allFeatureMoments(index, world.truth));
    expect(recovery.features.map(({ group }) => group)).toEqual([null, 0, null]);
    const [first, second] = recovery.features;
    expect(first?.bestR2).toBeGreaterThan(second?.bestR2 ?? 1);
  });

  test('packs nothing: one feature a group, and no separate axes in the clouds', () => {
    const recovery = describeRecovery(perfectIndex, world.truth, perfectMoments);
    const known = describePacking(perfectIndex, rowsOfTable(perfectIndex), recovery.features);
    expect(known).toMatchObject({ basis: 'truth', meanFeatures: 1, packedShare: 0 });
    expect(known.groups.map(({ features }) => features)).toEqual([[0], [1], [2]]);
    const read = describePacking(perfectIndex, rowsOfTable(perfectIndex), null);
    expect(read).toMatchObject({ basis: 'codes', meanFeatures: 1, packedShare: 0 });
    expect(read.groups.map(({ axes, rays }) => [axes, rays])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  test('is counted: nothing packed, split or lost; one group for all packs three, halves of a circle split it', () => {
    const counted = (groups: number, rank: number, atoms: readonly number[], s: number) => {
      const dictionary = dictionaryOf(groups, rank, world.width, [...atoms]);
      const index = indexCodes(dictionary, encodeTop(dictionary, world.x, s));
      const moments = allFeatureMoments(index, world.truth);
      const spreads = moments.map((moment) => featureSpread(moment, world.truth, index));
      return countFeatures(describeRecovery(index, world.truth, moments).features, spreads);
    };
    const [circle = [], sphere = [], helix = []] = world.truth.features.map(({ frame }) => [
      ...frame,
    ]);
    const none = Array.from({ length: world.width }, () => 0);
    const whole = [...circle, ...none, ...sphere, ...helix];
    expect(counted(3, 3, whole, 1)).toEqual({ packed: 0, split: 0, lost: 0 });
    expect(counted(1, 8, [...circle, ...sphere, ...helix], 1)).toEqual({
      packed: 3,
      split: 0,
      lost: 0,
    });
    // Circle and sphere in one group; of the helix there is nothing.
    expect(counted(1, 5, [...circle, ...sphere], 1)).toEqual({ packed: 2, split: 0, lost: 1 });
    const [east, north] = [circle.slice(0, world.width), circle.slice(world.width)];
    const halves = [...east, ...none, ...none, ...north, ...none, ...none, ...sphere, ...helix];
    expect(counted(4, 3, halves, 2)).toEqual({ packed: 0, split: 1, lost: 0 });
  });

  test('a turn inside a block and a permutation of groups change nothing but indices', () => {
    const turned = perfectDictionary(world, 4, 99);
    const size = 4 * world.width;
    const reversed = {
      ...turned,
      decoder: Float32Array.from(
        [2, 1, 0].flatMap((k) => [...turned.decoder.subarray(k * size, (k + 1) * size)]),
      ),
    };
    const other = { ...reversed, encoder: reversed.decoder };
    const index = indexCodes(other, encodeTop(other, world.x, 1));
    const recovery = describeRecovery(index, world.truth, allFeatureMoments(index, world.truth));
    expect(recovery.features.map(({ group }) => group)).toEqual([2, 1, 0]);
    expect(recovery.features.map(({ rank90 }) => rank90)).toEqual([2, 3, 3]);
    expect(recovery.meanCapture).toBeCloseTo(1, 6);
  });
});

describe('a shattered dictionary of the same', () => {
  test('spends many atoms on each feature', () => {
    const [circle, sphere, helix] = shatteredMoments.map((moments) =>
      featureSpread(moments, world.truth, shatteredIndex),
    );
    // Twelve even arcs of a circle carry a twelfth each: 90 % takes 11.
    expect(circle?.units90).toBe(11);
    expect(circle?.units99).toBe(12);
    // Codes are never negative: a plane needs three atoms.
    expect(circle?.leastUnits).toBe(3);
    expect(circle?.splittingRatio).toBe(11 / 3);
    expect(sphere?.units90).toBeGreaterThanOrEqual(8);
    expect(helix?.units90).toBeGreaterThanOrEqual(4);
    // An arc of ±15°: mean cos² is 1/2 + sin 30°/(2·π/6) = 0.977.
    expect(circle?.reconstruction).toBeCloseTo(0.977, 2);
  });

  test('captures half a circle at best and consolidates nothing', () => {
    const recovery = describeRecovery(shatteredIndex, world.truth, shatteredMoments);
    expect(recovery.features[0]?.capture).toBeCloseTo(1 / 2, 6);
    expect(recovery.features[1]?.capture).toBeCloseTo(1 / 3, 6);
    expect(recovery.features[0]?.r2).toBeLessThan(0.2);
    expect(recovery.consolidatedShare).toBe(0);
    expect(recovery.features[0]?.circularCorrelation).toBeNull();
    expect(new Set(recovery.features.map(({ group }) => group)).size).toBe(3);
  });

  test('each row of the circle is owned by the atom nearest to its angle', () => {
    const { coordinates, coordinateStride } = world.truth;
    const { entries } = indexTruth(world.truth);
    at(shatteredMoments, 0).owners.forEach((owner, i) => {
      const entry = at(entries, i);
      const angle = Math.atan2(
        at(coordinates, entry * coordinateStride + 1),
        at(coordinates, entry * coordinateStride),
      );
      expect(owner).toBe((Math.round((6 * angle) / Math.PI) + 12) % 12);
    });
  });
});

/** Two features in overlapping frames, present together; a dictionary and codes chosen by hand. */
const together: GroundTruth = {
  features: [
    { name: 'a', kind: 'line', dimension: 1, frame: Float32Array.of(1, 0, 0) },
    { name: 'b', kind: 'plane', dimension: 2, frame: Float32Array.of(0.6, 0.8, 0, 0, 0, 1) },
  ],
  maxActive: 2,
  present: Uint32Array.of(0, 1, 0, NO_GROUP, 1, NO_GROUP),
  coordinates: Float32Array.of(2, 0, 5, 1, 4, 0, 0, 0, 5, 0, 0, 0),
  coordinateStride: 2,
};

function momentsByHand(dictionary: Dictionary, codes: CodeTable) {
  const index = indexCodes(dictionary, codes);
  return featureMoments(index, indexTruth(together), codeSums(index), 0);
}

describe('energies and reconstruction with features that overlap', () => {
  // Row 0 holds a = 2 and b = (5, 1): x* = (2 + 3, 4, 1). Row 1 holds a = 4. Row 2 holds b = (5, 0).
  const dictionary: Dictionary = {
    ...dictionaryOf(2, 1, 3, [1, 0, 0, 0.6, 0.8, 0]),
    decoderBias: Float32Array.of(0.5, 0, 9),
  };
  const codes = codesOf(2, 1, [
    [
      { group: 0, code: [1.5] },
      { group: 1, code: [5] },
    ],
    [{ group: 0, code: [3] }],
    [{ group: 1, code: [5] }],
  ]);
  const moments = momentsByHand(dictionary, codes);

  test('energy of a unit is that of its contribution seen through the frame', () => {
    // Along a: group 0 writes 1.5 and 3; group 1 writes 0.6·5 = 3 in row 0 (0.6 is rounded to float32).
    expect(at(moments.energies, 0)).toBeCloseTo(1.5 ** 2 + 3 ** 2, 6);
    expect(at(moments.energies, 1)).toBeCloseTo(9, 5);
    expect([...moments.owners]).toEqual([1, 0]);
  });

  test('the other feature’s part inside the frame belongs to the target, and the bias rebuilds', () => {
    // Row 0: target 2 + 3, rebuilt 1.5 + 3 + 0.5. Row 1: target 4, rebuilt 3 + 0.5. Energy 4 + 16.
    expect(moments.reconstruction).toBeCloseTo(1 - 0.25 / 20, 6);
  });

  test('R² is that of the contribution over all rows, about the means', () => {
    // φ = 2, 4, 0 and group 0 writes 1.5, 3, 0: residuals .5, 1, 0 with variance 1/6; φ has 8/3.
    expect(at(moments.r2, 0)).toBeCloseTo(1 - 1 / 6 / (8 / 3), 6);
    // Group 1 writes 3, 0, 3: residuals −1, 4, −3, variance 26/3: worse than nothing, so 0.
    expect(at(moments.r2, 1)).toBe(0);
  });
});

describe('degenerate worlds', () => {
  test('a feature that never occurs and a dictionary that never fires give zeros and nulls', () => {
    const none: GroundTruth = { ...together, present: new Uint32Array(6).fill(NO_GROUP) };
    const dead = dictionaryOf(2, 2, 3, new Array<number>(12).fill(0));
    const index = indexCodes(dead, codesOf(2, 2, [[], [], []]));
    for (const truth of [none, together]) {
      const moments = allFeatureMoments(index, truth);
      const spread = featureSpread(at(moments, 0), truth, index);
      expect(spread).toMatchObject({ units90: null, splittingRatio: null, topUnit: null });
      expect(spread.topShare).toBe(0);
      const recovery = describeRecovery(index, truth, moments);
      expect(recovery).toMatchObject({ meanR2: 0, meanCapture: 0, meanRankError: null });
      expect(recovery.features[0]).toMatchObject({ group: null, rank90: null, bestGroup: null });
      expect(describePacking(index, rowsOfTable(index), recovery.features)).toMatchObject({
        groups: [],
        meanFeatures: 0,
        packedShare: 0,
      });
    }
  });

  test('a feature rebuilt to less than a half has no unit count', () => {
    const weak = { ...perfect, decoder: perfect.decoder.map((value) => 0.25 * value) };
    const index = indexCodes(weak, encodeTop(perfect, world.x, 1));
    const moments = at(allFeatureMoments(index, world.truth), 0);
    // A quarter of the signal leaves (3/4)² of the energy: reconstruction 7/16.
    expect(moments.reconstruction).toBeCloseTo(7 / 16, 6);
    expect(featureSpread(moments, world.truth, index)).toMatchObject({
      units90: null,
      units99: null,
      splittingRatio: null,
    });
  });

  test('with more features than groups some stay unmatched', () => {
    const one = perfectDictionary(makeWorld([CIRCLE]), 2);
    const index = indexCodes(one, encodeTop(one, world.x, 1));
    const recovery = describeRecovery(index, world.truth, allFeatureMoments(index, world.truth));
    const matched = recovery.features.filter(({ group }) => group !== null);
    expect(matched.length).toBeLessThanOrEqual(1);
    expect(recovery.features.every(({ capture }) => capture >= 0)).toBe(true);
  });
});

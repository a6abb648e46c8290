/** Rows and cards for tests: a plain live group, with whatever the test says otherwise. */
import type { GroupCard, LabelledGroupRow } from '../../../src/lab/protocol/protocol';

export function groupRow(changes: Partial<LabelledGroupRow> = {}): LabelledGroupRow {
  return {
    group: 0,
    firings: 40,
    frequency: 0.04,
    meanNorm: 2,
    weightRank90: 4,
    weightStableRank: 3.6,
    weightParticipation: 3.8,
    weightEntropyRank: 3.9,
    codeRank90: 2,
    codeStableRank: 1.9,
    codeParticipation: 2.1,
    codeEntropyRank: 2.3,
    irreducibility: 0.5,
    irreducibilityChance95: 0.05,
    irreducibilityPoints: 400,
    mixture: 0.1,
    separability: 0.6,
    directions: { axes: 0, rays: 0, axisShare: 0, leastFeatures: 1 },
    cluster: null,
    histogram: [1, 4, 9, 4, 1],
    labels: ['monday', 'friday'],
    ...changes,
  };
}

/** A card without points. */
export function groupCard(changes: Partial<GroupCard> = {}): GroupCard {
  return {
    group: 3,
    step: 7,
    truth: null,
    text: null,
    inOtherModels: [],
    mapSingularValues: [],
    decoderSingularValues: [],
    codeSingularValues: [],
    points: {
      count: 0,
      total: 0,
      coordinates: new Float32Array(),
      axes: 2,
      alignedTo: null,
      norms: new Float32Array(),
      rowIds: new Uint32Array(),
      labels: null,
      features: null,
    },
    axisShares: [],
    strongest: [],
    quantiles: [],
    histogram: { edges: [], counts: [] },
    nearest: [],
    nearestByChance: 0.3,
    coFiring: [],
    ...changes,
  };
}

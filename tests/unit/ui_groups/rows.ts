/** A row of the group table for tests: a plain live group, with whatever the test says otherwise. */
import type { LabelledGroupRow } from '../../../src/lab/protocol';

export function groupRow(changes: Partial<LabelledGroupRow> = {}): LabelledGroupRow {
  return {
    group: 0,
    firings: 40,
    frequency: 0.04,
    meanNorm: 2,
    maxNorm: 5,
    weightRank90: 4,
    weightStableRank: 3.6,
    weightParticipation: 3.8,
    weightEntropyRank: 3.9,
    codeRank90: 2,
    codeStableRank: 1.9,
    codeParticipation: 2.1,
    codeEntropyRank: 2.3,
    irreducibility: 0.5,
    mixture: 0.1,
    separability: 0.6,
    cluster: null,
    strongestRows: [],
    histogram: [1, 4, 9, 4, 1],
    labels: ['monday', 'friday'],
    ...changes,
  };
}

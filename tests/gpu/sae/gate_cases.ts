/** Scores whose winners can be seen with the naked eye, for every kind of gate. */
import type { Gate } from '../../../src/sae/architectures/architecture';
import { nearThreshold } from '../../../src/sae/architectures/jumprelu/parts';
import { keyParts, standingParts } from '../../../src/sae/parts';
import type { Entry, GateSetting } from './gate_run';

/** By which the mean of the smallest score that won moves. */
export const RATE = 0.25;
export const { any, positive } = keyParts;
export const ofRow = (key: typeof any | typeof positive): Gate => ({
  kind: 'top_of_row',
  score: 'value',
  key,
});
export const ofBatch = (key: typeof any | typeof positive): Gate => ({
  kind: 'top_of_batch',
  score: 'value',
  key,
  rate: RATE,
});
export const threshold = (standing: Extract<Gate, { kind: 'threshold' }>['standing']): Gate => ({
  kind: 'threshold',
  score: 'value',
  standing,
});

export type Scores = readonly (readonly number[])[];

export interface GateTest extends Omit<GateSetting, 'config' | 'variant' | 'rows'> {
  readonly k?: number;
  readonly scores: Scores;
}

/** Name, setting, and what every row lists. */
export const gateCases: readonly [string, GateTest, Entry[][]][] = [
  [
    'the best of every row, the lower unit where two are equal',
    {
      gate: ofRow(positive),
      k: 2,
      scores: [
        [1, 4, 3, 2],
        [5, 1, 5, 5],
        [1, 2, 2, 2],
      ],
    },
    [
      [
        [1, 4],
        [2, 3],
      ],
      [
        [0, 5],
        [2, 5],
      ],
      [
        [1, 2],
        [2, 2],
      ],
    ],
  ],
  [
    'no more of a row than is above 0',
    {
      gate: ofRow(positive),
      k: 3,
      scores: [
        [-1, 0, 2, -3],
        [0, 0, 0, 0],
        [-4, -1, -2, -3],
      ],
    },
    [[[2, 2]], [], []],
  ],
  [
    'the best of a row though it is below 0, where any unit may win',
    {
      gate: ofRow(any),
      k: 2,
      scores: [
        [-4, -1, -2, -3],
        [0, -1, 0, 0],
      ],
    },
    [
      [
        [1, -1],
        [2, -2],
      ],
      [
        [0, 0],
        [2, 0],
      ],
    ],
  ],
  [
    'the best of a batch, of which a row may have all and another none',
    {
      gate: ofBatch(positive),
      k: 1,
      scores: [
        [1, 2, 1],
        [7, 9, 8],
        [-9, -8, 0.5],
      ],
    },
    [
      [],
      [
        [0, 7],
        [1, 9],
        [2, 8],
      ],
      [],
    ],
  ],
  [
    'at the limit of a batch first the lower row, then the lower unit',
    {
      gate: ofBatch(positive),
      k: 2,
      // Six places: 9, 8, and four of the seven 5s.
      scores: [
        [5, 1, 5, 2],
        [5, 9, 5, 5],
        [5, 5, 8, 1],
      ],
    },
    [
      [
        [0, 5],
        [2, 5],
      ],
      [
        [0, 5],
        [1, 9],
        [2, 5],
      ],
      [[2, 8]],
    ],
  ],
  [
    'all of a batch that is above 0, where there are fewer than places',
    {
      gate: ofBatch(positive),
      k: 2,
      scores: [
        [-5, 3, -1],
        [0, 0, 0],
        [1e-30, -2, 4],
      ],
    },
    [
      [[1, 3]],
      [],
      [
        [0, Math.fround(1e-30)],
        [2, 4],
      ],
    ],
  ],
  [
    'nothing of a batch without a score above 0',
    {
      gate: ofBatch(positive),
      k: 1,
      scores: [
        [-1, 0],
        [0, -2],
      ],
    },
    [[], []],
  ],
  [
    'the least negative of a batch, where any unit may win',
    {
      gate: ofBatch(any),
      k: 1,
      scores: [
        [-1, -7],
        [-3, -1e-3],
        [-2, -2],
      ],
    },
    [[[0, -1]], [[1, Math.fround(-1e-3)]], [[0, -2]]],
  ],
  [
    'a batch of one row and one unit',
    { gate: ofBatch(positive), k: 1, scores: [[0.25]] },
    [[[0, 0.25]]],
  ],
  [
    'all above 0',
    {
      gate: threshold(standingParts.positive),
      scores: [
        [0, -1, 0.25],
        [3, 0, -0.5],
        [-1, -2, -3],
      ],
    },
    [[[2, 0.25]], [[0, 3]], []],
  ],
  [
    'all above a threshold of their own, which itself is not above',
    {
      gate: threshold(standingParts.threshold),
      thresholds: [2, 0, -1],
      scores: [
        [2, 0, -1],
        [3, 0.5, -0.5],
        [1, -0.5, 1],
      ],
    },
    [
      [],
      [
        [0, 3],
        [1, 0.5],
        [2, -0.5],
      ],
      [[2, 1]],
    ],
  ],
  [
    'all above the one threshold that they share',
    { gate: threshold(standingParts.threshold), thresholds: [2], scores: [[2, 3, 1, 4]] },
    [
      [
        [1, 3],
        [3, 4],
      ],
    ],
  ],
  [
    'without a code those less than half a bandwidth below their threshold',
    {
      gate: threshold(nearThreshold),
      thresholds: [1, 1, 1, 2],
      bandwidth: 0.5,
      scores: [[1, 0.75, 1.5, 1.8]],
    },
    [
      [
        [0, 0],
        [2, 1.5],
        [3, 0],
      ],
    ],
  ],
];

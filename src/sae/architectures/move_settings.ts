/** When what the groups of a model hold is moved between them while it trains, and how. Source: docs/method/training.md, "Moves". */
import * as z from 'zod/mini';
import { setting } from '../../base/setting';

/** Shares of a run after which it is looked for: late enough that groups hold something, before the learning rate falls. */
const POINTS = [0.4, 0.52, 0.64, 0.76];

const share = z.number().check(z.gt(0), z.lt(1));

const rising = z.refine<number[]>(
  (shares) => shares.every((each, place) => each > (shares[place - 1] ?? 0)),
  'shares of the run that rise',
);

const schema = z.strictObject({
  at: setting(z._default(z.array(share).check(z.minLength(1), z.maxLength(32), rising), POINTS), {
    label: 'Points',
    meaning: 'Shares of the run after which something to move is looked for.',
  }),
  rows: setting(z.optional(z.int().check(z.gte(256), z.lte(1 << 20))), {
    label: 'Rows',
    meaning: 'Training rows that moves are found on; 4096 others judge them.',
    otherwise: 'the larger of 12 288 and 200·K/s',
  }),
  repartition: setting(z._default(z.boolean(), true), {
    label: 'Repartition',
    meaning: 'Rearranges two groups that share a feature, where that lowers the loss.',
  }),
  unpack: setting(z._default(z.boolean(), true), {
    label: 'Unpack',
    meaning: 'Gives features that share a group a group each, as long as there are dead ones.',
  }),
});

/** The setting that switches them on. */
export const moves = () =>
  setting(z.optional(schema), {
    label: 'Moves',
    meaning:
      'Puts features that lie in two groups into one, and those that share a group into groups of their own.',
    formula: 'at 40, 52, 64 and 76 % of the run',
    source: 'The lab (docs/method/training.md)',
    otherwise: 'off',
    advanced: true,
  });

/** When what the groups of a model hold is moved between them while it trains, and how. Source: docs/method/training.md, "Moves". */
import * as z from 'zod/mini';
import { setting } from '../../base/setting';

/** Shares of a run after which it is looked for: late enough that groups hold something, before the learning rate falls. */
const POINTS = [0.4, 0.52, 0.64, 0.76];

const share = z.number().check(z.gt(0), z.lt(1));

const schema = z.strictObject({
  at: z._default(
    z.array(share).check(
      z.minLength(1),
      z.maxLength(32),
      z.refine(
        (shares) => shares.every((each, place) => each > (shares[place - 1] ?? 0)),
        'shares of the run that rise',
      ),
    ),
    POINTS,
  ),
  rows: z.optional(z.int().check(z.gte(256), z.lte(1 << 20))),
  repartition: z._default(z.boolean(), true),
  unpack: z._default(z.boolean(), true),
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

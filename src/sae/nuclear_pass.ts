/**
 * The pass over the blocks of a group model: nuclear norms with the matrices of their gradient, and, from the same
 * factors, the rows by which a gate on decoded energy scores.
 */
import type { Pass } from '../gpu/plan';
import { across } from '../gpu/workgroups';
import type { Gate, NuclearTarget } from './architectures/architecture';
import { kernels } from './kernels';
import type { KernelVariant, ModelLayout } from './layout';
import { compose, gateRowsParts } from './parts';

/** Whether the gate scores by rows that are made from both matrices before it. */
export function scoresEnergy({ score }: Gate): boolean {
  return score === 'energy';
}

/** What it takes the norm of; `observe` leaves no gradient. */
type Target = NuclearTarget | 'observe';

const MODES = { composition: 0, decoder: 1, weight_decay: 2, observe: 2 } as const;

/** With `gate`, also leaves the rows of the gate, with biases or without. */
export function nuclearPass(
  target: Target,
  { groups, rank, d4 }: ModelLayout,
  variant: KernelVariant,
  gate?: { readonly useBias: boolean },
): Pass {
  return {
    name: 'nuclear norms',
    kernel: compose(kernels.nuclear_gradient, {
      gateRows: gate === undefined ? gateRowsParts.none : gateRowsParts.energy,
    }),
    bindings: {
      encoder: 'encoder',
      decoder: 'decoder',
      penalty: 'penalty',
      singular_values: 'singular_values',
      ...(gate === undefined
        ? {}
        : { biases: 'biases', gate_rows: 'gate_rows', gate_biases: 'gate_biases' }),
    },
    constants: {
      K: groups,
      R: rank,
      D4: d4,
      MODE: MODES[target],
      // Jacobi converges quadratically; these sweeps leave nothing to rotate in float32 (tests/gpu).
      SWEEPS: rank <= 4 ? 6 : rank <= 8 ? 7 : 10,
      WG: variant === 'tiled' ? 32 : Math.max(4, rank),
      UNROLL: Number(variant === 'tiled'),
      ...(gate === undefined ? {} : { GATE_BIAS: Number(gate.useBias) }),
    },
    workgroups: across(groups),
    onlyWhenLogging: target === 'weight_decay' && gate === undefined,
  };
}

/**
 * The auxiliary branch of a training step, which keeps units from staying dead: they reconstruct what the live ones
 * leave over, by the same kernels as the main branch.
 */
import type { Pass } from '../gpu/plan';
import { architectureOf, type ModelConfig } from './config';
import {
  decodeMakesCodes,
  decodePass,
  encodePass,
  scoresPass,
  Section,
  selectPass,
} from './forward_passes';
import { kernels } from './kernels';
import { usesEncoderBias, type KernelVariant, type ModelLayout } from './layout';
import { keyParts, scoreParts, termParts } from './parts';

/** Dead units reconstruct the residual (docs/method/training.md, Dead units). */
export function auxiliaryPasses(
  config: ModelConfig,
  layout: ModelLayout,
  variant: KernelVariant,
): Pass[] {
  const { auxiliary } = layout;
  if (auxiliary === null) return [];
  const residual = auxiliary.loss === 'residual';
  const gate = architectureOf(config).gate(config);
  const makesCodes = residual && decodeMakesCodes(layout, gate);
  // Where the gate reads pre-activations, every one is at hand; those of a gate on norms are made anew.
  const scored = residual || gate.score !== 'value';
  const passes: Pass[] = [
    {
      name: 'list dead groups',
      kernel: kernels.list_dead,
      bindings: { last_fired: 'last_fired', dead_list: 'dead_list' },
      constants: { K: layout.groups, VIEW: auxiliary.columns ? layout.rank : 1 },
      workgroups: [1, 1, 1],
    },
  ];
  if (scored) {
    passes.push(
      scoresPass(layout, {
        name: 'score dead groups',
        variant,
        branch: auxiliary,
        section: residual ? Section.residual : Section.input,
        score: residual ? scoreParts.norm : scoreParts.value,
        compact: true,
        useBias: !residual && usesEncoderBias(config),
      }),
    );
  }
  passes.push(
    selectPass(
      layout,
      {
        name: 'select dead groups',
        branch: auxiliary,
        score: residual ? scoreParts.norm : scoreParts.value,
        key: keyParts.any,
        compact: true,
        byPosition: scored,
        record: true,
        markAlive: false,
      },
      variant,
    ),
  );
  if (residual && !makesCodes) {
    passes.push(
      encodePass(
        layout,
        auxiliary,
        { name: 'encode residual', section: Section.residual, useBias: false },
        variant,
      ),
    );
  }
  passes.push(
    decodePass(
      layout,
      auxiliary,
      {
        name: 'decode auxiliary',
        main: false,
        subtractDecoderBias: false,
        scaleByDead: !residual,
        kAux: auxiliary.kAux,
        term: termParts.none,
        makes: makesCodes ? { useBias: false } : undefined,
      },
      variant,
    ),
  );
  return passes;
}

/**
 * The passes that turn a batch into codes and a residual, for training and for evaluation alike.
 * Architectures differ here only in the gate: how a unit scores and who may win.
 */
import type { BufferSpec, Pass, Plan } from '../gpu/plan';
import { across } from '../gpu/workgroups';
import { architectureOf, type ModelConfig } from './config';
import { decodePass, encodePass, scoresPass, Section, selectPass } from './forward_passes';
import { kernels } from './kernels';
import { rowThreads } from './launch_sizes';
import { layoutOf, usesEncoderBias, type KernelVariant, type ModelLayout } from './layout';
import { penaltyOf } from './penalty';
import { stepUniforms } from './schedule';

/** Input → scores → gate → codes → residual of the main branch. */
export function mainForward(
  config: ModelConfig,
  layout: ModelLayout,
  variant: KernelVariant,
  training: boolean,
): Pass[] {
  const { gate } = architectureOf(config);
  const scalar = gate.score === 'value';
  const useBias = usesEncoderBias(config);
  const l1 = training && penaltyOf(config)?.kind === 'l1';
  const passes: Pass[] = [
    {
      name: 'center input',
      kernel: kernels.center_input,
      bindings: {
        x: 'x',
        data_mean: 'data_mean',
        biases: 'biases',
        rows: 'rows',
        row_stats: 'row_stats',
      },
      constants: {
        B: layout.batch,
        D: layout.width,
        D4: layout.d4,
        BIAS_OFFSET: layout.biasOffset,
        LAYER_NORM: Number(config.normalize_activations === 'layer_norm'),
        APPLY_B_DEC: Number(config.apply_b_dec_to_input),
        WG: rowThreads(layout.d4, variant),
      },
      workgroups: across(layout.batch),
    },
    scoresPass(layout, {
      name: 'score groups',
      variant,
      branch: layout.main,
      section: Section.input,
      scalar,
      compact: false,
      useBias,
    }),
    selectPass(
      layout,
      {
        name: 'select groups',
        branch: layout.main,
        scalar,
        positive: gate.positive,
        compact: false,
        byPosition: false,
        record: training,
        markAlive: training,
      },
      variant,
    ),
  ];
  if (!scalar) {
    passes.push(
      encodePass(
        layout,
        layout.main,
        { name: 'encode active', section: Section.input, useBias },
        variant,
      ),
    );
  }
  passes.push(
    decodePass(
      layout,
      layout.main,
      {
        name: 'decode residual',
        main: true,
        subtractDecoderBias: !config.apply_b_dec_to_input,
        scaleByDead: false,
        kAux: 1,
        l1,
      },
      variant,
    ),
  );
  return passes;
}

/** Buffers that the forward passes work in, for both kinds of plan. */
export function workBuffers(layout: ModelLayout, deadListLength: number): BufferSpec[] {
  const { batch, d4 } = layout;
  const spec = (name: string, type: 'f32' | 'u32', length: number, shape: string): BufferSpec => ({
    name,
    type,
    length: Math.max(1, length),
    shape,
  });
  return [
    spec('rows', 'f32', layout.sections * batch * d4 * 4, '[input | residual | auxiliary, B, d]'),
    spec('row_stats', 'f32', batch * 8, '[B, 8]'),
    spec('scores', 'f32', layout.scoresLength, '[B, K]'),
    spec('active_units', 'u32', layout.activeLength, '[B, s], main and auxiliary'),
    spec('coefs', 'f32', layout.coefsLength, '[codes | decoder | encoder, B, s·r]'),
    spec('fired', 'u32', layout.firedLength, '[K, B/32] bits'),
    spec('dead_list', 'u32', deadListLength, '[1 + K]'),
  ];
}

/**
 * Plan that only encodes batches of `batch` rows: codes of section `codes` of `coefs`, residual in
 * section 1 of `rows`, loss in column 2 of `row_stats`. Imports the weights.
 */
export function forwardPlan(
  config: ModelConfig,
  width: number,
  batch: number,
  variant: KernelVariant,
): { readonly plan: Plan; readonly layout: ModelLayout } {
  const layout = layoutOf({ ...config, aux_coefficient: 0 }, width, batch, variant);
  const own: BufferSpec[] = [
    { name: 'x', type: 'f32', length: batch * layout.d4 * 4, shape: '[B, d]' },
    { name: 'data_mean', type: 'f32', length: layout.d4 * 4, shape: '[d]' },
    { name: 'last_fired', type: 'u32', length: 1, shape: 'unused' },
    { name: 'decoder_norms', type: 'f32', length: 1, shape: 'unused' },
    ...workBuffers({ ...layout, firedLength: 1 }, 1),
  ];
  return {
    layout,
    plan: {
      name: 'encoder',
      uniform: stepUniforms,
      buffers: own,
      imports: ['encoder', 'decoder', 'biases'],
      clears: [],
      passes: mainForward(config, layout, variant, false),
    },
  };
}

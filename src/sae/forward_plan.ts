/**
 * The passes that turn a batch into codes and a residual, for training and for evaluation alike.
 * Architectures differ here only in the gate (gate_passes.ts).
 */
import type { BufferSpec, Pass, Plan } from '../gpu/plan';
import { across } from '../gpu/workgroups';
import type { Gate } from './architectures/architecture';
import { refines, type ModelConfig } from './config';
import { decodeMakesCodes, decodePass, encodePass, scoresPass, Section } from './forward_passes';
import { chooseColumnsPass, decoderNormsPass } from './choose_columns';
import { gatePasses } from './gate_passes';
import { gateOf, rowGate } from './inference_gate';
import { kernels } from './kernels';
import { rowThreads } from './launch_sizes';
import {
  layoutOf,
  thresholdStride,
  usesEncoderBias,
  type KernelVariant,
  type ModelLayout,
} from './layout';
import { normsParts, scoreParts, termParts } from './parts';
import { decodeRefinedPass } from './refine_passes';
import { nuclearPass, scoresEnergy } from './nuclear_pass';
import { codesPenalty, nuclearPenalty } from './penalty';
import { stepUniforms } from './schedule';

/** Input → scores → gate → codes → residual of the main branch. */
export function mainForward(
  config: ModelConfig,
  layout: ModelLayout,
  variant: KernelVariant,
  training: boolean,
  gate: Gate = gateOf(config, training),
): Pass[] {
  const score = scoreParts[gate.score];
  const useBias = usesEncoderBias(config);
  const term = training ? (codesPenalty(config)?.term ?? termParts.none) : termParts.none;
  const energy = scoresEnergy(gate);
  const penalty = nuclearPenalty(config);
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
    ...(energy
      ? [
          nuclearPass(training ? (penalty?.target ?? 'observe') : 'observe', layout, variant, {
            useBias,
          }),
        ]
      : []),
    scoresPass(layout, {
      name: 'score groups',
      variant,
      branch: layout.main,
      section: Section.input,
      score,
      compact: false,
      useBias,
      gateRows: energy,
    }),
    ...gatePasses(layout, gate, {
      variant,
      training,
      thresholdStride: thresholdStride(config),
    }),
  ];
  const { columns } = layout.main;
  const { refinement } = layout;
  // A gate that chooses columns makes all codes to choose from.
  const makesCodes =
    columns === null && (refinement === null ? decodeMakesCodes(layout, gate) : !score.isCode);
  if (columns !== null) {
    passes.push(
      decoderNormsPass(layout, normsParts.alone),
      chooseColumnsPass(layout, columns, { variant, training, useBias }),
    );
  } else if (!score.isCode && !makesCodes) {
    passes.push(
      encodePass(
        layout,
        layout.main,
        { name: 'encode active', section: Section.input, useBias },
        variant,
      ),
    );
  }
  if (refinement !== null) {
    const options = { training, makes: makesCodes };
    return [...passes, decodeRefinedPass(config, layout, refinement, variant, options)];
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
        term,
        makes: makesCodes ? { useBias } : undefined,
      },
      variant,
    ),
  );
  return passes;
}

/** The rows by which a gate scores that does not score by the encoder's. */
export function gateBuffers(gate: Gate, { latents, d4 }: ModelLayout): BufferSpec[] {
  if (!scoresEnergy(gate)) return [];
  return [
    { name: 'gate_rows', type: 'f32', length: latents * d4 * 4, shape: '[K·r, d]' },
    { name: 'gate_biases', type: 'f32', length: latents, shape: '[K·r]' },
  ];
}

/** Buffers that the forward passes work in, for both kinds of plan. */
export function workBuffers(layout: ModelLayout, deadListLength: number): BufferSpec[] {
  const { batch, d4 } = layout;
  const { ragged } = layout.main;
  const units = ragged ? '[places | auxiliary | row starts | rows]' : '[B, s], main and auxiliary';
  const places = ragged ? 'places·r' : 'B, s·r';
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
    spec('active_units', 'u32', layout.activeLength, units),
    spec('coefs', 'f32', layout.coefsLength, `[codes | decoder | encoder, ${places}]`),
    ...(ragged ? [spec('gate', 'u32', layout.gate.length, '[digits | found | B, 2]')] : []),
    spec('fired', 'u32', layout.firedLength, '[K, B/32] bits'),
    spec('dead_list', 'u32', deadListLength, '[1 + K]'),
  ];
}

/** How rows are encoded, where it is not as the model is used. */
export interface EncodingOptions {
  /** Most places that ragged codes of a batch have together; as many as can be needed when absent. */
  readonly capacity?: number | undefined;
  /**
   * Units of largest score that every row switches on, instead of those that the model's gate lets through. Their codes
   * are those by which the gate compares units: no step is taken on them.
   */
  readonly slots?: number | undefined;
}

/**
 * Plan that only encodes batches of `batch` rows, by the gate of inference: units and codes, residual in section 1 of
 * `rows`, loss in column 2 of `row_stats`. Imports the weights, and thresholds where the gate reads some.
 */
export function forwardPlan(
  config: ModelConfig,
  width: number,
  batch: number,
  variant: KernelVariant,
  { capacity, slots }: EncodingOptions = {},
): { readonly plan: Plan; readonly layout: ModelLayout } {
  const gate = slots === undefined ? gateOf(config, false) : rowGate(config);
  const withoutAuxiliary = { ...config, aux_coefficient: 0 };
  const refined = slots === undefined && refines(config);
  const options = { gate, capacity, slots, refined };
  const layout = layoutOf(withoutAuxiliary, width, batch, variant, options);
  // There are no gradients to keep.
  const sections = refined ? layout.sections - 1 : layout.sections;
  const codes = layout.main.capacity * layout.rank;
  const readsThresholds = gate.kind === 'threshold' && gate.standing.readsThresholds;
  const own: BufferSpec[] = [
    { name: 'x', type: 'f32', length: batch * layout.d4 * 4, shape: '[B, d]' },
    { name: 'data_mean', type: 'f32', length: layout.d4 * 4, shape: '[d]' },
    { name: 'last_fired', type: 'u32', length: 1, shape: 'unused' },
    layout.main.columns === null
      ? { name: 'decoder_norms', type: 'f32', length: 1, shape: 'unused' }
      : { name: 'decoder_norms', type: 'f32', length: layout.latents, shape: '[N]' },
    ...workBuffers({ ...layout, sections, firedLength: 1, coefsLength: codes }, 1),
    ...gateBuffers(gate, layout),
    ...(scoresEnergy(gate)
      ? [
          { name: 'penalty', type: 'f32' as const, length: 1, shape: 'unused' },
          {
            name: 'singular_values',
            type: 'f32' as const,
            length: layout.latents,
            shape: '[K, r]',
          },
        ]
      : []),
  ];
  return {
    layout,
    plan: {
      name: 'encoder',
      uniform: stepUniforms,
      buffers: own,
      imports: ['encoder', 'decoder', 'biases', ...(readsThresholds ? ['thresholds'] : [])],
      clears: [],
      passes: mainForward(config, layout, variant, false, gate),
    },
  };
}

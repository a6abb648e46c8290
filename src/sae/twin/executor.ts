/**
 * Runs the same list of passes as the GPU, in float64 on the CPU: what the engine's numbers are checked
 * against, pass by pass. It shares nothing with the GPU executor but the plan.
 */
import { LabError } from '../../base/lab_error';
import type { Pass, Plan } from '../../gpu/plan';
import type { UniformValues } from '../../gpu/uniforms';
import { codeGradients } from './backward';
import { chooseColumns } from './choose_columns';
import { centerInput, decodeResidual, encodeActive, scoreUnits } from './forward';
import { listDead, selectUnits } from './gate';
import { countCodes, countDigits, listCodes, placeRows } from './ragged_gate';
import { KernelCall, type TwinBuffer, type TwinKernel } from './kernel_call';
import { adamClipped, gradientNorm, updateBiases, updateRows, updateRowsSerial } from './optimiser';
import { decodeRefined, refinedGradients } from './refine';
import { expThresholds, updateThresholds } from './thresholds';
import { decoderNorms, normalizeRows, nuclearGradient } from './penalty';
import type { KernelName } from '../kernels';
import { partsOf } from '../parts';

/** The twin of every kernel of a training step, by the kernel's name. */
const twinKernels: Readonly<Record<KernelName, TwinKernel>> = {
  adam_clipped: adamClipped,
  center_input: centerInput,
  choose_columns: chooseColumns,
  code_gradients: codeGradients,
  count_codes: countCodes,
  count_digits: countDigits,
  decode_refined: decodeRefined,
  decode_residual: decodeResidual,
  decoder_norms: decoderNorms,
  encode_active: encodeActive,
  exp_thresholds: expThresholds,
  gradient_norm: gradientNorm,
  list_codes: listCodes,
  list_dead: listDead,
  normalize_rows: normalizeRows,
  nuclear_gradient: nuclearGradient,
  place_rows: placeRows,
  refined_gradients: refinedGradients,
  scores_direct: scoreUnits,
  scores_quads: scoreUnits,
  scores_tiled: scoreUnits,
  scores_wide: scoreUnits,
  select_few: selectUnits,
  select_many: selectUnits,
  select_serial: selectUnits,
  update_biases: updateBiases,
  update_rows: updateRows,
  update_rows_serial: updateRowsSerial,
  update_thresholds: updateThresholds,
};

/** Buffers of a plan by name; imports are added by whoever owns them. */
export type TwinBuffers = Map<string, TwinBuffer>;

/** The plan's own buffers with their initial contents, in float64 where the GPU has float32. */
export function allocateTwin(plan: Plan): TwinBuffers {
  return new Map(
    plan.buffers.map(({ name, type, length, initial }) => {
      const buffer = type === 'u32' ? new Uint32Array(length) : new Float64Array(length);
      if (initial !== undefined) buffer.set(initial);
      return [name, buffer];
    }),
  );
}

/** Runs a plan once. With `logging` false, passes that only serve metrics are left out. */
export function runTwin(
  plan: Plan,
  buffers: TwinBuffers,
  uniforms: UniformValues,
  logging = true,
): void {
  for (const name of plan.clears) named(buffers, name).fill(0);
  for (const pass of plan.passes) {
    if (logging || pass.onlyWhenLogging !== true) runTwinPass(plan, pass, buffers, uniforms);
  }
}

/** Runs one pass. Throws LabError `internal` for a kernel without a twin or a buffer that is missing. */
function runTwinPass(plan: Plan, pass: Pass, buffers: TwinBuffers, uniforms: UniformValues): void {
  const bound = Object.fromEntries(
    Object.entries(pass.bindings).map(([binding, name]) => {
      const view = plan.views?.find((known) => known.name === name);
      if (view === undefined) return [binding, named(buffers, name)];
      return [binding, named(buffers, view.of).subarray(view.first, view.first + view.length)];
    }),
  );
  twinKernel(pass)(new KernelCall(bound, pass.constants, uniforms, partsOf(pass.kernel)));
}

/** The twin of a pass's kernel. */
export function twinKernel(pass: Pass): TwinKernel {
  const twin = Object.entries(twinKernels).find(([name]) => name === pass.kernel.name)?.[1];
  if (twin === undefined) {
    throw new LabError('internal', `kernel ${pass.kernel.name} has no float64 twin`, 'Add one.');
  }
  return twin;
}

function named(buffers: TwinBuffers, name: string): TwinBuffer {
  const buffer = buffers.get(name);
  if (buffer === undefined) {
    throw new LabError('internal', `the float64 executor has no buffer "${name}"`, 'Fix the plan.');
  }
  return buffer;
}

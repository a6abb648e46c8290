/**
 * Holds the passes of a language model on the GPU to their float64 twins, one by one: every pass runs on what
 * the GPU had before it, so errors never pile up. Says how large the worst error of each pass is; whether that
 * is allowed is for the caller. Knows no test runner, because the table also runs on machines that have none
 * (bench/portable).
 */
import { RandomDraws } from '../../../src/base/random';
import type { BufferMap } from '../../../src/gpu/buffer_set';
import { allocate } from '../../../src/gpu/buffers';
import { PlanRunner } from '../../../src/gpu/executor';
import type { Pass, Plan } from '../../../src/gpu/plan';
import { readBuffer } from '../../../src/gpu/readback';
import { workgroupsOf, type LinearTile } from '../../../src/lm/linear_passes';
import { layoutOf } from '../../../src/lm/transformer_layout';
import {
  blockBuffers,
  blockPasses,
  embedPass,
  logitsBuffer,
  prefillUniforms,
  residualBuffer,
  tokensBuffer,
  transformerUniforms,
  unembedPasses,
} from '../../../src/lm/transformer_plan';
import type { TransformerParts } from '../../../src/lm/transformer_passes';
import { uploadWeights } from '../../../src/lm/weight_buffers';
import { randomTokens, randomTransformer } from '../../unit/lm/random_transformer';
import type { PassCase } from './forward_cases';
import { KEYS_VALUES_FROM, PassContents, passTwin } from './pass_twins';

/** How far one pass is from its twin. */
export interface PassError {
  readonly pass: string;
  readonly kernel: string;
  /** Largest error as a part of its bound; NaN where the GPU wrote none. */
  readonly ratio: number;
}

const KEYS_VALUES = 'keys_values';

/** The passes from tokens to logits, for whole sequences or one position of each. */
function planOf(parts: TransformerParts, passCase: PassCase, weightNames: readonly string[]): Plan {
  const { config, sequences, positions, tile, only } = passCase;
  const rows = { sequences, positions, capacity: config.context };
  const blocks = Array.from({ length: config.layers }, (_, block) =>
    blockPasses(parts, rows, block, KEYS_VALUES),
  );
  const passes = [embedPass(parts, rows), ...blocks.flat(), ...unembedPasses(parts, rows)].filter(
    ({ kernel }) => only === null || kernel.name.startsWith(only),
  );
  return {
    name: 'language model',
    uniform: transformerUniforms,
    buffers: [
      tokensBuffer(rows),
      residualBuffer(parts, rows),
      ...blockBuffers(parts, rows, [KEYS_VALUES]),
      logitsBuffer(parts, rows),
    ],
    imports: weightNames,
    clears: [],
    passes: tile === null ? passes : passes.map((pass) => tiled(pass, tile)),
  };
}

/** A linear pass with another tile than its shape would have chosen. */
function tiled(pass: Pass, tile: LinearTile): Pass {
  const { M, N, OUTPUTS } = pass.constants;
  if (M === undefined || N === undefined || OUTPUTS === undefined) return pass;
  return {
    ...pass,
    constants: { ...pass.constants, ROWS: tile.rows, OUTPUTS: tile.outputs },
    workgroups: workgroupsOf(tile, M, N),
  };
}

/** Runs a case. */
export async function checkPasses(device: GPUDevice, passCase: PassCase): Promise<PassError[]> {
  const { config, sequences, position, family, format } = passCase;
  const { weights } = randomTransformer(config, format);
  const layout = layoutOf(config);
  const uploaded = await uploadWeights(device, config, layout, weights);
  const parts = { config, layout, family, formats: uploaded.formats };
  const plan = planOf(parts, passCase, [...uploaded.buffers.keys()]);
  const buffers: BufferMap = new Map([...uploaded.buffers, ...(await allocate(device, plan))]);
  const runner = await PlanRunner.create(device, plan, buffers);
  runner.setUniforms(0, { ...prefillUniforms, position });
  runner.upload();
  const write = (name: string, values: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>) => {
    const buffer = buffers.get(name);
    if (buffer !== undefined) device.queue.writeBuffer(buffer, 0, values);
  };
  const tokens = randomTokens(sequences * config.context, config.vocabulary);
  write('tokens', new Uint32Array(tokens));
  // What passes read whose makers a case leaves out, and keys and values of earlier positions.
  for (const [stream, name] of ['normed', 'queries', KEYS_VALUES].entries()) {
    const draws = new RandomDraws(1, 1002 + stream);
    const length = (buffers.get(name)?.size ?? 0) / 4;
    write(
      name,
      Float32Array.from({ length }, (_, i) => draws.normal(i)),
    );
  }

  const errors: PassError[] = [];
  for (const [index, pass] of plan.passes.entries()) {
    const before = await boundTo(device, pass, buffers);
    const encoder = device.createCommandEncoder();
    const target = encoder.beginComputePass();
    runner.recordPass(target, index);
    target.end();
    device.queue.submit([encoder.finish()]);
    const after = await boundTo(device, pass, buffers);
    errors.push({
      pass: pass.name,
      kernel: pass.kernel.name,
      ratio: worstError(
        new PassContents(pass, position, before),
        new PassContents(pass, position, after),
      ),
    });
  }
  runner.destroy();
  for (const buffer of buffers.values()) buffer.destroy();
  return errors;
}

function worstError(before: PassContents, after: PassContents): number {
  const [binding, twin] = passTwin(before);
  const found = outputs(after, binding);
  let worst = 0;
  for (const [index, { value, bound }] of twin) {
    const difference = Math.abs(found(index) - value);
    // Padding has a bound of 0. A NaN stays to the end: Math.max keeps it.
    if (difference !== 0) worst = Math.max(worst, difference / bound);
  }
  return worst;
}

async function boundTo(
  device: GPUDevice,
  pass: Pass,
  buffers: BufferMap,
): Promise<Map<string, ArrayBuffer>> {
  const contents = new Map<string, ArrayBuffer>();
  for (const name of Object.values(pass.bindings)) {
    const buffer = buffers.get(name);
    if (buffer !== undefined) contents.set(name, await readBuffer(device, buffer));
  }
  return contents;
}

/** The GPU's outputs under the indices of the twin. */
function outputs(contents: PassContents, binding: string): (index: number) => number {
  if (binding !== 'heads') {
    const values = contents.floats(binding);
    return (index) => values[index] ?? NaN;
  }
  const [queries, keysValues] = [contents.floats('queries'), contents.floats('keys_values')];
  return (index) =>
    (index < KEYS_VALUES_FROM ? queries[index] : keysValues[index - KEYS_VALUES_FROM]) ?? NaN;
}

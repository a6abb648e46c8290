/**
 * Every pass of a forward pass against its float64 twin, on what the GPU had before the pass, in both kernel
 * families, on ragged shapes and for all three weight formats.
 */
import { expect, it } from 'vitest';
import { allocate } from '../../../src/gpu/buffers';
import { PlanRunner } from '../../../src/gpu/executor';
import type { Pass } from '../../../src/gpu/plan';
import { readBuffer } from '../../../src/gpu/readback';
import { forwardPlan } from '../../../src/lm/forward';
import { layoutOf } from '../../../src/lm/transformer_layout';
import { prefillUniforms } from '../../../src/lm/transformer_plan';
import { uploadWeights } from '../../../src/lm/weight_buffers';
import { randomTokens, randomTransformer } from '../../unit/lm/random_transformer';
import { testDevice } from '../adapter';
import { familyCases } from './forward_cases';
import { KEYS_VALUES_FROM, PassContents, passTwin } from './pass_twins';

type Case = (typeof familyCases)[number];

/** Runs the plan pass by pass; gives each pass with the contents before and after it. */
async function* passByPass({ config, sequences, positions, family, format }: Case) {
  const device = await testDevice();
  const { weights } = randomTransformer(config, format);
  const layout = layoutOf(config);
  const uploaded = await uploadWeights(device, config, layout, weights);
  const parts = { config, layout, family, formats: uploaded.formats };
  const plan = forwardPlan(parts, { sequences, positions, from: 0, until: 'logits' }, [
    ...uploaded.buffers.keys(),
  ]);
  const own = await allocate(device, plan);
  const buffers = new Map([...uploaded.buffers, ...own]);
  const runner = await PlanRunner.create(device, plan, buffers);
  runner.setUniforms(0, prefillUniforms);
  runner.upload();
  const tokens = own.get('tokens');
  if (tokens === undefined) throw new Error('no tokens');
  const ids = randomTokens(sequences * positions, config.vocabulary);
  device.queue.writeBuffer(tokens, 0, new Uint32Array(ids));
  const read = async (pass: Pass) => {
    const contents = new Map<string, ArrayBuffer>();
    for (const name of Object.values(pass.bindings)) {
      const buffer = buffers.get(name);
      if (buffer !== undefined) contents.set(name, await readBuffer(device, buffer));
    }
    return contents;
  };
  for (const [index, pass] of plan.passes.entries()) {
    const before = await read(pass);
    const encoder = device.createCommandEncoder();
    const target = encoder.beginComputePass();
    runner.recordPass(target, index);
    target.end();
    device.queue.submit([encoder.finish()]);
    yield { pass, before, after: await read(pass) };
  }
  runner.destroy();
  for (const buffer of buffers.values()) buffer.destroy();
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

it.each(familyCases)(
  '$family kernels agree pass by pass with float64: $name, weights $format',
  async (familyCase) => {
    for await (const { pass, before, after } of passByPass(familyCase)) {
      const [binding, twin] = passTwin(new PassContents(pass, 0, before));
      const found = outputs(new PassContents(pass, 0, after), binding);
      let worst = 0;
      for (const [index, { value, bound }] of twin) {
        const error = Math.abs(found(index) - value) / bound;
        if (!(error <= worst)) worst = error;
      }
      expect(worst, `${pass.name}: largest error as a part of its bound`).toBeLessThanOrEqual(1);
    }
  },
);

/**
 * Whole forward passes against the float64 reference, and against one another: stopping at a hook and going on
 * from it changes nothing, neither does padding.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { readBuffer } from '../../../src/gpu/readback';
import type { Forward } from '../../../src/lm/language_model';
import { twinForward } from '../../../src/lm/twin';
import { createLanguageModel } from '../../../src/lm/transformer';
import { randomTokens, randomTransformer } from '../../unit/lm/random_transformer';
import { testDevice } from '../adapter';
import { families, familyCases, forwardCases } from './forward_cases';
import { forwardTolerance } from './forward_tolerance';

async function run(device: GPUDevice, ...passes: Forward[]): Promise<void> {
  const encoder = device.createCommandEncoder();
  const target = encoder.beginComputePass();
  for (const pass of passes) pass.record(target);
  target.end();
  device.queue.submit([encoder.finish()]);
  await device.queue.onSubmittedWorkDone();
}

/** Rows [rows, width] out of rows of whole vec4s. */
async function residualOf(device: GPUDevice, forward: Forward, width: number) {
  const padded = new Float32Array(await readBuffer(device, forward.residual));
  const stride = Math.ceil(width / 4) * 4;
  const rows = padded.length / stride;
  return Float32Array.from({ length: rows * width }, (_, i) =>
    at(padded, Math.floor(i / width) * stride + (i % width)),
  );
}

async function logitsOf(device: GPUDevice, forward: Forward): Promise<Float32Array> {
  if (forward.logits === null) throw new Error('no logits');
  return new Float32Array(await readBuffer(device, forward.logits));
}

function expectClose(found: Float32Array, expected: Float64Array, relative: number): void {
  expect(found.length).toBe(expected.length);
  const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = found.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - at(expected, i))),
    0,
  );
  expect(worst).toBeLessThanOrEqual(relative * size);
  expect(found.every(Number.isFinite)).toBe(true);
}

// Every case once, in one of the families: passes.test.ts takes all of them through every case.
it.each(familyCases.filter((_, i) => i < forwardCases.length === (i % 2 === 0)))(
  'agrees with float64 at every layer: $family kernels, $name, weights $format',
  async ({ config, sequences, positions, family, format }) => {
    const device = await testDevice();
    const { weights } = randomTransformer(config, format);
    const model = await createLanguageModel(device, config, weights, { family });
    const tokens = randomTokens(sequences * positions, config.vocabulary);
    const expected = twinForward(config, weights, tokens, positions);
    const shape = { sequences, positions, from: 0 };
    for (let until = 0; until <= config.layers; until += 1) {
      const forward = await model.forward({ ...shape, until });
      forward.setTokens(tokens);
      await run(device, forward);
      expectClose(
        await residualOf(device, forward, config.width),
        at(expected.residuals, until),
        forwardTolerance(config, positions, until),
      );
      forward.destroy();
    }
    const forward = await model.forward({ ...shape, until: 'logits' });
    forward.setTokens(tokens);
    await run(device, forward);
    expectClose(
      await logitsOf(device, forward),
      expected.logits,
      forwardTolerance(config, positions, config.layers),
    );
    forward.destroy();
    model.destroy();
  },
);

describe.each(families)('%s kernels', (family) => {
  it('goes on from a hook as if it had not stopped', async () => {
    // Llama with shared keys, GPT-2, Llama with one head.
    const { config, sequences, positions } = at(
      forwardCases,
      { direct: 1, quads: 4, tiled: 2 }[family],
    );
    const device = await testDevice();
    const { weights } = randomTransformer(config, 'i8');
    const model = await createLanguageModel(device, config, weights, { family });
    const tokens = randomTokens(sequences * positions, config.vocabulary);
    const shape = { sequences, positions };
    const whole = await model.forward({ ...shape, from: 0, until: 'logits' });
    const first = await model.forward({ ...shape, from: 0, until: 1 });
    const rest = await model.forward({ ...shape, from: 1, until: 'logits', continues: first });
    expect(rest.residual).toBe(first.residual);
    whole.setTokens(tokens);
    first.setTokens(tokens);
    await run(device, whole, first, rest);
    expect(await logitsOf(device, rest)).toEqual(await logitsOf(device, whole));
    for (const forward of [whole, rest, first]) forward.destroy();
    model.destroy();
  });
});

it('is not changed by padding at the end or by other sequences', async () => {
  const device = await testDevice();
  const { config } = at(forwardCases, 1);
  const { weights } = randomTransformer(config, 'f32');
  const model = await createLanguageModel(device, config, weights);
  const long = await model.forward({ sequences: 3, positions: 9, from: 0, until: 2 });
  const short = await model.forward({ sequences: 1, positions: 5, from: 0, until: 2 });
  const tokens = randomTokens(27, config.vocabulary);
  long.setTokens(tokens);
  short.setTokens(tokens.slice(9, 14));
  await run(device, long, short);
  const all = await residualOf(device, long, config.width);
  const alone = await residualOf(device, short, config.width);
  expect(all.slice(9 * config.width, 14 * config.width)).toEqual(alone);
  long.destroy();
  short.destroy();
  model.destroy();
});

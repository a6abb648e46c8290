/**
 * Picks the kernel of the dense half of a step for this adapter and shape, by timing both once on a
 * slice of the real shape. One fixed tile loses up to half its speed on its worst GPU.
 */
import { allocate } from '../gpu/buffers';
import { PlanRunner } from '../gpu/executor';
import type { Plan } from '../gpu/plan';
import { shapeOf, type ModelConfig } from '../sae/config';
import { scoresPass } from '../sae/forward_plan';
import { layoutOf, usesEncoderBias, type ScoresVariant } from '../sae/layout';
import { stepUniforms } from '../sae/schedule';

const variants: readonly ScoresVariant[] = ['tiled', 'direct'];
/** Rows and groups of the timed slice: enough to fill a GPU, a fraction of a second in software. */
const SLICE_ROWS = 128;
const SLICE_LATENTS = 2048;
const ROUNDS = 3;

const chosen = new WeakMap<GPUDevice, Map<string, ScoresVariant>>();

/** The faster variant; measured once per device and shape. */
export async function chooseVariant(
  device: GPUDevice,
  config: ModelConfig,
  width: number,
  batch: number,
): Promise<ScoresVariant> {
  const { rank, groups } = shapeOf(config);
  const rows = Math.min(batch, SLICE_ROWS);
  const units = Math.min(groups, Math.max(1, Math.floor(SLICE_LATENTS / rank)));
  const key = `${width} ${rows} ${units} ${rank} ${config.architecture}`;
  const known = chosen.get(device) ?? new Map<string, ScoresVariant>();
  chosen.set(device, known);
  const before = known.get(key);
  if (before !== undefined) return before;
  let best: ScoresVariant = 'tiled';
  let bestMs = Number.POSITIVE_INFINITY;
  for (const variant of variants) {
    const ms = await timeVariant(device, config, width, rows, units, variant);
    if (ms < bestMs) {
      best = variant;
      bestMs = ms;
    }
  }
  known.set(key, best);
  return best;
}

async function timeVariant(
  device: GPUDevice,
  config: ModelConfig,
  width: number,
  rows: number,
  units: number,
  variant: ScoresVariant,
): Promise<number> {
  const { rank } = shapeOf(config);
  const layout = layoutOf(config, width, rows);
  const plan: Plan = {
    name: `timing ${variant}`,
    uniform: stepUniforms,
    buffers: [
      { name: 'rows', type: 'f32', length: rows * layout.d4 * 4, shape: '[B, d]' },
      { name: 'encoder', type: 'f32', length: units * rank * layout.d4 * 4, shape: '[N, d]' },
      { name: 'biases', type: 'f32', length: units * rank, shape: '[N]' },
      { name: 'dead_list', type: 'u32', length: 1, shape: 'unused' },
      { name: 'scores', type: 'f32', length: rows * units, shape: '[B, K]' },
    ],
    imports: [],
    clears: [],
    passes: [
      scoresPass(layout, {
        name: `scores, ${variant}`,
        variant,
        branch: { units, rank },
        section: 0,
        scalar: config.architecture !== 'topk_sasa',
        compact: false,
        useBias: usesEncoderBias(config),
      }),
    ],
  };
  const buffers = await allocate(device, plan);
  const runner = await PlanRunner.create(device, plan, buffers);
  let best = Number.POSITIVE_INFINITY;
  // The first round warms the pipeline and is not counted.
  for (let round = 0; round <= ROUNDS; round += 1) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let repeat = 0; repeat < 2; repeat += 1) runner.record(pass);
    pass.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    if (round > 0) best = Math.min(best, performance.now() - start);
  }
  runner.destroy();
  for (const buffer of buffers.values()) buffer.destroy();
  return best;
}

/**
 * Where a forward pass of the language model spends its time: each kind of pass of its blocks, timed alone as
 * the passes of a training step are.
 */
import { allocate } from '../../src/gpu/buffers';
import { PlanRunner } from '../../src/gpu/executor';
import type { Pass } from '../../src/gpu/plan';
import type { LoadedLanguageModel } from '../../src/lab/language/language_models';
import { forwardPlan } from '../../src/lm/forward';
import type { ForwardShape } from '../../src/lm/language_model';
import { familyOf } from '../../src/lm/transformer';
import { layoutOf } from '../../src/lm/transformer_layout';
import { prefillUniforms } from '../../src/lm/transformer_plan';
import { uploadWeights } from '../../src/lm/weight_buffers';
import type { Cost } from '../measure';
import { medianCost } from '../passes';

export interface BlockPassCost {
  /** The pass without the number of its block. */
  readonly name: string;
  readonly kernel: string;
  /** Rows × outputs of a workgroup of a linear layer, where the shape chooses them. */
  readonly tile: string | undefined;
  /** How often the forward pass has it. */
  readonly times: number;
  /** Milliseconds of one, medians. */
  readonly cost: Cost;
  /** Of one, padding included; 0 of what multiplies no matrices. */
  readonly flop: number;
}

/** FLOP of a linear layer or of causal attention, by the kernel's own constants. */
function flopOf({ constants }: Pass, { sequences, positions }: ForwardShape): number {
  const { M = 0, N = 0, C = 0, QUERY4, SCALE } = constants;
  if (SCALE === undefined || QUERY4 === undefined) return 2 * M * N * C * 16;
  return 16 * QUERY4 * sequences * ((positions * (positions + 1)) / 2);
}

/** Times every kind of pass of a forward pass, each for about `budgetMs` a timing. */
export async function profilePasses(
  device: GPUDevice,
  { config, weights }: LoadedLanguageModel,
  shape: ForwardShape,
  budgetMs: number,
): Promise<BlockPassCost[]> {
  const layout = layoutOf(config);
  const uploaded = await uploadWeights(device, config, layout, weights);
  const parts = { config, layout, family: familyOf(device), formats: uploaded.formats };
  const plan = forwardPlan(parts, shape, [...uploaded.buffers.keys()]);
  const own = await allocate(device, plan);
  const buffers = new Map([...uploaded.buffers, ...own]);
  const runner = await PlanRunner.create(device, plan, buffers);
  runner.setUniforms(0, prefillUniforms);
  runner.upload();
  const kindOf = ({ name }: Pass): string => name.replace(/^block \d+ /, '');
  const costs: BlockPassCost[] = [];
  for (const [index, pass] of plan.passes.entries()) {
    const name = kindOf(pass);
    if (costs.some((cost) => cost.name === name)) continue;
    const { ROWS, OUTPUTS } = pass.constants;
    costs.push({
      name,
      kernel: pass.kernel.name,
      tile: ROWS === undefined || OUTPUTS === undefined ? undefined : `${ROWS} × ${OUTPUTS}`,
      times: plan.passes.filter((other) => kindOf(other) === name).length,
      cost: await medianCost(device, budgetMs, (target) => runner.recordPass(target, index)),
      flop: flopOf(pass, shape),
    });
  }
  runner.destroy();
  for (const buffer of buffers.values()) buffer.destroy();
  return costs;
}

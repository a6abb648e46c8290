/**
 * What a run would need, said before anything is allocated: the memory table from the same plans that
 * the run will use, whether it fits, and warnings in plain words.
 */
import type { ActivationSource } from '../../data/source';
import { largestBuffer, mebibytes, SMALLER_RUN, type SizeLimits } from '../../gpu/buffers';
import { architectureOf, displayName, type ModelConfig } from '../../sae/config';
import type { KernelVariant } from '../../sae/layout';
import { stepPlan } from '../../sae/step_plan';
import type { MemoryRow, RunEstimate } from '../protocol/protocol';
import type { RunConfig } from '../run/run_config';
import { isNormOfOne, NORM_OF_ONE } from '../run/run_rules';

/** Estimates a run on data that are open, for a device of these limits that runs these kernels. */
export function estimateRun(
  config: RunConfig,
  source: ActivationSource,
  limits: SizeLimits,
  variant: KernelVariant,
): RunEstimate {
  const { width, bytes } = source;
  const batch = config.training.train_batch_size_samples;
  const dataBuffers = source.stream(batch).plan.buffers;
  const rows: MemoryRow[] = dataBuffers.map(({ name, shape, length }) => ({
    buffer: name,
    shape,
    bytes: length * 4,
    owner: 'data',
  }));
  let flop = 0;
  const parameters: number[] = [];
  for (const model of config.models) {
    const { plan, layout } = stepPlan({
      config: model,
      width,
      batch,
      variant,
      clip: config.training.max_grad_norm !== undefined,
    });
    for (const buffer of plan.buffers) {
      rows.push({
        buffer: buffer.name,
        shape: buffer.shape,
        bytes: buffer.length * 4,
        owner: displayName(model),
      });
    }
    flop += 2 * batch * layout.latents * width;
    parameters.push(2 * layout.latents * width + layout.latents + width);
  }
  const largest = rows.reduce((most, row) => Math.max(most, row.bytes), 0);
  const limit = largestBuffer(limits);
  const warnings = [
    ...(source.warnings ?? []),
    ...config.models.flatMap((model) => modelWarnings(model, width)),
  ];
  if (batch > 16384) {
    warnings.push(`A batch of ${batch} rows is larger than training needs; 256 to 4096 is usual.`);
  }
  const tooLarge = rows.find((row) => row.bytes > limit);
  const wayOut = dataBuffers.find(({ length }) => length * 4 > limit)?.wayOut ?? SMALLER_RUN;
  // Many buffers, none of them larger than the adapter gives.
  if (bytes !== undefined) {
    rows.push({ buffer: 'weights and kept rows', shape: '', bytes, owner: 'language model' });
  }
  if (tooLarge !== undefined) {
    warnings.unshift(
      `${tooLarge.owner} needs ${mebibytes(tooLarge.bytes)} for "${tooLarge.buffer}", and this adapter gives one buffer at most ${mebibytes(limit)}. ${wayOut}`,
    );
  }
  return {
    bytes: rows.reduce((sum, row) => sum + row.bytes, 0),
    rows,
    largestBuffer: largest,
    fits: tooLarge === undefined,
    warnings,
    flopPerStep: flop,
    parameters,
  };
}

function modelWarnings(model: ModelConfig, width: number): string[] {
  const warnings = [...architectureOf(model).warnings(model, width)];
  if (isNormOfOne(model, width)) {
    warnings.unshift(`normalize_activations ${NORM_OF_ONE}. It will be refused.`);
  }
  return warnings.map((warning) => `${displayName(model)}: ${warning}`);
}

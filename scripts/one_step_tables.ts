/**
 * A training step of the first experiment as tables of Markdown: the passes of each model in their order, and the
 * buffers of one with the shapes that they have there. docs/one_step.md holds copies, which a test compares.
 * Everything is read from the plan that the executor runs.
 */
import { at } from '../src/base/array';
import { zooPreset } from '../src/data/zoo_presets';
import { storageBindings } from '../src/gpu/bindings';
import type { BufferSpec, Pass } from '../src/gpu/plan';
import { presets } from '../src/lab/run/presets';
import { parseRunConfig } from '../src/lab/run/run_config';
import { displayName, shapeOf } from '../src/sae/config';
import { stepPlan, type StepPlan } from '../src/sae/step_plan';

export interface StepTable {
  readonly title: string;
  readonly markdown: string;
}

/** The tables of the page: the passes of every model, and the buffers of the first. Kernels are those for GPUs. */
export function stepTables(): readonly StepTable[] {
  const { models, training } = parseRunConfig(presets.figure1.config);
  const batch = training.train_batch_size_samples;
  const width = zooPreset('figure1').spec.width;
  const steps = models.map((config) => ({
    name: displayName(config),
    config,
    step: stepPlan({ config, width, batch, variant: 'tiled', clip: false }),
  }));
  const { name, config, step } = at(steps, 0);
  const { groups, rank, slots } = shapeOf(config);
  const sizes = { B: batch, d: width, K: groups, r: rank, s: slots };
  return [
    ...steps.map((model) => ({
      title: `Passes of ${model.name}`,
      markdown: table(['pass', 'kernel', 'reads', 'writes', 'workgroups'], passRows(model.step)),
    })),
    {
      title: `Buffers of ${name}`,
      markdown: table(
        ['buffer', 'shape', 'in this run', 'numbers'],
        step.plan.buffers.map((buffer) => bufferRow(buffer, sizes)),
      ),
    },
  ];
}

function passRows({ plan }: StepPlan): string[][] {
  return plan.passes.map((pass, index) => [
    `${index + 1}. ${pass.name}${pass.onlyWhenLogging === true ? ' (when logging)' : ''}`,
    `\`${pass.kernel.name}\``,
    buffersOf(pass, 'read').join(', '),
    buffersOf(pass, 'read_write').join(', '),
    pass.workgroups.join(' × '),
  ]);
}

/** Names of the plan's buffers that a pass is given for reading, or for writing. */
function buffersOf({ kernel, bindings }: Pass, access: 'read' | 'read_write'): string[] {
  return storageBindings(kernel).flatMap((binding) => {
    const buffer = bindings[binding.name];
    return binding.access === access && buffer !== undefined ? [`\`${buffer}\``] : [];
  });
}

function bufferRow({ name, shape, length }: BufferSpec, sizes: Record<string, number>): string[] {
  const inThisRun = /\[.*?\]/.exec(shape)?.[0].replace(SYMBOLS, (text) => valueOf(text, sizes));
  return [`\`${name}\``, shape, inThisRun ?? '', String(length)];
}

/** A size in a shape that a letter stands for, alone or in a product, a quotient or a sum. */
const SYMBOLS = /(?<!\p{L})(?:K·r|s·r|B\/32|1 \+ K|[NKBdrs])(?!\p{L})/gu;

function valueOf(text: string, { B = 0, d = 0, K = 0, r = 0, s = 0 }: Record<string, number>) {
  const values: Readonly<Record<string, number>> = {
    ...{ B, d, K, r, s, N: K * r },
    ...{ 'K·r': K * r, 's·r': s * r, 'B/32': Math.ceil(B / 32), '1 + K': 1 + K },
  };
  return String(values[text] ?? text);
}

/** `|` inside a cell would end it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
  return `${lines.join('\n')}\n`;
}

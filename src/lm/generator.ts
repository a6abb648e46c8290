/**
 * Writes many sequences at once: one run of the blocks a position, keys and values kept on the GPU, the next
 * token chosen there too. Many positions go into one submit, as many as keep it under the time that a page
 * can wait for the GPU; the prompt is forced position by position through the same passes.
 */
import { at, smallest } from '../base/array';
import { LabError } from '../base/lab_error';
import type { BufferMap, BufferSet } from '../gpu/buffer_set';
import { allocate } from '../gpu/buffers';
import { PlanRunner } from '../gpu/executor';
import type { Pass, Plan } from '../gpu/plan';
import type { GenerateOptions, Generator, GeneratorShape, PreparedEdit } from './language_model';
import {
  blockBuffers,
  blockPasses,
  embedPass,
  logitsBuffer,
  residualBuffer,
  sampleBuffers,
  samplePasses,
  tokensBuffer,
  transformerUniforms,
  unembedPasses,
} from './transformer_plan';
import type { RowShape, TransformerParts } from './transformer_passes';

/** A submit should take about this long, in ms: the page's own drawing waits behind it. */
const SUBMIT_MS = 70;
/** Most positions of a submit; each has its own slot of uniforms. */
const MOST_POSITIONS = 32;

/** In place of a token where the logits were no numbers (sample_token.wgsl). */
const NO_TOKEN = 0xffffffff;

/** How a generator that does not fit is made smaller. */
const SMALLER_GENERATOR = 'Write fewer sequences at once, or shorter ones.';

/** The three parts of a position: up to the edited block, the other blocks, the choice of the next token. */
interface PositionPlans {
  readonly enter: Plan;
  readonly leave: Plan;
  readonly choose: Plan;
}

/** The plans of a position. `weightNames` are the imports that every pass may read. */
export function positionPlans(
  parts: TransformerParts,
  shape: GeneratorShape,
  weightNames: readonly string[],
): PositionPlans {
  const { layers } = parts.config;
  const rows: RowShape = { sequences: shape.sequences, positions: 1, capacity: shape.length };
  const cache = (block: number) => `block ${block} keys and values`;
  const edited = shape.edit?.layer ?? layers;
  const blocks = (from: number, to: number): Pass[] =>
    Array.from({ length: to - from }, (_, i) => i + from).flatMap((block) =>
      blockPasses(parts, rows, block, cache(block)),
    );
  const caches = Array.from({ length: layers }, (_, block) => cache(block));
  const buffers = [
    tokensBuffer(rows),
    residualBuffer(parts, rows),
    ...blockBuffers(parts, rows, caches),
    logitsBuffer(parts, rows),
    ...sampleBuffers(parts, rows),
  ];
  const plan = (name: string, passes: Pass[]): Plan => ({
    name,
    uniform: transformerUniforms,
    buffers,
    imports: weightNames,
    clears: [],
    passes,
  });
  return {
    enter: plan('generator', [embedPass(parts, rows), ...blocks(0, edited)]),
    leave: plan('generator, after the edit', blocks(edited, layers)),
    choose: plan('generator, next token', [
      ...unembedPasses(parts, rows),
      ...samplePasses(parts, rows),
    ]),
  };
}

/** Compiles a generator. Throws LabError `bad_config`, `out_of_memory` or `gpu_validation`. */
export async function createGenerator(
  device: GPUDevice,
  parts: TransformerParts,
  weights: BufferMap,
  shape: GeneratorShape,
): Promise<Generator> {
  checkShape(parts, shape);
  const plans = positionPlans(parts, shape, [...weights.keys()]);
  const own = await allocate(device, plans.enter, SMALLER_GENERATOR);
  const runners: PlanRunner[] = [];
  let edit: PreparedEdit | null = null;
  const release = () => {
    edit?.destroy();
    for (const runner of runners) runner.destroy();
    own.destroy();
  };
  try {
    const buffers = new Map([...weights, ...own]);
    for (const plan of [plans.enter, plans.leave, plans.choose]) {
      runners.push(await PlanRunner.create(device, plan, buffers, MOST_POSITIONS));
    }
    if (shape.edit !== undefined) {
      edit = await shape.edit.prepare(device, own.named('residual'), shape.sequences);
    }
  } catch (error) {
    release();
    throw error;
  }
  return new GpuGenerator(device, shape, own, runners, edit, release);
}

class GpuGenerator implements Generator {
  constructor(
    private readonly device: GPUDevice,
    readonly shape: GeneratorShape,
    private readonly buffers: BufferSet,
    private readonly runners: readonly PlanRunner[],
    private readonly edit: PreparedEdit | null,
    readonly destroy: () => void,
  ) {}

  async generate(options: GenerateOptions): Promise<Uint32Array[]> {
    const { sequences, length } = this.shape;
    const shortest = this.start(options);
    // Position p chooses token p + 1, so the last position is never run.
    let done = 0;
    let perSubmit = 1;
    while (done < length - 1) {
      const count = Math.min(perSubmit, length - 1 - done);
      const started = performance.now();
      this.submit(options, done, count, shortest);
      await this.device.queue.onSubmittedWorkDone();
      const ms = (performance.now() - started) / count;
      done += count;
      // Keys to attend to grow with the position: never more than double at once.
      perSubmit = Math.max(1, Math.min(MOST_POSITIONS, 2 * count, Math.floor(SUBMIT_MS / ms)));
      if (options.onProgress?.(done + 1) === true) break;
    }
    const all = new Uint32Array(await this.buffers.read('tokens'));
    const written = Array.from({ length: sequences }, (_, sequence) =>
      all.slice(sequence * length, sequence * length + done + 1),
    );
    refuseNoToken(written);
    return written;
  }

  /** Uploads prompts and streams; returns the length of the shortest prompt. */
  private start({ prompts, streams }: GenerateOptions): number {
    const { sequences, length } = this.shape;
    const lengths = Uint32Array.from(prompts, (prompt) => prompt.length);
    if (prompts.length !== sequences || lengths.some((n) => n < 1 || n > length)) {
      throw new LabError(
        'bad_config',
        `${sequences} sequences of ${length} tokens need as many prompts of 1 to ${length} tokens; given were ${prompts.length} of ${lengths.join(', ')}.`,
        'Shorten the prompt or write more tokens.',
      );
    }
    const tokens = new Uint32Array(sequences * length);
    prompts.forEach((prompt, sequence) => tokens.set(prompt, sequence * length));
    this.buffers.write('tokens', tokens);
    this.buffers.write('prompt_lengths', lengths);
    this.buffers.write(
      'streams',
      Uint32Array.from({ length: sequences }, (_, i) =>
        streams === undefined ? i : at(streams, i),
      ),
    );
    return smallest(lengths);
  }

  /** Records and submits positions `first` … `first` + `count` − 1. */
  private submit(
    { temperature, seed }: GenerateOptions,
    first: number,
    count: number,
    shortest: number,
  ): void {
    for (const runner of this.runners) {
      for (let slot = 0; slot < count; slot += 1) {
        runner.setUniforms(slot, {
          one: 1,
          position: first + slot,
          seed,
          sampled: Number(temperature > 0),
          inverse_temperature: temperature > 0 ? 1 / temperature : 1,
        });
      }
      runner.upload(count);
    }
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let slot = 0; slot < count; slot += 1) {
      at(this.runners, 0).record(pass, slot);
      // Every sequence begins with an outlier of a residual, which no edit is meant for.
      if (first + slot > 0) this.edit?.record(pass);
      at(this.runners, 1).record(pass, slot);
      // While every prompt reaches further, nobody asks what would come next.
      if (first + slot + 1 >= shortest) at(this.runners, 2).record(pass, slot);
    }
    pass.end();
    this.device.queue.submit([encoder.finish()]);
  }
}

/** Throws LabError `not_finite` where the kernels found no token to choose. */
function refuseNoToken(sequences: readonly Uint32Array[]): void {
  for (const [sequence, tokens] of sequences.entries()) {
    const position = tokens.indexOf(NO_TOKEN);
    if (position < 0) continue;
    throw new LabError(
      'not_finite',
      `The language model's logits for token ${position} of text ${sequence} (counted from 0) are not numbers, so there is no token to choose.`,
      'Its numbers exceed float32: give the files of another model, or a smaller change.',
    );
  }
}

function checkShape({ config }: TransformerParts, { length, edit }: GeneratorShape): void {
  if (length < 1 || length > config.context) {
    throw new LabError(
      'bad_config',
      `The language model writes 1 to ${config.context} tokens, not ${length}.`,
      'Ask for fewer tokens.',
    );
  }
  if (edit !== undefined && (edit.layer < 0 || edit.layer > config.layers)) {
    throw new LabError(
      'bad_config',
      `There is no residual stream entering block ${edit.layer} of ${config.layers}.`,
      `Choose a layer from 0 to ${config.layers}.`,
    );
  }
}

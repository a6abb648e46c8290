/**
 * A language model's forward pass cut open at a hook: the blocks below run once, the blocks above run on the
 * residual stream as it is and on what is put in its place, and the losses of both are compared on the GPU.
 */
import type { CodeTable } from '../../analysis/types';
import { at } from '../../base/array';
import { refuseNotFinite } from '../../base/finite';
import { LabError } from '../../base/lab_error';
import type { BufferSet } from '../../gpu/buffer_set';
import { allocate, largestBuffer, mebibytes } from '../../gpu/buffers';
import { describeAdapter } from '../../gpu/device';
import { inPass } from '../../gpu/in_pass';
import { readBuffer } from '../../gpu/readback';
import {
  LOSS_COLUMNS,
  replacementPlan,
  tokenLossPlan,
  type Replacement,
} from '../../lm/interventions';
import type { Forward, LanguageModel } from '../../lm/language_model';
import { padRows } from '../../base/padded_rows';
import type { DeviceDictionary } from '../encode/device_dictionary';
import { InterventionRunner } from './intervention_runner';
import { Encoder } from '../encode/encoder';
import type { RowErrors } from '../encode/encoding';
import type { WindowBatch } from '../language/text_windows';

/** Rows of a batch: enough to keep a GPU busy; a processor answers sooner with fewer. */
const ROWS = { gpu: 512, software: 128 };
/** Most bytes of one buffer of logits. */
const LOGITS_BYTES = 128 * 2 ** 20;

export interface SpliceShape {
  readonly sequences: number;
  readonly positions: number;
}

/** Bytes that one buffer of logits may take on this device. */
function logitsBudget(device: GPUDevice): number {
  return Math.min(LOGITS_BYTES, largestBuffer(device.limits));
}

/** Most positions, up to the context, whose logits fit the device; at least 2. */
export function mostPositions(device: GPUDevice, lm: LanguageModel): number {
  const { context, vocabulary } = lm.config;
  return Math.min(context, Math.floor(logitsBudget(device) / (4 * vocabulary)));
}

/**
 * How many windows go through at once. Throws LabError `out_of_memory` when the logits of a single window
 * would not fit.
 */
export function spliceShape(
  device: GPUDevice,
  lm: LanguageModel,
  positions: number,
  windows: number,
): SpliceShape {
  const bytes = positions * lm.config.vocabulary * 4;
  const budget = logitsBudget(device);
  if (bytes > budget) {
    throw new LabError(
      'out_of_memory',
      `The logits of ${positions} positions and ${lm.config.vocabulary} tokens take ${mebibytes(bytes)}, and ${mebibytes(budget)} are used at most.`,
      `Read windows of at most ${mostPositions(device, lm)} positions.`,
    );
  }
  const { software } = describeAdapter({ info: device.adapterInfo });
  const wanted = Math.ceil((software ? ROWS.software : ROWS.gpu) / positions);
  const sequences = Math.max(1, Math.min(wanted, windows, Math.floor(budget / bytes)));
  return { sequences, positions };
}

/** What stands in place of the residual stream, for messages. */
const NAMES: Readonly<Record<Replacement | 'none', string>> = {
  none: 'as it is',
  reconstruction: 'with a reconstruction in its residual stream',
  zero: 'with zeros in its residual stream',
  mean: 'with the mean in its residual stream',
};

/**
 * Losses [rows, LOSS_COLUMNS] of token_losses.wgsl, nats, of a language model `state`. Throws LabError `not_finite`
 * when its logits were no numbers.
 */
export async function readLosses(
  losses: InterventionRunner,
  state: string = NAMES.none,
): Promise<Float32Array> {
  const values = new Float32Array(await losses.read('losses'));
  refuseNotFinite(values, [values.length / LOSS_COLUMNS, LOSS_COLUMNS], {
    code: 'not_finite',
    subject: `The cross-entropy of the language model ${state}`,
    wayOut: 'Its numbers exceed float32: give the files of another model, or a smaller change.',
  });
  return values;
}

/** An autoencoder that reads the residual stream, and what puts its reconstruction there. */
interface Autoencoder {
  readonly encoder: Encoder;
  readonly replacement: InterventionRunner;
}

type Ablation = Exclude<Replacement, 'reconstruction'>;

interface Parts {
  readonly below: Forward;
  readonly above: Forward;
  readonly logits: GPUBuffer;
  readonly autoencoders: readonly Autoencoder[];
  readonly losses: InterventionRunner;
  readonly ablations: ReadonlyMap<Ablation, InterventionRunner>;
  /** The residual stream and the logits as the model made them, and the mean. */
  readonly kept: BufferSet;
}

export class SplicedForward {
  private constructor(
    private readonly device: GPUDevice,
    private readonly parts: Parts,
    private readonly width: number,
  ) {}

  /** With one autoencoder or several, which later are told by their index. */
  static async create(
    device: GPUDevice,
    lm: LanguageModel,
    layer: number,
    dictionaries: readonly DeviceDictionary[],
    { sequences, positions }: SpliceShape,
  ): Promise<SplicedForward> {
    const rows = sequences * positions;
    const { width, vocabulary } = lm.config;
    const destroyed: (() => void)[] = [];
    const owned = <T extends { destroy(): void }>(part: T): T => {
      destroyed.push(() => {
        part.destroy();
      });
      return part;
    };
    try {
      const below = owned(await lm.forward({ sequences, positions, from: 0, until: layer }));
      const above = owned(
        await lm.forward({ sequences, positions, from: layer, until: 'logits', continues: below }),
      );
      if (above.logits === null) throw new RangeError('a pass to the logits has none');
      const kept = owned(await allocateKept(device, below.residual, above.logits, width));
      const { software } = describeAdapter({ info: device.adapterInfo });
      const losses = owned(
        await InterventionRunner.create(
          device,
          tokenLossPlan({ rows, vocabulary, software }),
          new Map([
            ['before', kept.named('logits')],
            ['after', above.logits],
          ]),
        ),
      );
      const runner = async (replacement: Replacement, { buffers }: Encoder) =>
        owned(
          await InterventionRunner.create(
            device,
            replacementPlan({ replacement, sequences, positions, width }),
            new Map([...buffers, ['residual', below.residual], ['mean', kept.named('mean')]]),
          ),
        );
      const autoencoders: Autoencoder[] = [];
      for (const dictionary of dictionaries) {
        const encoder = owned(await Encoder.openInPlace(device, dictionary, below.residual, rows));
        const replacement = await runner('reconstruction', encoder);
        autoencoders.push({ encoder, replacement });
      }
      // They are bound to the rows of an autoencoder, whichever, and do not read them.
      const { encoder: some } = at(autoencoders, 0);
      const ablations = new Map<Ablation, InterventionRunner>();
      for (const name of ['zero', 'mean'] as const) ablations.set(name, await runner(name, some));
      const parts = { below, above, logits: above.logits, autoencoders, losses, ablations, kept };
      return new SplicedForward(device, parts, width);
    } catch (error) {
      for (const destroy of destroyed.reverse()) destroy();
      throw error;
    }
  }

  /** The residual stream of a batch, rows of `stride` floats. */
  async residual(batch: WindowBatch): Promise<{ values: Float32Array; stride: number }> {
    const { below } = this.parts;
    below.setTokens(batch.tokens);
    this.submit((encoder) => {
      inPass(encoder, (pass) => below.record(pass));
    });
    const values = new Float32Array(await readBuffer(this.device, below.residual));
    return { values, stride: Math.ceil(this.width / 4) * 4 };
  }

  /** The mean that replaces rows and about which power is measured, [d]. */
  setMean(mean: Float32Array): void {
    for (const { encoder } of this.parts.autoencoders) encoder.setMean(mean);
    this.parts.kept.write('mean', padRows(mean, this.width));
  }

  /** Runs the model on a batch as it is and keeps its residual stream and logits. */
  async run(batch: WindowBatch): Promise<void> {
    const { below, above, logits, kept, losses } = this.parts;
    below.setTokens(batch.tokens);
    losses.write('targets', batch.targets);
    this.submit((encoder) => {
      inPass(encoder, (pass) => below.record(pass));
      copyAll(encoder, below.residual, kept.named('residual'));
      inPass(encoder, (pass) => above.record(pass));
      copyAll(encoder, logits, kept.named('logits'));
    });
    await this.device.queue.onSubmittedWorkDone();
  }

  /** Losses [rows, 4] (token_losses.wgsl) of the batch last run with an ablation in place of its residual stream. */
  ablate(ablation: Ablation): Promise<Float32Array> {
    return this.replace(NAMES[ablation], (pass) => {
      this.parts.ablations.get(ablation)?.record(pass);
    });
  }

  /** The same with the reconstruction of an autoencoder in its place. */
  reconstruct(autoencoder: number): Promise<Float32Array> {
    const { encoder, replacement } = at(this.parts.autoencoders, autoencoder);
    return this.replace(NAMES.reconstruction, (pass) => {
      encoder.record(pass);
      replacement.record(pass);
    });
  }

  /** Codes of all rows of a batch, and the losses [rows, 4] of its next tokens under the untouched model. */
  async read(
    batch: WindowBatch,
    autoencoder: number,
  ): Promise<{ codes: CodeTable; losses: Float32Array }> {
    const { below, autoencoders, kept, losses } = this.parts;
    const { encoder: reader } = at(autoencoders, autoencoder);
    await this.run(batch);
    this.submit((encoder) => {
      copyAll(encoder, kept.named('residual'), below.residual);
      inPass(encoder, (pass) => {
        reader.record(pass);
        losses.record(pass);
      });
    });
    const codes = await reader.readCodes();
    return { codes, losses: await readLosses(losses, NAMES.none) };
  }

  /** What an autoencoder made of the batch last replaced by its reconstruction. */
  readErrors(autoencoder: number): Promise<RowErrors> {
    return at(this.parts.autoencoders, autoencoder).encoder.readErrors();
  }

  destroy(): void {
    const { below, above, autoencoders, losses, ablations, kept } = this.parts;
    const own = autoencoders.flatMap(({ encoder, replacement }) => [replacement, encoder]);
    const parts = [losses, ...ablations.values(), ...own, above, below, kept];
    for (const part of parts) part.destroy();
  }

  /** Losses of the batch last run with what `record` puts in place of its residual stream; `name` says what that is. */
  private replace(
    name: string,
    record: (pass: GPUComputePassEncoder) => void,
  ): Promise<Float32Array> {
    const { below, above, kept, losses } = this.parts;
    this.submit((encoder) => {
      copyAll(encoder, kept.named('residual'), below.residual);
      inPass(encoder, (pass) => {
        record(pass);
        above.record(pass);
        losses.record(pass);
      });
    });
    return readLosses(losses, name);
  }

  private submit(record: (encoder: GPUCommandEncoder) => void): void {
    const encoder = this.device.createCommandEncoder();
    record(encoder);
    this.device.queue.submit([encoder.finish()]);
  }
}

function copyAll(encoder: GPUCommandEncoder, from: GPUBuffer, to: GPUBuffer): void {
  encoder.copyBufferToBuffer(from, 0, to, 0, from.size);
}

function allocateKept(
  device: GPUDevice,
  residual: GPUBuffer,
  logits: GPUBuffer,
  width: number,
): Promise<BufferSet> {
  const spec = (name: string, length: number, shape: string) =>
    ({ name, type: 'f32', length, shape }) as const;
  return allocate(
    device,
    {
      name: 'spliced forward pass',
      buffers: [
        spec('residual', residual.size / 4, '[rows, d]'),
        spec('logits', logits.size / 4, '[rows, vocabulary]'),
        spec('mean', Math.ceil(width / 4) * 4, '[d]'),
      ],
    },
    'Read shorter windows.',
  );
}

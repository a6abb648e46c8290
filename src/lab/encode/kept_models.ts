/**
 * The models of a run whose training is over, or as a checkpoint has them, kept on the CPU, so that they can be read,
 * explored and exported when the device that trained them is gone. They encode on whichever device there is then.
 */
import { at } from '../../base/array';
import type { Dictionary } from '../../analysis/types';
import type { ModelConfig } from '../../sae/config';
import { Encoder } from './encoder';
import type { Encoded, EncodeProgress } from './encoding';

/** What can be asked of a run's models, on the device that trains them or off it. */
export interface RunModels {
  /** Steps taken. */
  readonly step: number;
  /** λ of each model in absolute units, null where there is none. */
  readonly lambdas: readonly (number | null)[];
  /** c of `expected_average_only_in` of each model, 1 for the other normalisations. */
  readonly inputScales: readonly number[];
  /** Settings of a model as they are now. */
  modelConfig(model: number): ModelConfig;
  /** Weights in raw input units. */
  weights(model: number): Promise<Dictionary>;
  /** Encodes rows x [rows, d] in raw units. */
  encode(
    model: number,
    x: Float32Array,
    rows: number,
    onProgress?: EncodeProgress,
  ): Promise<Encoded>;
  destroy(): void;
}

interface KeptModel {
  readonly config: ModelConfig;
  /** In raw input units. */
  readonly dictionary: Dictionary;
}

/** A model with what is asked of it beside its weights. */
export interface RestoredModel extends KeptModel {
  readonly lambda: number | null;
  readonly inputScale: number;
}

export class KeptModels implements RunModels {
  private readonly encoders = new Map<number, Promise<Encoder>>();

  private constructor(
    readonly step: number,
    readonly lambdas: readonly (number | null)[],
    readonly inputScales: readonly number[],
    private readonly kept: readonly KeptModel[],
    private readonly device: () => Promise<GPUDevice>,
  ) {}

  /** Reads the weights of the first `count` models; `device` gives one to encode on later. */
  static async read(
    models: RunModels,
    count: number,
    device: () => Promise<GPUDevice>,
  ): Promise<KeptModels> {
    const kept: KeptModel[] = [];
    for (let model = 0; model < count; model++) {
      kept.push({
        config: models.modelConfig(model),
        dictionary: await models.weights(model),
      });
    }
    const { step, lambdas, inputScales } = models;
    return new KeptModels(step, [...lambdas], [...inputScales], kept, device);
  }

  /** Models as they were after `step` steps; `device` gives one to encode on later. */
  static of(
    step: number,
    models: readonly RestoredModel[],
    device: () => Promise<GPUDevice>,
  ): KeptModels {
    const lambdas = models.map(({ lambda }) => lambda);
    const inputScales = models.map(({ inputScale }) => inputScale);
    return new KeptModels(step, lambdas, inputScales, models, device);
  }

  modelConfig(model: number): ModelConfig {
    return at(this.kept, model).config;
  }

  weights(model: number): Promise<Dictionary> {
    return Promise.resolve(at(this.kept, model).dictionary);
  }

  async encode(
    model: number,
    x: Float32Array,
    rows: number,
    onProgress?: EncodeProgress,
  ): Promise<Encoded> {
    return (await this.encoder(model)).encode(x, rows, onProgress);
  }

  destroy(): void {
    const opened = [...this.encoders.values()];
    this.encoders.clear();
    for (const encoder of opened) {
      // One that could not be opened has told whoever asked for it.
      void encoder.then(
        (each) => each.destroy(),
        () => undefined,
      );
    }
  }

  private encoder(model: number): Promise<Encoder> {
    const known = this.encoders.get(model);
    if (known !== undefined) return known;
    const opening = this.openEncoder(at(this.kept, model));
    this.encoders.set(model, opening);
    opening.catch(() => this.encoders.delete(model));
    return opening;
  }

  private async openEncoder({ config, dictionary }: KeptModel): Promise<Encoder> {
    return Encoder.upload(await this.device(), config, dictionary);
  }
}

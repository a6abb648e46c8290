/**
 * Language models on one device: each is read and uploaded once, whoever asks for it first (a run's data,
 * the Text page, a splice), and shared from then on. How files are found is the caller's; what a model
 * computes is src/lm's. When the device is lost, the store goes with it.
 */
import { requireWanted, SharedWorks, type Work } from '../../base/work';
import type { LanguageModel } from '../../lm/language_model';
import type { Tokenizer } from '../../lm/tokenizer';
import { createLanguageModel } from '../../lm/transformer';
import { fitWeights } from './fit_weights';
import type { LoadedLanguageModel, OnModelBytes } from './language_models';
import type { Download, LanguageModelInfo } from '../protocol/lm_protocol';

/** A language model that is ready to run. */
export interface ReadyLanguageModel {
  readonly info: LanguageModelInfo;
  readonly tokenizer: Tokenizer;
  readonly model: LanguageModel;
}

export interface StoreOptions {
  readonly device: GPUDevice;
  /** Reads a model's files by its id: loadLanguageModel with the access of the page or the terminal. */
  read(
    id: string,
    onBytes: OnModelBytes,
    signal: AbortSignal | undefined,
  ): Promise<LoadedLanguageModel>;
  /** Told of every piece of every file. */
  onDownload?(event: Download): void;
}

export class LanguageModelStore {
  private readonly loading = new SharedWorks<ReadyLanguageModel>();

  constructor(private readonly options: StoreOptions) {}

  get device(): GPUDevice {
    return this.options.device;
  }

  /**
   * The model of an id ("stories15m", "openai-community/gpt2", a folder), loaded at the first call. Rejects as
   * reading does, or with LabError `out_of_memory`, `cancelled`; the next call tries again then. A load ends when
   * everybody who waits for it has given it up.
   */
  get(id: string, work: Work = {}): Promise<ReadyLanguageModel> {
    return this.loading.join(id, (loading) => this.load(id, loading), work);
  }

  /** Ids of the models that are on the device or on their way. */
  get ids(): string[] {
    return this.loading.names;
  }

  /** Takes a model off the device, or gives up its load for all who wait for it; nobody may be using it. */
  async drop(id: string): Promise<void> {
    (await this.loading.take(id))?.model.destroy();
  }

  async destroy(): Promise<void> {
    await Promise.all(this.ids.map((id) => this.drop(id)));
  }

  private async load(id: string, work: Work): Promise<ReadyLanguageModel> {
    const { device } = this.options;
    const { info, config, weights, tokenizer } = await this.options.read(
      id,
      (file, received, total) => {
        this.options.onDownload?.({ kind: 'download', id, file, received, total });
        if (total !== null) work.onProgress?.(received / total, `Loading ${file} of ${id}`);
      },
      work.signal,
    );
    requireWanted(work);
    work.onProgress?.(1, `Putting ${info.label} on the GPU`);
    // The files are let go of once their numbers are on the GPU.
    const model = await createLanguageModel(device, config, fitWeights(weights, device.limits));
    if (work.signal?.aborted === true) model.destroy();
    // Whoever comes next begins anew and knows nothing of this one.
    requireWanted(work);
    return { info, tokenizer, model };
  }
}

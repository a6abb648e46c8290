/**
 * The engine's answers about which language models there are: loading one onto the device, listing those at hand,
 * removing files. It knows no run but whether one needs a model.
 */
import { LabError } from '../../base/lab_error';
import type { Work } from '../../base/work';
import type { LanguageModelInfo, ListedLanguageModel } from '../protocol/lm_protocol';
import type { AskOf } from '../protocol/requests';
import type { PageModels } from './page_models';

/** The language models on the device: a LanguageModelStore. */
export interface ModelsOnDevice {
  readonly ids: readonly string[];
  get(id: string, work?: Work): Promise<{ readonly info: LanguageModelInfo }>;
  drop(id: string): Promise<void>;
}

export interface LanguageModelHostOptions {
  languageModels(): Promise<ModelsOnDevice>;
  readonly files: Pick<PageModels, 'keepDropped' | 'list' | 'remove'>;
  /** Address of the page's shipped files. */
  base(): string;
  /** Whether a run in memory, other than that of `forRun`, was trained on the language model, or is about to be. */
  isInUse(id: string, forRun?: string): boolean;
  /** Forgets open data that are made with a model on the device: one is about to leave it. */
  forgetData(): void;
}

export class LanguageModelHost {
  constructor(private readonly options: LanguageModelHostOptions) {}

  /** Loads a model; `signal` gives that up, which keeps what has come. Rejects with LabError. */
  async load(
    { id, files }: AskOf<'load_language_model'>,
    { signal }: Work,
  ): Promise<LanguageModelInfo> {
    if (files !== undefined) await this.place(id, files);
    const store = await this.options.languageModels();
    return (await store.get(id, { signal })).info;
  }

  /** Makes files the model of that id, for a run that needs them. Rejects with LabError `bad_config`. */
  async place(id: string, files: readonly File[], forRun?: string): Promise<void> {
    const store = await this.options.languageModels();
    if (store.ids.includes(id)) await this.takeOff(store, id, forRun);
    this.options.files.keepDropped(id, files);
  }

  list(): Promise<ListedLanguageModel[]> {
    return this.options.files.list(this.options.base());
  }

  /** Removes a model's files; what is left. */
  async remove({ id }: AskOf<'delete_language_model'>): Promise<ListedLanguageModel[]> {
    const store = await this.options.languageModels();
    // A run keeps what it was trained on; only the files go then.
    if (!this.options.isInUse(id)) await this.drop(store, id);
    await this.options.files.remove(id);
    return this.list();
  }

  /** Takes a model off the device to make room for another of its name. */
  private async takeOff(
    store: ModelsOnDevice,
    id: string,
    forRun: string | undefined,
  ): Promise<void> {
    if (this.options.isInUse(id, forRun)) {
      throw new LabError(
        'bad_config',
        `A run in memory needs the language model ${id}, so its files cannot be replaced.`,
        'Delete that run first, then drop the files again.',
      );
    }
    await this.drop(store, id);
  }

  private async drop(store: ModelsOnDevice, id: string): Promise<void> {
    this.options.forgetData();
    await store.drop(id);
  }
}

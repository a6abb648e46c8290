/**
 * The engine's answers about text: own text read, steered continuations, faithfulness and logit attribution of
 * a run's models. One question is worked on at a time, beside training; each can be given up. It posts events
 * and owns the copy of the weights that it asks with.
 */
import { LabError } from '../../base/lab_error';
import { requireWanted } from '../../base/work';
import { describeAdapter } from '../../gpu/device';
import type { DeviceDictionary } from '../encode/device_dictionary';
import { uploadDictionary } from '../encode/device_dictionary';
import type { GroupAxes } from '../explore/group_card';
import type { LanguageModelStore, ReadyLanguageModel } from '../language/language_model_store';
import type { RunModels } from '../encode/kept_models';
import type { LiveRun } from './live_run';
import type { LmCommand, LmEvent } from '../protocol/lm_protocol';
import { attributeLogits } from '../text/logit_attribution';
import { meanFinalScale } from '../text/final_scale';
import type { LanguageDataConfig } from '../run/run_config';
import { spliceFaithfulness } from '../text/splice';
import { checkGroup, steeredGroup, steerText, subspaceEdit } from '../text/steering';
import { readText } from '../text/text_reading';
import { firstWindows, textWindows, type TextWindow } from '../language/text_windows';

/** Questions about a model of a run. */
export type TextCommand = Extract<LmCommand, { readonly runId: string }>;

/** What is asked of a run. */
export type TextRun = Pick<LiveRun, 'runId' | 'config' | 'step' | 'source'> & {
  readonly session: Pick<RunModels, 'weights' | 'modelConfig'>;
};

/** What the text host asks of the engine. */
export interface TextHostOptions {
  languageModels(): Promise<Pick<LanguageModelStore, 'device' | 'get'>>;
  /** Throws LabError `not_found`. */
  run(runId: string): TextRun;
  /** The axes of a group's card and how strong the group typically is. */
  axes(requestId: number, runId: string, model: number, group: number): Promise<GroupAxes>;
  post(event: LmEvent): void;
  progress(requestId: number, fraction: number, stage: string): void;
}

/** Everything that a question about one model of a run needs. */
interface Place {
  readonly device: GPUDevice;
  readonly run: TextRun;
  readonly data: LanguageDataConfig;
  readonly language: ReadyLanguageModel;
  readonly dictionary: DeviceDictionary;
  readonly step: number;
}

/** Held-out predictions on which the final norm's divisor is measured. */
const SCALE_TOKENS = { gpu: 1024, software: 256 };

export class TextHost {
  private queue: Promise<void> = Promise.resolve();
  private readonly pending = new Map<number, AbortController>();
  private uploaded: { readonly key: string; readonly dictionary: DeviceDictionary } | null = null;
  /** What the final norm divides by, by run. */
  private readonly finalScales = new Map<string, number>();

  constructor(private readonly options: TextHostOptions) {}

  /** Answers a question when those before it are answered. Rejects with LabError. */
  answer(command: TextCommand): Promise<void> {
    const controller = new AbortController();
    this.pending.set(command.requestId, controller);
    const work = this.queue
      .then(() => this.work(command, controller.signal))
      .finally(() => this.pending.delete(command.requestId));
    this.queue = work.catch(() => undefined);
    return work;
  }

  /** Gives up a question that waits or is worked on; false when there is none of that id. */
  cancel(requestId: number): boolean {
    const controller = this.pending.get(requestId);
    controller?.abort();
    return controller !== undefined;
  }

  /** Forgets what it holds of a run. */
  forget(runId: string): void {
    this.finalScales.delete(runId);
    this.queue = this.queue.then(() => {
      if (this.uploaded?.key.startsWith(`${runId} `) === true) this.release();
    });
  }

  /** Forgets everything that lay on a device which is gone. */
  reset(): void {
    this.uploaded = null;
    this.finalScales.clear();
  }

  private async work(command: TextCommand, signal: AbortSignal): Promise<void> {
    requireWanted({ signal });
    const place = await this.place(command, signal);
    switch (command.kind) {
      case 'read_text':
        return this.readText(command, place, signal);
      case 'steer_text':
        return this.steerText(command, place, signal);
      case 'splice':
        return this.splice(command, place, signal);
      case 'attribute_logits':
        return this.attribute(command, place, signal);
    }
  }

  private async readText(
    command: Extract<TextCommand, { kind: 'read_text' }>,
    { device, data, language, dictionary, step }: Place,
    signal: AbortSignal,
  ): Promise<void> {
    const { requestId, model, text } = command;
    const reading = await readText({
      device,
      lm: language.model,
      tokenizer: language.tokenizer,
      layer: data.layer,
      dictionary,
      text,
      signal,
      onProgress: (fraction) => this.options.progress(requestId, fraction, 'Reading'),
    });
    this.options.post({ kind: 'text_read', requestId, reading: { model, step, ...reading } });
  }

  private async steerText(
    command: Extract<TextCommand, { kind: 'steer_text' }>,
    { data, language, dictionary, step }: Place,
    signal: AbortSignal,
  ): Promise<void> {
    const { requestId, runId, model, group, edit, prompt, temperature, seed, length } = command;
    checkGroup(dictionary.dictionary, group);
    const axes = await this.options.axes(requestId, runId, model, group);
    const steered = steeredGroup(dictionary, group, axes);
    const continuations = await steerText({
      lm: language.model,
      tokenizer: language.tokenizer,
      layer: data.layer,
      dictionary,
      group: steered,
      edit: subspaceEdit(edit, axes.typicalNorm, steered.axes),
      prompt,
      temperature,
      seed,
      length,
      signal,
      onProgress: (fraction) => this.options.progress(requestId, fraction, 'Writing'),
    });
    const answer = { model, step, group, typicalNorm: axes.typicalNorm, continuations };
    this.options.post({ kind: 'text_steered', requestId, answer });
  }

  private async splice(
    command: Extract<TextCommand, { kind: 'splice' }>,
    { device, run, data, language, dictionary, step }: Place,
    signal: AbortSignal,
  ): Promise<void> {
    const { requestId, runId, model } = command;
    const faithfulness = await spliceFaithfulness({
      device,
      lm: language.model,
      layer: data.layer,
      dictionary,
      windows: heldOutWindows(run, language, data, command.tokens),
      positions: data.context_size,
      signal,
      onProgress: (fraction) => this.options.progress(requestId, fraction, 'Splicing in'),
    });
    this.options.post({ kind: 'spliced', requestId, runId, model, step, faithfulness });
  }

  private async attribute(
    command: Extract<TextCommand, { kind: 'attribute_logits' }>,
    { device, run, data, language, dictionary, step }: Place,
    signal: AbortSignal,
  ): Promise<void> {
    const { requestId, runId, model, group } = command;
    checkGroup(dictionary.dictionary, group);
    const axes = await this.options.axes(requestId, runId, model, group);
    const { frame } = steeredGroup(dictionary, group, axes);
    let finalScale = this.finalScales.get(runId);
    if (finalScale === undefined) {
      const { software } = describeAdapter({ info: device.adapterInfo });
      const tokens = software ? SCALE_TOKENS.software : SCALE_TOKENS.gpu;
      const windows = heldOutWindows(run, language, data, tokens);
      finalScale = await meanFinalScale({
        device,
        lm: language.model,
        windows,
        positions: data.context_size,
        signal,
        onProgress: (fraction) =>
          this.options.progress(requestId, fraction, 'Measuring the last layer'),
      });
      this.finalScales.set(runId, finalScale);
    }
    requireWanted({ signal });
    const attribution = await attributeLogits({
      device,
      lm: language.model,
      tokenizer: language.tokenizer,
      frame,
      norm: axes.typicalNorm,
      finalScale,
    });
    this.options.post({
      kind: 'logits_attributed',
      requestId,
      attribution: { model, step, group, ...attribution },
    });
  }

  private async place(
    { requestId, runId, model }: TextCommand,
    signal: AbortSignal,
  ): Promise<Place> {
    const run = this.options.run(runId);
    const { data } = run.config;
    if (data.kind !== 'lm') {
      throw new LabError(
        'bad_config',
        `This run was trained on ${run.source.label}, which no language model made.`,
        'Train on activations of a language model, such as stories15M.',
      );
    }
    if (run.config.models[model] === undefined) {
      throw new LabError(
        'not_found',
        `This run has no model ${model}.`,
        'Choose one of the run’s own.',
      );
    }
    const store = await this.options.languageModels();
    const language = await store.get(data.model, {
      signal,
      onProgress: (fraction, stage) => this.options.progress(requestId, fraction, stage),
    });
    const step = run.step;
    const dictionary = await this.dictionary(store.device, run, model, step);
    return { device: store.device, run, data, language, dictionary, step };
  }

  /** The model's weights at this step; the copy of the last question serves again while they are the same. */
  private async dictionary(
    device: GPUDevice,
    run: TextRun,
    model: number,
    step: number,
  ): Promise<DeviceDictionary> {
    const key = `${run.runId} ${model} ${step}`;
    if (this.uploaded?.key === key) return this.uploaded.dictionary;
    const weights = await run.session.weights(model);
    this.release();
    const config = run.session.modelConfig(model);
    const dictionary = await uploadDictionary(device, config, weights);
    this.uploaded = { key, dictionary };
    return dictionary;
  }

  private release(): void {
    this.uploaded?.dictionary.destroy();
    this.uploaded = null;
  }
}

/** Windows of held-out documents with at least `tokens` predictions, as far as there are so many. */
function heldOutWindows(
  { source }: TextRun,
  { tokenizer }: ReadyLanguageModel,
  data: LanguageDataConfig,
  tokens: number,
): TextWindow[] {
  const documents = source.text?.heldOut ?? [];
  return firstWindows(textWindows(documents, tokenizer.bos, data.context_size), tokens);
}

/**
 * The engine's answers about text: own text read, steered continuations, faithfulness and logit attribution of
 * a run's models. One question is worked on at a time, beside training; each can be given up. It owns the copy of
 * the weights that it asks with.
 */
import { at } from '../../base/array';
import { LabError } from '../../base/lab_error';
import { requireWanted, type Work } from '../../base/work';
import { describeAdapter } from '../../gpu/device';
import type { DeviceDictionary } from '../encode/device_dictionary';
import { uploadDictionary } from '../encode/device_dictionary';
import type { GroupAxes } from '../explore/group_card';
import type { LanguageModelStore, ReadyLanguageModel } from '../language/language_model_store';
import type { RunModels } from '../encode/kept_models';
import type { LiveRun } from './live_run';
import type {
  LogitAttribution,
  SplicedModel,
  SteeringAnswer,
  TextReading,
} from '../protocol/lm_protocol';
import type { AboutGroup, AboutModel, AskOf } from '../protocol/requests';
import { attributeLogits } from '../text/logit_attribution';
import { meanFinalScale } from '../text/final_scale';
import type { LanguageDataConfig } from '../run/run_config';
import { spliceFaithfulness } from '../text/splice';
import { checkGroup, steeredGroup, steerText, subspaceEdit } from '../text/steering';
import { readText } from '../text/text_reading';
import { firstWindows, textWindows, type TextWindow } from '../language/text_windows';

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
  axes(about: AboutGroup, work: Work): Promise<GroupAxes>;
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
  private uploaded: { readonly key: string; readonly dictionary: DeviceDictionary } | null = null;
  /** What the final norm divides by, by run. */
  private readonly finalScales = new Map<string, number>();

  constructor(private readonly options: TextHostOptions) {}

  /** Own text, with the groups that fire on every token. */
  read(ask: AskOf<'read_text'>, work: Work): Promise<TextReading> {
    return this.inTurn(ask, work, async ({ device, data, language, dictionary, step }) => {
      const reading = await readText({
        device,
        lm: language.model,
        tokenizer: language.tokenizer,
        layer: data.layer,
        dictionary,
        text: ask.text,
        ...saying('Reading', work),
      });
      return { model: ask.model, step, ...reading };
    });
  }

  /** A prompt continued with and without a change of a group. */
  steer(ask: AskOf<'steer_text'>, work: Work): Promise<SteeringAnswer> {
    return this.inTurn(ask, work, async ({ data, language, dictionary, step }) => {
      const { model, group, edit, prompt, temperature, seed, length } = ask;
      checkGroup(dictionary.dictionary, group);
      const axes = await this.options.axes(ask, work);
      const steered = steeredGroup(dictionary, group, axes);
      const { typicalNorm } = axes;
      const continuations = await steerText({
        lm: language.model,
        tokenizer: language.tokenizer,
        layer: data.layer,
        dictionary,
        group: steered,
        edit: subspaceEdit(edit, typicalNorm, steered.axes),
        prompt,
        temperature,
        seed,
        length,
        ...saying('Writing', work),
      });
      return { model, step, group, typicalNorm, continuations };
    });
  }

  /** What splicing a model in costs on held-out tokens. */
  splice(ask: AskOf<'splice'>, work: Work): Promise<SplicedModel> {
    return this.inTurn(ask, work, async ({ device, run, data, language, dictionary, step }) => {
      const spliced = await spliceFaithfulness({
        device,
        lm: language.model,
        layer: data.layer,
        dictionaries: [dictionary],
        windows: heldOutWindows(run, language, data, ask.tokens),
        positions: data.context_size,
        ...saying('Splicing in', work),
      });
      return { ...at(spliced, 0), step };
    });
  }

  /** What a group writes to the vocabulary. */
  attribute(ask: AboutGroup, work: Work): Promise<LogitAttribution> {
    return this.inTurn(ask, work, async (place) => {
      const { device, language, dictionary, step } = place;
      const { model, group } = ask;
      checkGroup(dictionary.dictionary, group);
      const axes = await this.options.axes(ask, work);
      const { frame } = steeredGroup(dictionary, group, axes);
      const finalScale = await this.finalScale(place, work);
      requireWanted(work);
      const attribution = await attributeLogits({
        device,
        lm: language.model,
        tokenizer: language.tokenizer,
        frame,
        norm: axes.typicalNorm,
        finalScale,
      });
      return { model, step, group, ...attribution };
    });
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

  /** Answers a question when those before it are answered. Rejects with LabError. */
  private inTurn<Answer>(
    about: AboutModel,
    work: Work,
    answer: (place: Place) => Promise<Answer>,
  ): Promise<Answer> {
    const answered = this.queue.then(async () => {
      requireWanted(work);
      return answer(await this.place(about, work));
    });
    this.queue = answered.then(
      () => undefined,
      () => undefined,
    );
    return answered;
  }

  /** What the final norm divides by, measured once a run. */
  private async finalScale({ device, run, data, language }: Place, work: Work): Promise<number> {
    const known = this.finalScales.get(run.runId);
    if (known !== undefined) return known;
    const { software } = describeAdapter({ info: device.adapterInfo });
    const tokens = software ? SCALE_TOKENS.software : SCALE_TOKENS.gpu;
    const finalScale = await meanFinalScale({
      device,
      lm: language.model,
      windows: heldOutWindows(run, language, data, tokens),
      positions: data.context_size,
      ...saying('Measuring the last layer', work),
    });
    this.finalScales.set(run.runId, finalScale);
    return finalScale;
  }

  private async place({ runId, model }: AboutModel, work: Work): Promise<Place> {
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
    const language = await store.get(data.model, work);
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

/** How work of one stage reports and is given up. */
function saying(stage: string, { signal, onProgress }: Work) {
  return { signal, onProgress: (fraction: number) => onProgress?.(fraction, stage) };
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

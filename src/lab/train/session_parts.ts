/**
 * What a run is made of before its first step: the stream of batches, its feeder, the models on it, all
 * allocated and compiled. Either everything comes to be or nothing is left behind.
 */
import { requireWanted, type Work } from '../../base/work';
import type { FeedPart, StreamFeeder, StreamPlan } from '../../data/source';
import { allocate, checkFits, SMALLER_MODEL } from '../../gpu/buffers';
import { PlanRunner } from '../../gpu/executor';
import { WorkClock } from '../../gpu/work_clock';
import { padRows } from '../../base/padded_rows';
import { stepPlan } from '../../sae/step_plan';
import { chooseVariant } from '../encode/choose_variant';
import type { Session, SessionOptions } from './session_types';
import { checkModels, refuseUntrainable } from '../encode/data_fit';
import { estimateRun } from './estimate';
import { encoderPlan } from '../encode/encoder';
import { ModelTrainer } from './model_trainer';
import type { RunConfig } from '../run/run_config';
import { measureData, type MeasuredData } from '../encode/statistics';

type Model = RunConfig['models'][number];
type Start = NonNullable<SessionOptions['initial']>[number];

export interface SessionParts {
  readonly estimate: Session['estimate'];
  readonly data: MeasuredData;
  readonly stream: StreamPlan;
  readonly streamRunner: PlanRunner;
  readonly feeder: StreamFeeder | null;
  readonly clock: WorkClock<FeedPart>;
  readonly models: ModelTrainer[];
  /** Makes the model of a place anew. */
  readonly build: (index: number, model: Model, start: Start) => Promise<ModelTrainer>;
  /** Frees all of it; models that took the place of others included. */
  readonly destroy: () => void;
}

/**
 * Makes the parts of a run whose submits hold at most `slots` steps. Throws LabError `bad_config` for a d_in
 * that is not the data's and a layer norm of rows of one number, `bad_data` for data that cannot be trained on,
 * `out_of_memory` for what does not fit, `cancelled` when nobody waits any more.
 */
export async function makeSessionParts(
  options: SessionOptions,
  slots: number,
  work: Work,
): Promise<SessionParts> {
  const { device, config, source } = options;
  checkModels(config, source.width);
  const batch = config.training.train_batch_size_samples;
  const stream = source.stream(batch);
  const variant = chooseVariant(device);
  const estimate = estimateRun(config, source, device.limits, variant);
  const clip = config.training.max_grad_norm !== undefined;
  checkFits(device, [
    stream.plan,
    ...config.models.map(
      (model) => stepPlan({ config: model, width: source.width, batch, variant, clip }).plan,
    ),
  ]);
  // What cannot be evaluated when it is trained is not worth training.
  checkFits(
    device,
    config.models.map(
      (model) => encoderPlan(model, source.width, chooseVariant(device), device.limits).plan,
    ),
    SMALLER_MODEL,
  );
  const data = await measureData(source, batch, work);
  for (const model of config.models) refuseUntrainable(model, data, source.label);
  const streamBuffers = await allocate(device, stream.plan);
  const owned = [streamBuffers];
  const models: ModelTrainer[] = [];
  const clock = new WorkClock<FeedPart>(device.queue);
  let feeder: StreamFeeder | null = null;
  let streamRunner: PlanRunner | null = null;
  const destroy = (): void => {
    for (const model of models) model.destroy();
    feeder?.destroy();
    streamRunner?.destroy();
    for (const buffers of owned) buffers.destroy();
  };
  try {
    requireWanted(work);
    work.onProgress?.(0, 'Compiling the kernels');
    feeder = (await stream.openFeeder?.(device, streamBuffers, clock)) ?? null;
    streamRunner = await PlanRunner.create(device, stream.plan, streamBuffers, slots);
    const mean = padRows(data.mean, source.width);
    const measured = await allocate(device, {
      name: 'data',
      buffers: [
        { name: 'data_mean', type: 'f32', length: mean.length, shape: '[d]', initial: mean },
      ],
    });
    owned.push(measured);
    const x = streamBuffers.named(stream.output);
    const shared = { x, data_mean: measured.named('data_mean') };
    const build = (index: number, model: Model, start: Start): Promise<ModelTrainer> => {
      return ModelTrainer.create(
        { device, run: config, index, data, shared, variant, slots, start },
        model,
      );
    };
    for (const [index, model] of config.models.entries()) {
      models.push(await build(index, model, options.initial?.[index]));
      requireWanted(work);
      work.onProgress?.((index + 1) / config.models.length, 'Compiling the kernels');
    }
    return { estimate, data, stream, streamRunner, feeder, clock, models, build, destroy };
  } catch (error) {
    destroy();
    throw error;
  }
}

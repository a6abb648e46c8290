/**
 * The models of a run for whoever reads them: those on the device that trains them, then, once training is over, what is
 * kept of them on the CPU. Knows neither commands nor steps.
 */
import type { CodeTable } from '../../analysis/types';
import type { LabError } from '../../base/lab_error';
import type { ActivationSource } from '../../data/source';
import type { ModelConfig } from '../../sae/config';
import { codesInDataUnits } from '../encode/data_units';
import { Encoder } from '../encode/encoder';
import type { OpenWider } from '../encode/encoding';
import { KeptModels, type RunModels } from '../encode/kept_models';
import { steadyModel, type SteadyModel } from '../encode/steady_model';
import {
  RunEvaluations,
  type EvaluatedModel,
  type EvaluatedRun,
  type WantedEvaluation,
} from '../keep/run_evaluations';
import type { Look } from '../train/run_probes';
import type { TrainingSession } from '../train/session';

/** What trains models, and shows them to probes. */
export type LookedAt = RunModels & Pick<TrainingSession, 'look'>;

/** What a run needs of the engine when its own device is gone. */
export interface RunSurroundings {
  /** The device that there is then. */
  device(): Promise<GPUDevice>;
  /** The loss of its own device that is behind a failure; null where that is there. */
  loss(): Promise<LabError | null>;
  /** The run's data, opened again. */
  source(): Promise<ActivationSource>;
}

export class ReadableModels implements EvaluatedRun {
  /** The trainer while its device lives, then what is kept. */
  session: RunModels;
  private kept: KeptModels | null = null;
  private readonly evaluations = new RunEvaluations(this);

  constructor(
    private readonly run: { readonly source: ActivationSource },
    private readonly trainer: LookedAt,
    private readonly count: number,
    private readonly surroundings: RunSurroundings,
  ) {
    this.session = trainer;
  }

  get step(): number {
    return this.session.step;
  }

  get source(): ActivationSource {
    return this.run.source;
  }

  /** Settings of a model as they are now. */
  modelConfig(model: number): ModelConfig {
    return this.session.modelConfig(model);
  }

  /** A model as it is now, of which nothing changes while training goes on. */
  steady(model: number): Promise<SteadyModel> {
    const copied = this.kept === null ? () => this.surroundings.device() : null;
    return steadyModel(this.session, model, copied);
  }

  /** Encoders of a model, on the device that there is, that let more units through. */
  wider({ config, weights }: Pick<SteadyModel, 'config' | 'weights'>): OpenWider {
    return async (slots) =>
      Encoder.upload(await this.surroundings.device(), config, weights, slots);
  }

  /** A model as it is now and its codes of rows x [rows, d] in units of the data. */
  async look(model: number, x: Float32Array, rows: number): Promise<Look> {
    const look = await (this.kept === null
      ? this.trainer.look(model, x, rows)
      : this.lookAtKept(this.kept, model, x, rows));
    return { ...look, codes: this.inDataUnits(model, look.codes, x) };
  }

  /** A model as it is now with its final evaluation. Throws LabError `cancelled`. */
  evaluate(model: number, work: WantedEvaluation): Promise<EvaluatedModel> {
    return this.evaluations.of(model, work);
  }

  /** Reads the models: training is over. */
  async keep(): Promise<void> {
    const device = () => this.surroundings.device();
    this.kept = await KeptModels.read(this.trainer, this.count, device);
  }

  /** Goes on without the device that trained them; false when they went with it. */
  surviveDevice(): boolean {
    if (this.kept === null) return false;
    // Encoders on the lost device are of no more use.
    this.kept.destroy();
    this.session = this.kept;
    return true;
  }

  /** Gives up evaluations under way; resolves when nothing is. */
  giveUp(): Promise<void> {
    return this.evaluations.giveUp();
  }

  destroy(): void {
    this.kept?.destroy();
    this.trainer.destroy();
  }

  private async lookAtKept(
    kept: KeptModels,
    model: number,
    x: Float32Array,
    rows: number,
  ): Promise<Look> {
    const dictionary = await kept.weights(model);
    const { codes } = await kept.encode(model, x, rows);
    return { step: kept.step, dictionary, codes };
  }

  private inDataUnits(model: number, codes: CodeTable, x: Float32Array): CodeTable {
    return codesInDataUnits(this.session.modelConfig(model), codes, x, this.source.width);
  }
}

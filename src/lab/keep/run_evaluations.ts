/**
 * The final evaluations of a run's models, with and without the bits of their codes, each made once for a step however many ask, and the
 * folders that are written from them: what the page shows is what report.json says. It knows no protocol.
 */
import { saysSame } from '../../base/canonical';
import type { Work } from '../../base/work';
import { SharedWorks } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import { metricsToJsonl, type LoggedMetrics } from '../../io/metrics_text';
import type { FileSet } from '../../io/whole_files';
import { displayName, shapeOf, type ModelConfig } from '../../sae/config';
import { withoutRelative } from '../run/data_identity';
import {
  evaluatedFolder,
  evaluationWithBits,
  finalEvaluation,
  type Evaluation,
  type EvaluationWork,
  type FailedEvaluation,
} from './evaluated_folder';
import type { SettingChange } from '../run/live_settings';
import type { RunConfig } from '../run/run_config';
import { changesOf, metricsSince, type TrainedBefore } from '../run/run_history';
import type { SteadyModel } from '../encode/steady_model';

/** A model at one step, and what its final evaluation found. */
export type EvaluatedModel = (Evaluation | FailedEvaluation) &
  Omit<SteadyModel, 'encode' | 'destroy'>;

/** What is asked of a run. */
export interface EvaluatedRun {
  /** Steps taken, and settings of a model as they are now. */
  readonly step: number;
  modelConfig(model: number): ModelConfig;
  readonly source: ActivationSource;
  /** The model as it is now. */
  steady(model: number): Promise<SteadyModel>;
}

/** How a run went, for the account in a folder. */
export interface Account {
  /** The run's settings as they are now. */
  readonly settings: RunConfig;
  readonly before: TrainedBefore;
  readonly changes: readonly SettingChange[];
  /** Records of this model. */
  readonly records: readonly LoggedMetrics[];
}

export class RunEvaluations {
  private readonly works = new SharedWorks<EvaluatedModel>();
  private readonly withBits = new SharedWorks<EvaluatedModel>();
  /** What is done with bits, by the name of its work. */
  private readonly measured = new Map<string, EvaluatedModel>();

  constructor(private readonly run: EvaluatedRun) {}

  /**
   * A model as it is now with its evaluation: with bits where they are wanted, or known already. Rejects with LabError
   * `cancelled` when the work is given up.
   */
  async of(model: number, { bits = false, ...work }: EvaluationWork): Promise<EvaluatedModel> {
    const name = this.name(model);
    const isOld = (other: string) => other.startsWith(`${model} `) && other !== name;
    this.works.forget(isOld);
    this.withBits.forget(isOld);
    for (const other of this.measured.keys()) if (isOld(other)) this.measured.delete(other);
    const known = this.measured.get(name);
    if (known !== undefined) return known;
    const evaluate = (own: Work) => this.evaluate(model, own);
    if (!bits) return this.works.join(name, evaluate, work);
    const measure = async (own: Work) => {
      const plain = await this.works.join(name, evaluate, own);
      const found = await this.measure(model, plain, own);
      this.measured.set(name, found);
      return found;
    };
    return this.withBits.join(name, measure, work);
  }

  /** Gives up what is under way; resolves when nothing is. */
  async giveUp(): Promise<void> {
    const all = [this.works, this.withBits];
    await Promise.all(all.flatMap((works) => works.names.map((name) => works.take(name))));
  }

  /** Names a model as it is now. */
  private name(model: number): string {
    // Of another s the codes are others at the same step.
    return `${model} ${this.run.step} ${shapeOf(this.run.modelConfig(model)).slots}`;
  }

  private evaluate(model: number, work: Work): Promise<EvaluatedModel> {
    return this.steadily(model, (steady) => finalEvaluation(steady, this.run.source, work));
  }

  /** Of a run that went on meanwhile all is made anew: no evaluation has numbers of two steps. */
  private measure(model: number, plain: EvaluatedModel, work: Work): Promise<EvaluatedModel> {
    const { source } = this.run;
    return this.steadily(model, (steady) =>
      saysSame([steady.step, steady.config], [plain.step, plain.config])
        ? evaluationWithBits(plain, steady, source, work)
        : finalEvaluation(steady, source, { ...work, bits: true }),
    );
  }

  private async steadily(
    model: number,
    evaluate: (steady: SteadyModel) => Promise<Evaluation | FailedEvaluation>,
  ): Promise<EvaluatedModel> {
    const steady = await this.run.steady(model);
    try {
      const evaluation = await evaluate(steady);
      const { step, config, weights, lambda, inputScale } = steady;
      return { step, config, weights, lambda, inputScale, ...evaluation };
    } finally {
      steady.destroy();
    }
  }
}

/**
 * The folder of an evaluated model with the account of its run. What the data were, which the page does not check, is
 * said of weights only that are still those that were opened, and never of the rows that they were evaluated on here.
 */
export function folderOfRun(model: number, evaluated: EvaluatedModel, account: Account): FileSet {
  const { settings, before, records } = account;
  const batch = settings.training.train_batch_size_samples;
  const modelName = displayName(evaluated.config);
  const known = evaluated.step === 0 ? before.dataIdentity : undefined;
  const metrics = metricsSince(before, records).map((record) => ({ ...record, modelName }));
  return evaluatedFolder(
    evaluated,
    evaluated,
    {
      metrics: metricsToJsonl(metrics),
      changes: changesOf(model, before, account.changes),
    },
    {
      data: settings.data,
      training: settings.training,
      steps: before.steps + evaluated.step,
      samples: before.samples + evaluated.step * batch,
      lambda: evaluated.lambda,
      input_scale: evaluated.inputScale,
    },
    known === undefined ? {} : { data_identity: withoutRelative(known) },
  );
}

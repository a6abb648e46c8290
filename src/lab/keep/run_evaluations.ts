/**
 * The final evaluations of a run's models, with and without the bits of their codes and codes by least squares, each made
 * once for a step however many ask, and the folders that are written from them: what the page shows is what report.json says. It knows no protocol.
 */
import { at } from '../../base/array';
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
import type { RunConfig } from '../run/run_config';
import { changesOf, metricsSince, type RunChange, type TrainedBefore } from '../run/run_history';
import type { OpenWider } from '../encode/encoding';
import { rememberCodes } from '../encode/remembered_codes';
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
  /** What opens encoders of a model that let more units through. */
  wider(model: Pick<SteadyModel, 'config' | 'weights'>): OpenWider;
}

/** What an evaluation of a run is asked for. */
export interface WantedEvaluation extends EvaluationWork {
  /** Whether to measure codes by least squares as well, and bits of both. */
  readonly codes?: boolean | undefined;
}

/** How a run went, for the account in a folder. */
export interface Account {
  /** The run's settings as they are now. */
  readonly settings: RunConfig;
  readonly before: TrainedBefore;
  readonly changes: readonly RunChange[];
  /** Records of this model. */
  readonly records: readonly LoggedMetrics[];
}

/** How much is measured, as `measuredExtent` says it of a report; each has what those before it have. */
const EXTENTS = [0, 1, 2] as const;
type Extent = (typeof EXTENTS)[number];

export class RunEvaluations {
  /** By extent. */
  private readonly works = EXTENTS.map(() => new SharedWorks<EvaluatedModel>());
  /** What has the most of those that are done, by the name of its work. */
  private readonly done = new Map<string, { extent: Extent; evaluated: EvaluatedModel }>();

  constructor(private readonly run: EvaluatedRun) {}

  /**
   * A model as it is now with its evaluation: with bits and with codes by least squares where they are wanted, or known
   * already. Rejects with LabError `cancelled` when the work is given up.
   */
  async of(model: number, { bits, codes, ...work }: WantedEvaluation): Promise<EvaluatedModel> {
    const name = this.name(model);
    const isOld = (other: string) => other.startsWith(`${model} `) && other !== name;
    for (const works of this.works) works.forget(isOld);
    for (const other of this.done.keys()) if (isOld(other)) this.done.delete(other);
    return this.upTo(codes === true ? 2 : bits === true ? 1 : 0, model, name, work);
  }

  /** Gives up what is under way; resolves when nothing is. */
  async giveUp(): Promise<void> {
    await Promise.all(this.works.flatMap((works) => works.names.map((name) => works.take(name))));
  }

  /** Names a model as it is now. */
  private name(model: number): string {
    // Of another s the codes are others at the same step.
    return `${model} ${this.run.step} ${shapeOf(this.run.modelConfig(model)).slots}`;
  }

  private upTo(extent: Extent, model: number, name: string, work: Work): Promise<EvaluatedModel> {
    const known = this.done.get(name);
    if (known !== undefined && known.extent >= extent) return Promise.resolve(known.evaluated);
    const make = async (own: Work) => {
      if (extent === 0) return this.evaluate(model, own);
      const before = await this.upTo(extent === 2 ? 1 : 0, model, name, own);
      const evaluated = await this.add(extent, model, before, own);
      this.done.set(name, { extent, evaluated });
      return evaluated;
    };
    return at(this.works, extent).join(name, make, work);
  }

  private evaluate(model: number, work: Work): Promise<EvaluatedModel> {
    return this.steadily(model, (steady, source) => finalEvaluation(steady, source, work));
  }

  /** Of a run that went on meanwhile all is made anew: no evaluation has numbers of two steps. */
  private add(
    extent: 1 | 2,
    model: number,
    before: EvaluatedModel,
    work: Work,
  ): Promise<EvaluatedModel> {
    return this.steadily(model, async (steady, source) => {
      const same = saysSame([steady.step, steady.config], [before.step, before.config]);
      if (extent === 1) {
        return same
          ? evaluationWithBits(before, steady, source, work)
          : finalEvaluation(steady, source, { ...work, bits: true });
      }
      // Few runs are asked for them.
      const { evaluationWithCodes } = await import('./fitted_evaluation');
      const measured = same
        ? before
        : await finalEvaluation(steady, source, { ...work, bits: true });
      const wider = this.run.wider(steady);
      return evaluationWithCodes(measured, steady, source, { ...work, bits: true, wider });
    });
  }

  private async steadily(
    model: number,
    evaluate: (
      steady: SteadyModel,
      source: ActivationSource,
    ) => Promise<Evaluation | FailedEvaluation>,
  ): Promise<EvaluatedModel> {
    const steady = await this.run.steady(model);
    try {
      const { encode, source } = rememberCodes(steady, this.run.source);
      const evaluation = await evaluate({ ...steady, encode }, source);
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

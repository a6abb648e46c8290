/**
 * Kept runs as they were at a checkpoint, for whoever looks: read from its file, apart from the run, which goes on
 * untouched. One checkpoint is in memory at a time, whoever asks about it; what is still asked about the one before ends first.
 */
import { at } from '../../base/array';
import { SharedWorks, type Work } from '../../base/work';
import type { ActivationSource, SourceRows } from '../../data/source';
import { describeAdapter } from '../../gpu/device';
import { analysedMadeRows } from '../encode/analysed_rows';
import { codesInDataUnits } from '../encode/data_units';
import { KeptModels } from '../encode/kept_models';
import { probeRows } from '../encode/probes';
import { steadyModel, type SteadyModel } from '../encode/steady_model';
import { foldInputScale } from '../encode/weights';
import type { EvaluatedRun } from '../keep/run_evaluations';
import type { RunProbe } from '../protocol/protocol';
import type { AboutCheckpoint } from '../protocol/requests';
import type { RunData } from '../train/run_data';
import { probeModels } from '../train/run_probes';
import type { FoundCheckpoint, KeptRunHost } from './kept_run_host';
import type { RunFilesHost } from './run_files_host';

export interface CheckpointLooksOptions {
  device(): Promise<GPUDevice>;
  readonly kept: Pick<KeptRunHost, 'checkpoint'>;
  readonly data: Pick<RunData, 'open'>;
  readonly files: Pick<RunFilesHost, 'find'>;
  /** The data of a run that is in memory; null for others. */
  sourceOf(runId: string): ActivationSource | null;
}

/** Rows that models are probed on, by their data: made once, however many checkpoints are looked at. */
const rowsOf = new WeakMap<ActivationSource, Promise<SourceRows>>();
/** On a software adapter a checkpoint would take a second with the rows of analyses. */
const fewRowsOf = new WeakMap<ActivationSource, Promise<SourceRows>>();

/** The models of a run at one checkpoint. */
export class CheckpointLook implements Pick<EvaluatedRun, 'step' | 'source' | 'steady'> {
  private users = 0;
  private retired = false;

  constructor(
    readonly source: ActivationSource,
    readonly models: KeptModels,
    private readonly count: number,
    private readonly device: () => Promise<GPUDevice>,
  ) {}

  /** Steps that they had. */
  get step(): number {
    return this.models.step;
  }

  steady(model: number): Promise<SteadyModel> {
    return steadyModel(this.models, model, null);
  }

  /**
   * What probes would have shown of a run that rests here: units are counted on the rows of its analyses; on a software
   * adapter on those of a run that goes.
   */
  async probe(): Promise<RunProbe> {
    const { source, models, step } = this;
    const all = Array.from({ length: this.count }, (_, model) => model);
    const { software } = describeAdapter({ info: (await this.device()).adapterInfo });
    const known = software ? fewRowsOf : rowsOf;
    const rows = known.get(source) ?? (software ? probeRows(source) : rowsToProbe(source));
    known.set(source, rows);
    rows.catch(() => known.delete(source));
    const probed = await probeModels(source, await rows, all, async (model, { x, count }) => {
      const { codes } = await models.encode(model, x, count);
      const config = models.modelConfig(model);
      return {
        step,
        dictionary: await models.weights(model),
        codes: codesInDataUnits(config, codes, x, source.width),
      };
    });
    return { step, ...probed };
  }

  /** Does something with it; what it holds is freed when it is retired and nobody does any more. */
  async use<Answer>(what: (look: CheckpointLook) => Promise<Answer>): Promise<Answer> {
    this.users += 1;
    try {
      return await what(this);
    } finally {
      this.users -= 1;
      this.freeUnused();
    }
  }

  /** Another is looked at from now on. */
  retire(): void {
    this.retired = true;
    this.freeUnused();
  }

  private freeUnused(): void {
    if (this.retired && this.users === 0) this.models.destroy();
  }
}

export class CheckpointLooks {
  private readonly looks = new SharedWorks<CheckpointLook>();

  constructor(private readonly options: CheckpointLooksOptions) {}

  /** Does something with a checkpoint. Rejects with LabError `not_found` where none can be read, and as `what` does. */
  async use<Answer>(
    about: AboutCheckpoint,
    work: Work,
    what: (look: CheckpointLook) => Promise<Answer>,
  ): Promise<Answer> {
    const name = nameOf(about);
    this.retire((other) => other !== name);
    const look = await this.looks.join(name, (own) => this.open(about, own), work);
    return look.use(what);
  }

  /** Drops what is held of a run, or only of the checkpoint at `step`. */
  forget(runId: string, step?: number): void {
    const asked = step === undefined ? null : nameOf({ runId, checkpoint: step });
    this.retire((name) => (asked === null ? name.startsWith(nameOf({ runId })) : name === asked));
  }

  /** Drops what lay on a device that is gone. */
  reset(): void {
    this.retire(() => true);
  }

  private retire(which: (name: string) => boolean): void {
    for (const name of this.looks.names.filter(which)) {
      void this.looks.take(name).then((look) => look?.retire());
    }
  }

  private async open({ runId, checkpoint }: AboutCheckpoint, work: Work): Promise<CheckpointLook> {
    const { options } = this;
    const found = await options.kept.checkpoint(runId, checkpoint);
    const source = options.sourceOf(runId) ?? (await this.openData(runId, found, work));
    const { step, states } = found.checkpoint;
    const models = states.map(({ weights, lambda, inputScale }, model) => ({
      config: at(found.settings.models, model),
      dictionary: foldInputScale(weights, inputScale),
      lambda,
      inputScale,
    }));
    const device = () => options.device();
    return new CheckpointLook(source, KeptModels.of(step, models, device), models.length, device);
  }

  private async openData(
    runId: string,
    { settings, data: identity }: FoundCheckpoint,
    work: Work,
  ): Promise<ActivationSource> {
    const { data, files } = this.options;
    const file = identity === null ? undefined : await files.find(runId, settings, identity);
    return data.open(settings, file, work);
  }
}

async function rowsToProbe(source: ActivationSource): Promise<SourceRows> {
  return (await analysedMadeRows(source)) ?? probeRows(source);
}

/** Names what is held of a checkpoint; without one, what all of the run's begin with. */
function nameOf({ runId, checkpoint }: Pick<AboutCheckpoint, 'runId'> & Partial<AboutCheckpoint>) {
  return `${runId} ${checkpoint ?? ''}`;
}

/**
 * The engine's side of what a person says of units: it reads, changes and attaches annotations where the runs are kept,
 * and says which weights they are made on, by the SHA-256 of the file that an export would have.
 */
import { describeError } from '../../base/lab_error';
import { sha256Of } from '../../io/sha256';
import { WEIGHTS_FILE, writeWeights } from '../../io/sae_folder';
import { readAnnotations, writeAnnotations } from '../keep/annotations_file';
import type { FilesBeside } from '../keep/exported_file';
import type { KeptRuns } from '../keep/kept_runs';
import { RunAnnotations, type ShownWeights } from '../keep/run_annotations';
import type { AttachedAnnotations } from '../protocol/protocol';
import type { AboutAnnotations, AskOf } from '../protocol/requests';
import { NO_ANNOTATIONS, type ModelAnnotations } from '../run/annotations';
import { ANNOTATIONS_FILE } from '../run/run_files';
import type { LiveRun } from './live_run';

/** What is asked of a run in memory. */
export type AnnotatedRun = Pick<LiveRun, 'runId' | 'step' | 'before' | 'session' | 'modelConfig'>;

export interface AnnotationHostParts {
  /** Where runs are kept; null where nothing is. */
  place(): Promise<KeptRuns | null>;
  /** A run that is in memory. */
  run(runId: string): AnnotatedRun | undefined;
}

/** The SHA-256 of a model's weights at a step. */
interface Hashed {
  readonly step: number;
  readonly sha256: Promise<string>;
}

export class AnnotationHost {
  private opened: Promise<RunAnnotations> | null = null;
  private readonly hashed = new WeakMap<AnnotatedRun, Map<number, Hashed>>();

  constructor(private readonly parts: AnnotationHostParts) {}

  async read(ask: AboutAnnotations): Promise<ModelAnnotations> {
    return (await this.kept()).read(ask.runId, ask.annotated, this.looked(ask));
  }

  async change(ask: AskOf<'annotate'>): Promise<ModelAnnotations> {
    return (await this.kept()).change(ask.runId, ask.annotated, ask.changes, this.looked(ask));
  }

  async attach(ask: AskOf<'attach_annotations'>): Promise<AttachedAnnotations> {
    const { runId, annotated, weights, step, file } = ask;
    let came = NO_ANNOTATIONS;
    let unread: AttachedAnnotations['unread'] = null;
    try {
      if (file !== null) came = readAnnotations(file.bytes, file.label);
    } catch (error) {
      // No reason to refuse weights.
      unread = describeError(error);
    }
    const kept = await this.kept();
    return { ...(await kept.attach(runId, annotated, came, weights, step)), unread };
  }

  /** The weights of a model as they are now, and as the file that they were opened from has them. */
  async weightsOf(runId: string, model: number): Promise<readonly string[]> {
    const run = this.parts.run(runId);
    if (run === undefined) return [];
    const step = stepsOf(run, model);
    const now = await this.sha256(run, model);
    const said = await this.read({ runId, annotated: model, step });
    const opened = said.step === step ? (said.weights ?? now) : now;
    return [...new Set([now, opened])];
  }

  /** The annotations of a model for its exported folder, which says its own weights where they are the ones that were looked at. */
  exported(run: AnnotatedRun, model: number): FilesBeside {
    return async (files, step) => {
      const kept = await this.kept();
      const looked = { step, weights: () => Promise.resolve(null) };
      // One that this lab cannot read stays where it is.
      const said = await kept.read(run.runId, model, looked).catch(() => NO_ANNOTATIONS);
      const bytes = files[WEIGHTS_FILE];
      if (bytes === undefined || Object.keys(said.units).length === 0) return {};
      const weights = await sha256Of(bytes);
      await kept.noteWritten(said.units, weights, step);
      const own = said.step === step || said.weights === null ? { weights, step } : {};
      return {
        [ANNOTATIONS_FILE]: new TextEncoder().encode(writeAnnotations({ ...said, ...own })),
      };
    };
  }

  private looked({ runId, annotated, step }: AboutAnnotations): ShownWeights {
    return {
      step,
      weights: async () => {
        const run = this.parts.run(runId);
        // While it trains the weights that were looked at are gone.
        if (run === undefined || stepsOf(run, annotated) !== step) return null;
        return this.sha256(run, annotated).catch(() => null);
      },
    };
  }

  /** Read in one turn with the step that it is of. */
  private sha256(run: AnnotatedRun, model: number): Promise<string> {
    const known = this.hashed.get(run) ?? new Map<number, Hashed>();
    this.hashed.set(run, known);
    const { step } = run;
    const before = known.get(model);
    if (before?.step === step) return before.sha256;
    const config = run.modelConfig(model);
    const sha256 = run.session
      .weights(model)
      .then((weights) => sha256Of(writeWeights({ config, weights })));
    known.set(model, { step, sha256 });
    // What failed is tried again.
    sha256.catch(() => known.delete(model));
    return sha256;
  }

  private kept(): Promise<RunAnnotations> {
    this.opened ??= this.parts.place().then((runs) => new RunAnnotations(runs));
    return this.opened;
  }
}

function stepsOf(run: AnnotatedRun, model: number): number {
  return (run.before[model]?.steps ?? 0) + run.step;
}

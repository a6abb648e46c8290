/**
 * Keeps one run while it trains: a checkpoint when one is due, the models once they are evaluated. The run stands still
 * while its state is copied; hashing and writing go on beside it, one checkpoint at a time. What cannot be written is told
 * once and never stops the run.
 */
import { describeError } from '../../base/lab_error';
import { metricsToJsonl } from '../../io/metrics_text';
import type { FileSet } from '../../io/whole_files';
import { displayName } from '../../sae/config';
import { isCheckpointDue, type CheckpointBefore } from '../keep/checkpoint_times';
import type { KeptFolder, KeptHistory, RunNote } from '../keep/kept_folder';
import type { Event, MetricRecord, RunPast } from '../protocol/protocol';
import type { DataIdentity } from '../run/data_identity';
import type { RunConfig } from '../run/run_config';
import { METRICS_FILE } from '../run/run_files';
import {
  changesOf,
  countedOn,
  NEVER_TRAINED,
  type RunChange,
  type TrainedBefore,
} from '../run/run_history';
import type { ModelState } from '../train/session_types';
import type { RunClaim } from './run_claim';

/** A run as it is kept. */
export interface KeptState {
  readonly step: number;
  readonly settings: RunConfig;
  readonly seconds: number;
  readonly records: readonly MetricRecord[];
  readonly changes: readonly RunChange[];
  /** Copies of the state of every model. */
  states(): Promise<readonly ModelState[]>;
}

/** How a run is kept, and what was kept of it before. */
export interface Keeping {
  /** Null where nothing is kept, or another tab keeps it. */
  readonly keeper: RunKeeper | null;
  /** Null for a new run. */
  readonly past: RunPast | null;
}

export interface RunKeeperParts {
  readonly runId: string;
  readonly folder: KeptFolder;
  readonly claim: RunClaim;
  readonly post: (event: Event) => void;
  readonly before: readonly TrainedBefore[];
  /** Of a dropped file; null where the data open by themselves. */
  readonly identity: DataIdentity | null;
  /** What was kept before; null for a new run. */
  readonly history: KeptHistory | null;
}

export class RunKeeper {
  private last: CheckpointBefore;
  private wanted = false;
  private told = false;
  private closed = false;
  /** Writes, one after the other. Never rejects. */
  private line: Promise<void> = Promise.resolve();
  private underWay = 0;
  /** Lines of metrics.jsonl by model, and how many records are in them. */
  private readonly lines: string[];
  private written: number;
  private readonly models = new Set<string>();

  constructor(private readonly parts: RunKeeperParts) {
    const { history } = parts;
    this.last = { step: history?.step ?? 0, began: seconds(), took: 0 };
    this.lines = history?.logs.map(({ metrics }) => metrics) ?? [];
    this.written = history?.records.length ?? 0;
  }

  /** Whether the run should stop for a moment and have its state copied. */
  isDue(step: number): boolean {
    if (this.closed || this.underWay > 0) return false;
    return this.wanted || isCheckpointDue(step, seconds(), this.last);
  }

  /** Makes a checkpoint due: its settings were changed. */
  want(): void {
    this.wanted = true;
  }

  /** Copies the state, and writes it with what was logged while the run goes on; resolves after the copy, rejects as that does. */
  async save(run: KeptState, note: RunNote): Promise<void> {
    if (this.closed) return;
    const { step } = run;
    const began = seconds();
    if (step === this.last.step && !this.wanted && this.last.took > 0) {
      this.note(note);
      return;
    }
    this.wanted = false;
    this.last = { ...this.last, step, began };
    const states = await run.states();
    const logs = this.logsOf(run);
    const config = this.named(run.settings);
    const logged = run.settings.models.map(
      (_, model) => run.records.findLast((record) => record.model === model)?.values ?? {},
    );
    const kept = { error: null, ...note, seconds: run.seconds, logged };
    this.write(async () => {
      const saved = { config, step, states, logs };
      const checkpoints = await this.parts.folder.save(saved, kept, Date.now());
      this.last = { ...this.last, took: seconds() - began };
      this.parts.post({ kind: 'kept', runId: this.parts.runId, step, checkpoints });
    });
    this.letGoOf(note);
  }

  /** Writes how the run stands. */
  note(note: RunNote): void {
    if (this.closed) return;
    this.write(() => this.parts.folder.note(note));
    this.letGoOf(note);
  }

  /**
   * Writes a model with its report, once a step, and again once more was measured (`extent`). Resolves when it is written, or cannot be: who
   * shows what was found shows what a reload finds again.
   */
  async saveModel(
    settings: RunConfig,
    model: number,
    { step, extent }: { readonly step: number; readonly extent: number },
    files: FileSet,
  ): Promise<void> {
    const name = `${model} ${step} ${extent}`;
    if (this.models.has(name) || step !== this.last.step) return;
    this.models.add(name);
    const metrics = new TextEncoder().encode(this.lines[model] ?? '');
    const all = { ...files, [METRICS_FILE]: metrics };
    this.write(() => this.parts.folder.saveModel(this.named(settings), model, step, all));
    await this.line;
  }

  /** Resolves when all is written and others may write to the run. */
  async close(): Promise<void> {
    this.closed = true;
    await this.line;
    this.parts.claim.letGo();
  }

  /** Lets others go on with a run that is over, once all is written. */
  private letGoOf({ status }: RunNote): void {
    if (status === undefined || status === 'running' || status === 'paused') return;
    this.line = this.line.then(() => this.parts.claim.letGo());
  }

  /** Settings with what the data were, as the folder holds them. */
  private named(settings: RunConfig): RunConfig {
    const { identity } = this.parts;
    return identity === null ? settings : { ...settings, data_identity: identity };
  }

  private logsOf({ settings, records, changes }: KeptState) {
    const added = records.slice(this.written);
    this.written = records.length;
    return settings.models.map((config, model) => {
      const before = this.parts.before[model] ?? NEVER_TRAINED;
      const modelName = displayName(config);
      const text = (own: readonly Omit<MetricRecord, 'model'>[]) =>
        metricsToJsonl(own.map((record) => ({ ...record, modelName })));
      const own = added.filter((record) => record.model === model);
      const earlier = this.lines[model] ?? text(before.metrics);
      const metrics = earlier + text(own.map((record) => countedOn(before, record)));
      this.lines[model] = metrics;
      return { metrics, changes: changesOf(model, before, changes) };
    });
  }

  private write(work: () => Promise<void>): void {
    this.underWay += 1;
    this.line = this.line
      .then(() => this.parts.claim.alone(this.last.step, work))
      .catch((error: unknown) => this.tell(error))
      .then(() => {
        this.underWay -= 1;
      });
  }

  /** Says, once, that it cannot be kept. */
  tell(error: unknown): void {
    if (this.told) return;
    this.told = true;
    const { runId, post } = this.parts;
    post({ kind: 'not_kept', runId, error: describeError(error) });
  }
}

const seconds = (): number => performance.now() / 1000;

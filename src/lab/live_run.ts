/**
 * A run as the page drives it: it trains until told otherwise, reports as it goes, and answers questions
 * about its models at any step. It owns the session's GPU buffers until it is forgotten.
 */
import { at } from '../base/array';
import { describeError } from '../base/lab_error';
import type { CodeTable, Dictionary } from '../analysis/types';
import type { ActivationSource, SourceRows } from '../data/source';
import { zipFolder } from '../io/archive';
import { metricsToCsv, metricsToJsonl } from '../io/metrics_text';
import { writeSaeFolder } from '../io/sae_folder';
import { displayName, shapeOf } from '../sae/config';
import { encodeAnalysedRows } from './analysed_rows';
import type { AnalysisTable } from './analysis_worker';
import { FiringFrequency } from './firing_frequency';
import { labelGroups, probeRows, shapeStates } from './probes';
import type { Event, ExportFormat, LiveSettings, MetricRecord, RunStatus } from './protocol';
import type { RunConfig } from './run_config';
import type { TrainingSession } from './session';

/** Least time between two probes of the shapes, and the share of the time that probing may take. */
const PROBE_MS = 700;
const PROBE_SHARE = 0.15;
/** Least time between two progress reports. */
const PROGRESS_MS = 100;

/** A file for the person. */
export interface ExportedFile {
  readonly filename: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
}

export class LiveRun {
  private status: RunStatus = 'preparing';
  private readonly records: MetricRecord[] = [];
  /** The rows of every probe, read when they are first needed. */
  private probed: Promise<SourceRows> | null = null;
  private stopAsked = false;
  private loop: Promise<void> = Promise.resolve();
  private lastProbe = -Infinity;
  private probing: Promise<void> | null = null;
  private lastProgress = -Infinity;

  constructor(
    readonly runId: string,
    readonly config: RunConfig,
    readonly source: ActivationSource,
    readonly session: TrainingSession,
    private readonly post: (event: Event) => void,
  ) {}

  get step(): number {
    return this.session.step;
  }

  get active(): boolean {
    return this.status === 'running' || this.status === 'paused' || this.status === 'preparing';
  }

  /** Trains until paused, stopped or finished. */
  resume(): void {
    if (!this.active || this.status === 'running') return;
    this.setStatus('running');
    this.loop = this.train(this.session.totalSteps);
  }

  async pause(): Promise<void> {
    if (this.status !== 'running') {
      if (this.status === 'preparing') this.setStatus('paused');
      return;
    }
    await this.halt();
    // The loop may have finished or failed on its way out.
    if (this.active) this.setStatus('paused');
  }

  /** One step, then paused. */
  async stepOnce(): Promise<void> {
    await this.halt();
    if (!this.active) return;
    this.setStatus('running');
    this.loop = this.train(1);
    await this.loop;
  }

  async stop(): Promise<void> {
    await this.halt();
    if (this.active) this.setStatus('stopped');
  }

  /** Changes settings between two submits and says so. */
  async change(settings: LiveSettings): Promise<void> {
    const wasRunning = this.status === 'running';
    // A new s rebuilds the model's step, which must not be in flight.
    if (settings.slots !== undefined) await this.halt();
    await this.session.applySettings(settings);
    this.post({ kind: 'settings_changed', runId: this.runId, step: this.step, settings });
    if (settings.slots !== undefined && wasRunning && this.active) {
      this.loop = this.train(this.session.totalSteps);
    }
  }

  /** Sends the state of the shapes or of the strongest groups now. */
  async probe(): Promise<void> {
    this.probing ??= this.sendProbes().finally(() => {
      this.probing = null;
    });
    await this.probing;
  }

  /** Codes of a model on the rows that analyses use, with the weights that made them. */
  async analysisTable(
    model: number,
    onProgress: (fraction: number) => void,
  ): Promise<AnalysisTable> {
    const { source, session, step } = this;
    const dictionary = await session.weights(model);
    const rows = await encodeAnalysedRows(
      source,
      (x, count, progress) => session.encode(model, x, count, progress),
      onProgress,
    );
    const labelOf = rows.text === null ? source.labelOf?.bind(source) : undefined;
    return {
      ...rows,
      model,
      step,
      dictionary,
      labels: labelOf === undefined ? null : Array.from(rows.rowIds, (rowId) => labelOf(rowId)),
      activeGroups: shapeOf(session.modelConfig(model)).slots,
    };
  }

  /** A file with the model's weights or its metrics. */
  async export(model: number, format: ExportFormat): Promise<ExportedFile> {
    const config = this.session.modelConfig(model);
    const name = displayName(config);
    const stem = `${name} ${this.source.label} step ${this.step}`.replace(/[^A-Za-z0-9]+/g, '-');
    if (format !== 'saelens_folder') {
      const named = this.records
        .filter((record) => record.model === model)
        .map((record) => ({ ...record, modelName: name }));
      const lines = format === 'metrics_csv';
      return {
        filename: `${stem}.${lines ? 'csv' : 'jsonl'}`,
        mimeType: lines ? 'text/csv' : 'application/x-ndjson',
        bytes: new TextEncoder().encode(lines ? metricsToCsv(named) : metricsToJsonl(named)),
      };
    }
    const frequency = new FiringFrequency(shapeOf(config).groups);
    const weights = await this.session.weights(model);
    const watched = frequency.watch({
      config,
      weights,
      encode: (x, count, progress) => this.session.encode(model, x, count, progress),
    });
    await encodeAnalysedRows(
      this.source,
      (x, count, progress) => watched.encode(x, count, progress),
      () => undefined,
    );
    const files = writeSaeFolder({
      config,
      weights,
      frequency: frequency.shares(),
      provenance: {
        data: this.config.data,
        training: this.config.training,
        steps: this.step,
        samples: this.step * this.config.training.train_batch_size_samples,
        lambda: this.session.lambdas[model] ?? null,
      },
    });
    return { filename: `${stem}.zip`, mimeType: 'application/zip', bytes: zipFolder(stem, files) };
  }

  async destroy(): Promise<void> {
    await this.halt();
    await this.probing;
    this.session.destroy();
  }

  /** Ends the training loop after the submit in flight. */
  private async halt(): Promise<void> {
    this.stopAsked = true;
    await this.loop;
    this.stopAsked = false;
  }

  private async train(steps: number): Promise<void> {
    try {
      if (this.step === 0) await this.probe();
      await this.session.run(steps, {
        onMetrics: (records) => {
          this.records.push(...records);
          this.post({ kind: 'metrics', runId: this.runId, records });
        },
        onProgress: (progress) => {
          const now = performance.now();
          if (now - this.lastProgress > PROGRESS_MS || this.step === this.session.totalSteps) {
            this.lastProgress = now;
            this.post({ kind: 'progress', runId: this.runId, ...progress });
          }
          this.probeSometimes(now);
        },
        shouldStop: () => this.stopAsked,
      });
      const finished = this.step >= this.session.totalSteps;
      if (finished || steps === 1) {
        await this.probing;
        await this.probe();
        this.setStatus(finished ? 'finished' : 'paused');
      }
    } catch (error) {
      this.status = 'failed';
      this.post({ kind: 'failed', runId: this.runId, error: describeError(error) });
    }
  }

  private probeSometimes(now: number): void {
    if (this.probing !== null || now - this.lastProbe < PROBE_MS) return;
    const start = performance.now();
    void this.probe()
      .catch((error: unknown) => {
        this.post({ kind: 'failed', runId: this.runId, error: describeError(error) });
      })
      .finally(() => {
        // A probe that takes long waits longer for the next.
        const took = performance.now() - start;
        this.lastProbe = performance.now() + Math.max(0, took / PROBE_SHARE - PROBE_MS);
      });
  }

  private async sendProbes(): Promise<void> {
    const { source, runId } = this;
    this.probed ??= probeRows(source);
    const probed = await this.probed;
    const models = this.config.models.map((_, index) => index);
    const { truth } = probed;
    if (truth !== undefined) {
      const probes = [];
      for (const model of models) {
        const step = this.step;
        const { dictionary, codes } = await this.encoded(model, probed);
        probes.push({ model, step, shapes: shapeStates(dictionary, codes, truth) });
      }
      this.post({ kind: 'shapes', runId, probes });
    } else if (source.labelOf !== undefined) {
      const probes = [];
      for (const model of models) {
        const step = this.step;
        const { dictionary, codes } = await this.encoded(model, probed);
        const label = (row: number) => source.labelOf?.(at(probed.rowIds, row)) ?? '';
        probes.push({ model, step, groups: labelGroups(dictionary, codes, label) });
      }
      this.post({ kind: 'labels', runId, probes });
    }
  }

  private async encoded(
    model: number,
    rows: SourceRows,
    onProgress?: (fraction: number) => void,
  ): Promise<{ dictionary: Dictionary; codes: CodeTable }> {
    const dictionary = await this.session.weights(model);
    const { codes } = await this.session.encode(model, rows.x, rows.count, onProgress);
    return { dictionary, codes };
  }

  private setStatus(status: RunStatus): void {
    this.status = status;
    this.post({ kind: 'status', runId: this.runId, status, step: this.step });
  }
}

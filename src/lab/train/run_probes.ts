/**
 * What a run shows of its data while it trains: where the points of known shapes go, or what the strongest
 * groups of labelled rows hold. A small fixed set of rows is encoded now and then, never so often that training
 * would suffer. It knows no trainer.
 */
import type { CodeTable, Dictionary } from '../../analysis/types';
import { at } from '../../base/array';
import type { ActivationSource, SourceRows } from '../../data/source';
import { analysedMadeRows } from '../encode/analysed_rows';
import { labelGroups, probeRows, shapeStates } from '../encode/probes';
import type { Event, LabelProbe, RunProbe, ShapeProbe } from '../protocol/protocol';

/** Least time between two probes, and the share of the time that probing may take. */
const PROBE_MS = 700;
const PROBE_SHARE = 0.15;
/** Most time that a probe which took long waits for the next: the machine may have slept during it. */
const MOST_WAIT_MS = 120_000;

/** A model at one step and what it says about the probed rows. */
export interface Look {
  readonly step: number;
  readonly dictionary: Dictionary;
  readonly codes: CodeTable;
}

export interface RunProbesOptions {
  readonly runId: string;
  /** Indices of the models. */
  readonly models: readonly number[];
  readonly post: (event: Event) => void;
  readonly look: (model: number, rows: SourceRows) => Promise<Look>;
  /** Told of a probe that failed while training goes on. */
  readonly onFailure: (error: unknown) => void;
}

export class RunProbes {
  /** The rows of every probe, read when they are first needed. */
  private rows: Promise<SourceRows> | null = null;
  /** Those of a run that rests, where they are others. */
  private resting: Promise<SourceRows | null> | null = null;
  private reading: AbortController | null = null;
  private sending: Promise<void> | null = null;
  private last = -Infinity;

  constructor(private readonly options: RunProbesOptions) {}

  /** Reads the rows and sends the state before the first step; false when the reading was given up. */
  async first(source: ActivationSource): Promise<boolean> {
    const { runId, post } = this.options;
    const { signal } = (this.reading = new AbortController());
    const onProgress = (fraction: number, stage: string) => {
      post({ kind: 'preparing', runId, stage, fraction });
    };
    try {
      this.rows ??= probeRows(source, { signal, onProgress });
      await this.rows;
    } catch (error) {
      this.rows = null;
      if (signal.aborted) return false;
      throw error;
    } finally {
      this.reading = null;
    }
    await this.send(source);
    return true;
  }

  /** Gives up the reading of rows, if that is what goes on. */
  giveUpRows(): void {
    this.reading?.abort();
  }

  /** Sends the state of the shapes or of the strongest groups now. */
  async send(source: ActivationSource): Promise<void> {
    await this.underWay(() => this.sendAll(source));
  }

  /** Sends, or waits for what is being sent. */
  private async underWay(send: () => Promise<void>): Promise<void> {
    this.sending ??= send().finally(() => {
      this.sending = null;
    });
    await this.sending;
  }

  /**
   * Sends the state of a run that rests, as its analyses find it: where true features are known, units are counted on
   * the rows of those.
   */
  async rest(source: ActivationSource): Promise<void> {
    await this.settled();
    await this.underWay(async () => {
      this.resting ??= analysedMadeRows(source);
      const rows = await this.resting;
      await (rows === null ? this.sendAll(source) : this.sendOf(source, rows));
    });
  }

  /** Sends it when it was long enough ago; `now` in milliseconds. */
  sometimes(source: ActivationSource, now: number): void {
    if (this.sending !== null || now - this.last < PROBE_MS) return;
    const start = performance.now();
    void this.send(source)
      .catch(this.options.onFailure)
      .finally(() => {
        // A probe that takes long waits longer for the next.
        const took = performance.now() - start;
        const wait = Math.min(took / PROBE_SHARE - PROBE_MS, MOST_WAIT_MS);
        this.last = performance.now() + Math.max(0, wait);
      });
  }

  /** Resolves when no probe is under way. */
  async settled(): Promise<void> {
    await this.sending;
  }

  private async sendAll(source: ActivationSource): Promise<void> {
    this.rows ??= probeRows(source);
    await this.sendOf(source, await this.rows);
  }

  private async sendOf(source: ActivationSource, rows: SourceRows): Promise<void> {
    const { runId, models, post, look } = this.options;
    const { shapes, labels } = await probeModels(source, rows, models, look);
    if (shapes !== null) post({ kind: 'shapes', runId, probes: shapes });
    if (labels !== null) post({ kind: 'labels', runId, probes: labels });
  }
}

/** What models say of rows of a source: of the shapes in them where those are known, else of their labels. */
export async function probeModels(
  source: ActivationSource,
  rows: SourceRows,
  models: readonly number[],
  look: RunProbesOptions['look'],
): Promise<Omit<RunProbe, 'step'>> {
  const { truth } = rows;
  if (truth !== undefined) {
    const shapes: ShapeProbe[] = [];
    for (const model of models) {
      const { step, dictionary, codes } = await look(model, rows);
      const states = shapeStates(dictionary, codes, truth);
      shapes.push({ model, step, rows: codes.rows, shapes: states });
    }
    return { shapes, labels: null };
  }
  if (source.labelOf === undefined) return { shapes: null, labels: null };
  const label = (row: number) => source.labelOf?.(at(rows.rowIds, row)) ?? '';
  const labels: LabelProbe[] = [];
  for (const model of models) {
    const { step, dictionary, codes } = await look(model, rows);
    const groups = labelGroups(dictionary, codes, label);
    labels.push({ model, step, rows: codes.rows, groups });
  }
  return { shapes: null, labels };
}

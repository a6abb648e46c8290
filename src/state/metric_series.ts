/**
 * Metrics of one model as they stream in: growing columns of numbers, one per metric, with shared
 * step and sample columns. Columns are amortised arrays, appended in place; a figure gets a view whose
 * identity changes only when numbers were added, so that nothing else redraws.
 */
import type { MetricRecord } from '../lab/protocol/protocol';

const FIRST_CAPACITY = 256;

/** A growing column of float64 numbers. */
export class GrowingColumn {
  /** Of no size until the first number: a list of many runs has curves of few. */
  #values = new Float64Array(0);
  #length = 0;
  #view: Float64Array | null = null;

  get length(): number {
    return this.#length;
  }

  /** Appends one number. */
  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(Math.max(FIRST_CAPACITY, 2 * this.#length));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
    this.#view = null;
  }

  /** The numbers so far; the same view until the next push. */
  view(): Float64Array {
    this.#view ??= this.#values.subarray(0, this.#length);
    return this.#view;
  }

  /** A column of the first `count` numbers. */
  first(count: number): GrowingColumn {
    const part = new GrowingColumn();
    for (const value of this.view().subarray(0, count)) part.push(value);
    return part;
  }

  /** The last number, undefined when empty. */
  last(): number | undefined {
    return this.#length === 0 ? undefined : this.#values[this.#length - 1];
  }
}

/** Everything that was logged for one model of a run. */
export class MetricSeries {
  readonly #columns = new Map<string, GrowingColumn>();
  #ranks = 0;

  constructor(
    readonly steps = new GrowingColumn(),
    readonly samples = new GrowingColumn(),
    readonly seconds = new GrowingColumn(),
    /** [times, ranks] counts of live groups by rank90, row-major. */
    readonly rankCounts = new GrowingColumn(),
  ) {}

  /** What was logged until `step`. */
  until(step: number): MetricSeries {
    const after = this.steps.view().findIndex((each) => each > step);
    const times = after < 0 ? this.steps.length : after;
    const part = new MetricSeries(
      this.steps.first(times),
      this.samples.first(times),
      this.seconds.first(times),
      this.rankCounts.first(times * this.#ranks),
    );
    part.#ranks = this.#ranks;
    for (const [name, column] of this.#columns) part.#columns.set(name, column.first(times));
    return part;
  }

  /** Number of rank values in `rankCounts`. */
  get ranks(): number {
    return this.#ranks;
  }

  /** Names of the metrics seen so far. */
  names(): string[] {
    return [...this.#columns.keys()];
  }

  /** The metric's column [times], undefined when it was never logged. Missing times hold NaN. */
  column(name: string): Float64Array | undefined {
    return this.#columns.get(name)?.view();
  }

  /** The metric's last value, undefined when never logged. */
  last(name: string): number | undefined {
    return this.#columns.get(name)?.last();
  }

  /** Appends one record. */
  append(record: Omit<MetricRecord, 'model'>): void {
    const time = this.steps.length;
    this.steps.push(record.step);
    this.samples.push(record.samples);
    this.seconds.push(record.seconds);
    for (const [name, value] of Object.entries(record.values)) {
      let column = this.#columns.get(name);
      if (column === undefined) {
        column = new GrowingColumn();
        for (let missing = 0; missing < time; missing++) column.push(Number.NaN);
        this.#columns.set(name, column);
      }
      column.push(value);
    }
    for (const column of this.#columns.values())
      if (column.length === time) column.push(Number.NaN);
    if (this.#ranks === 0) this.#ranks = record.rankHistogram.length;
    for (let rank = 0; rank < this.#ranks; rank++) {
      this.rankCounts.push(record.rankHistogram[rank] ?? 0);
    }
  }
}

/** How many units each shape took, over time: appended from the probes, one row a probe. */
export class ShapeSeries {
  readonly samples = new GrowingColumn();
  /** Mean over shapes of the units that carry 90 % of the shape's energy. */
  readonly meanUnits = new GrowingColumn();

  append(samples: number, units: readonly number[]): void {
    this.samples.push(samples);
    const sum = units.reduce((total, count) => total + count, 0);
    this.meanUnits.push(units.length === 0 ? Number.NaN : sum / units.length);
  }
}

/**
 * What the engine tells of a run while it goes: statistics of its data, metrics, probes. Part of the protocol
 * (protocol.ts passes these types on).
 */
/** Data statistics measured at the start of a run, in raw units. */
export interface DataStatistics {
  readonly width: number;
  /** E‖x‖² after centring. */
  readonly power: number;
  /** Mean ‖x‖. */
  readonly meanNorm: number;
  readonly sampledRows: number;
}

/** How the making of data keeps up with training, counted from the start of this session. */
export interface Feeding {
  /** Share of the shuffle buffer that has been filled; training begins at 1. */
  readonly filled: number;
  /** Rows made so far. */
  readonly rowsMade: number;
  /** Seconds of the GPU's time: making rows, moving them into the shuffle buffer, training. */
  readonly sourceSeconds: number;
  readonly shuffleSeconds: number;
  readonly trainingSeconds: number;
}

/** Metrics of one model at one logged step, under the names of docs/method/metrics.md. */
export type MetricValues = Readonly<Record<string, number>>;

export interface MetricRecord {
  readonly model: number;
  readonly step: number;
  readonly samples: number;
  /** Seconds of training so far. */
  readonly seconds: number;
  readonly values: MetricValues;
  /** Counts of live groups by weight rank90: index 0 is rank 1. */
  readonly rankHistogram: readonly number[];
}

/** State of one model on a fixed probe set, for the shape view. Sent every second or so. */
export interface ShapeProbe {
  readonly model: number;
  readonly step: number;
  /** Rows that were looked at, none of them trained on; a recording does not say. */
  readonly rows?: number | undefined;
  /** One per true feature shown. */
  readonly shapes: readonly ShapeState[];
}

export interface ShapeState {
  readonly name: string;
  readonly dimension: number;
  /** [points, 3] coordinates in the feature's frame (padded with zeros, cut at 3). */
  readonly points: Float32Array;
  /** [points] strongest unit, 0xffffffff for none. */
  readonly owners: Uint32Array;
  /** Units that carry 90 % of the feature's energy. */
  readonly units90: number;
  /** Units that carry 99 %. */
  readonly units99: number;
  /** Share of the feature's energy reconstructed inside its own subspace. */
  readonly reconstruction: number;
  /** Share of the energy carried by the strongest unit. */
  readonly topShare: number;
  /** rank90 of the strongest unit's map. */
  readonly topRank90: number;
}

/** For data whose rows have labels: what the strongest groups hold so far. */
export interface LabelProbe {
  readonly model: number;
  readonly step: number;
  /** Rows that were looked at: the first of the data, of text those that are never trained on. */
  readonly rows: number;
  readonly groups: readonly {
    readonly group: number;
    readonly frequency: number;
    readonly rank90: number;
    readonly labels: readonly string[];
  }[];
}

/** All models of a run on the same rows: the known shapes, or what strong groups of labelled rows hold; null for data without. */
export interface RunProbe {
  readonly step: number;
  readonly shapes: readonly ShapeProbe[] | null;
  readonly labels: readonly LabelProbe[] | null;
}

export type RunStatus = 'preparing' | 'running' | 'paused' | 'finished' | 'stopped' | 'failed';

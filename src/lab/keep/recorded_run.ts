/**
 * A run that was recorded by a script and ships with the lab, so that the page has something true to show
 * where WebGPU is missing: its configuration, metrics and the last state of its shapes. One file of JSON,
 * points as base64; the page replays it through the same store as a live run.
 * File: public/data/recorded/figure1.json.
 */
import { largest } from '../../base/array';
import * as z from 'zod/mini';
import { LabError } from '../../base/lab_error';
import type { MetricRecord, ShapeProbe } from '../protocol/protocol';
import { parseRunConfig, type RunConfig } from '../run/run_config';

const finite = z.number();
const bytes = z.base64();

const shapeSchema = z.strictObject({
  name: z.string(),
  dimension: finite,
  /** [points, 3] float32, little-endian. */
  points: bytes,
  /** [points] uint32, little-endian. */
  owners: bytes,
  units90: finite,
  units99: finite,
  reconstruction: finite,
  topShare: finite,
  topRank90: finite,
});

const probeSchema = z.strictObject({
  model: z.int().check(z.gte(0)),
  step: finite,
  shapes: z.array(shapeSchema),
});

const fileSchema = z.strictObject({
  format: z.literal('sasa-lab-recorded-run'),
  version: z.literal(1),
  /** What it ran on: "Vulkan llvmpipe (software)". */
  adapter: z.string(),
  /** ISO 8601. */
  recordedAt: z.string(),
  config: z.unknown(),
  lambdas: z.array(z.nullable(finite)),
  statistics: z.strictObject({
    width: finite,
    power: finite,
    meanNorm: finite,
    sampledRows: finite,
  }),
  /** Seconds of training. */
  seconds: finite,
  records: z.array(
    z.strictObject({
      model: z.int().check(z.gte(0)),
      step: finite,
      samples: finite,
      seconds: finite,
      values: z.record(z.string(), finite),
      rankHistogram: z.array(finite),
    }),
  ),
  /** Probes over time; only those of the last step carry points. */
  probes: z.array(probeSchema),
});

type RecordedFile = z.output<typeof fileSchema>;

export interface RecordedRun {
  readonly adapter: string;
  readonly recordedAt: string;
  readonly config: RunConfig;
  readonly lambdas: readonly (number | null)[];
  readonly statistics: RecordedFile['statistics'];
  readonly seconds: number;
  readonly records: readonly MetricRecord[];
  readonly probes: readonly ShapeProbe[];
}

/** The text of a recording. */
export function writeRecordedRun(run: RecordedRun): string {
  const lastStep = largest(run.probes.map((probe) => probe.step));
  const { adapter, recordedAt, config, statistics, seconds } = run;
  const file: RecordedFile = {
    format: 'sasa-lab-recorded-run',
    version: 1,
    adapter,
    recordedAt,
    config,
    lambdas: [...run.lambdas],
    statistics: { ...statistics },
    seconds,
    records: run.records.map((record) => ({
      ...record,
      values: Object.fromEntries(
        // JSON has no NaN; a metric that was not a number at some step is left out there.
        Object.entries(record.values)
          .filter(([, value]) => Number.isFinite(value))
          .map(([name, value]) => [name, Number(value.toPrecision(7))]),
      ),
      rankHistogram: [...record.rankHistogram],
    })),
    probes: run.probes.map((probe) => ({
      ...probe,
      shapes: probe.shapes.map((shape) => ({
        ...shape,
        points: probe.step === lastStep ? encodeBytes(shape.points) : '',
        owners: probe.step === lastStep ? encodeBytes(shape.owners) : '',
      })),
    })),
  };
  return JSON.stringify(file);
}

/** Reads a recording. Throws LabError `bad_file` when it is none, `bad_config` for its configuration. */
export function readRecordedRun(value: unknown): RecordedRun {
  const result = fileSchema.safeParse(value);
  if (!result.success) {
    throw new LabError(
      'bad_file',
      `This is not a recorded run: ${result.error.issues[0]?.path.join('.') ?? ''}: ${result.error.issues[0]?.message ?? ''}.`,
      'Record it again with scripts/data/record_run.ts.',
    );
  }
  const { adapter, recordedAt, config, lambdas, statistics, seconds, records, probes } =
    result.data;
  return {
    adapter,
    recordedAt,
    config: parseRunConfig(config),
    lambdas,
    statistics,
    seconds,
    records,
    probes: probes.map((probe) => ({
      ...probe,
      shapes: probe.shapes.map((shape) => ({
        ...shape,
        points: new Float32Array(decodeBytes(shape.points)),
        owners: new Uint32Array(decodeBytes(shape.owners)),
      })),
    })),
  };
}

function encodeBytes(array: Float32Array | Uint32Array): string {
  const view = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let text = '';
  for (const byte of view) text += String.fromCharCode(byte);
  return btoa(text);
}

function decodeBytes(text: string): ArrayBuffer {
  const raw = atob(text);
  const view = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) view[i] = raw.charCodeAt(i);
  return view.buffer;
}

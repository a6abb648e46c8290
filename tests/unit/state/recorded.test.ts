/** The recording that stands in where WebGPU is missing: it survives its file, and replays as a run. */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { defaultPreset } from '../../../src/lab/run/presets';
import {
  readRecordedRun,
  writeRecordedRun,
  type RecordedRun,
} from '../../../src/lab/keep/recorded_run';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { replay } from '../../../src/state/recorded';

const shape = (step: number) => ({
  name: 'Circle',
  dimension: 2,
  points: Float32Array.from([0.25, -1.5, 0, 1e-7, 3, 0]),
  owners: Uint32Array.from([7, 0xffffffff]),
  units90: step,
  units99: step,
  reconstruction: 0.9,
  topShare: 0.5,
  topRank90: 2,
});

const recorded: RecordedRun = {
  adapter: 'Scripted adapter',
  recordedAt: '2026-06-01T12:00:00.000Z',
  config: parseRunConfig(defaultPreset.config),
  lambdas: [0.003, null],
  statistics: { width: 64, power: 1.02, meanNorm: 1, sampledRows: 4096 },
  seconds: 12.5,
  records: [10, 1000].map((step) => ({
    model: 0,
    step,
    samples: step * 256,
    seconds: step / 80,
    values: { 'losses/mse_loss': 1 / 3, 'metrics/explained_variance': Number.NaN },
    rankHistogram: [0, 1, 2, 0],
  })),
  probes: [10, 1000].map((step) => ({ model: 0, step, shapes: [shape(step)] })),
};

const read = () => readRecordedRun(JSON.parse(writeRecordedRun(recorded)));

describe('a recorded run', () => {
  it('keeps the points and owners of its last probe bit for bit, and drops the earlier ones', () => {
    const [first, last] = read().probes;
    expect(first?.shapes[0]?.points).toHaveLength(0);
    expect(first?.shapes[0]?.units90).toBe(10);
    expect(last?.shapes[0]?.points).toEqual(shape(1000).points);
    expect(last?.shapes[0]?.owners).toEqual(shape(1000).owners);
  });

  it('keeps metrics to seven digits and leaves out what is no number', () => {
    const values = at(read().records, 0).values;
    expect(values).toEqual({ 'losses/mse_loss': 0.3333333 });
  });

  it('replays as a finished run without weights', () => {
    const run = replay(read());
    expect(run).toMatchObject({
      status: 'finished',
      origin: 'recorded',
      inEngine: false,
      step: 1000,
      samples: 256_000,
      seconds: 12.5,
    });
    const sasa = at(run.models, 0);
    expect(sasa.lambda).toBe(0.003);
    expect(sasa.metrics.last('losses/mse_loss')).toBe(0.3333333);
    expect([...sasa.shapeHistory.meanUnits.view()]).toEqual([10, 1000]);
    expect(sasa.shapes?.step).toBe(1000);
  });

  it.each([null, [], { format: 'something else' }, { ...recorded, version: 9 }])(
    'is not read from anything else (%#)',
    (value) => expect(() => readRecordedRun(value)).toThrow(/not a recorded run/),
  );
});

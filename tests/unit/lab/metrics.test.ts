/**
 * Metrics of a logged step against docs/method/metrics.md, from rows whose sums are known by hand.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { recordOf, type LoggedStep, type StepContext } from '../../../src/lab/train/metrics';
import { modelSchema, type ModelInput } from '../../../src/sae/config';
import { layoutOf } from '../../../src/sae/layout';

const BATCH = 2;

function contextOf(model: ModelInput, change: Partial<StepContext> = {}): StepContext {
  const config = modelSchema.parse(model);
  return {
    model: 0,
    name: 'model',
    config,
    layout: layoutOf(config, 6, BATCH, 'direct'),
    step: 10,
    seconds: 1,
    lr: 0.25,
    lambda: 0.5,
    sparsity: 0,
    inputScale: 1,
    eta: null,
    moved: null,
    ...change,
  };
}

/** Columns: rho, power, loss, l0, energy, auxiliary loss, its weight, units that fired or L1. */
const rows = [
  [1, 3, 0.5, 4, 10, 0.25, 0, 2],
  [1, 5, 1.5, 2, 30, 0.75, 0, 4],
] as const;

const logged: LoggedStep = {
  rowStats: Float32Array.from(rows.flat()),
  // The first group fired just now, the second at the start, long ago.
  lastFired: Uint32Array.of(20, 0),
  singularValues: Float32Array.of(3, 1, 2, 2),
  gradientNorm: 0.125,
};

const sasa: ModelInput = {
  architecture: 'topk_sasa',
  n_groups: 2,
  group_rank: 2,
  k_groups: 1,
  dead_group_window: 20,
  aux_coefficient: 0.5,
};

function valuesOf(context: StepContext, step = logged): Readonly<Record<string, number>> {
  return recordOf(step, context).values;
}

function changed(column: number, value: number): LoggedStep {
  const rowStats = logged.rowStats.slice();
  for (let row = 0; row < BATCH; row += 1) rowStats[row * 8 + column] = value;
  return { ...logged, rowStats };
}

describe('metrics of a logged step', () => {
  it('explains variance about the mean, and in the legacy form about zero', () => {
    const values = valuesOf(contextOf(sasa));
    expect(values['metrics/explained_variance']).toBeCloseTo(1 - 2 / 8, 12);
    expect(values['metrics/explained_variance_legacy']).toBeCloseTo(1 - 2 / 40, 12);
  });

  it('leaves explained variances out where a batch has nothing to explain', () => {
    const constant = Object.keys(valuesOf(contextOf(sasa), changed(1, 0)));
    expect(constant).not.toContain('metrics/explained_variance');
    expect(constant).toContain('metrics/explained_variance_legacy');
    const zero = Object.keys(valuesOf(contextOf(sasa), changed(4, 0)));
    expect(zero).not.toContain('metrics/explained_variance_legacy');
  });

  it('explains rows of any size alike', () => {
    const rowStats = logged.rowStats.slice();
    for (let row = 0; row < BATCH; row += 1) {
      for (const column of [1, 2, 4]) {
        const place = row * 8 + column;
        rowStats[place] = at(rowStats, place) * 2 ** -110;
      }
    }
    const values = valuesOf(contextOf(sasa), { ...logged, rowStats });
    expect(values['metrics/explained_variance']).toBeCloseTo(1 - 2 / 8, 12);
    expect(values['metrics/explained_variance_legacy']).toBeCloseTo(1 - 2 / 40, 12);
  });

  it('refuses a gradient whose norm overflows although the losses are finite', () => {
    expect(() => valuesOf(contextOf(sasa), { ...logged, gradientNorm: Infinity })).toThrow(
      'model: details/grad_norm is Infinity at step 10.',
    );
  });

  it('does not change explained variances with the scale of the input, and reports losses unscaled', () => {
    const values = valuesOf(contextOf(sasa, { inputScale: 0.5 }));
    expect(values['metrics/explained_variance']).toBeCloseTo(1 - 2 / 8, 12);
    expect(values['metrics/explained_variance_legacy']).toBeCloseTo(1 - 2 / 40, 12);
    expect(values['losses/mse_loss']).toBeCloseTo(4, 12);
  });

  it('sums what the objective adds', () => {
    const values = valuesOf(contextOf(sasa));
    expect(values['losses/mse_loss']).toBeCloseTo(1, 12);
    expect(values['losses/nuclear_loss']).toBeCloseTo(0.5 * 8, 12);
    expect(values['losses/auxiliary_reconstruction_loss']).toBeCloseTo(0.25, 12);
    expect(values['losses/overall_loss']).toBeCloseTo(5.25, 12);
  });

  it('averages the decoder objective over groups', () => {
    const values = valuesOf(contextOf({ ...sasa, nuclear_target: 'decoder' }));
    expect(values['losses/nuclear_loss']).toBeCloseTo((0.5 * 8) / 2, 12);
  });

  it('takes ranks from the maps of live groups alone', () => {
    const record = recordOf(logged, contextOf(sasa));
    expect(record.values['metrics/mean_stable_rank']).toBeCloseTo(10 / 9, 12);
    expect(record.values['metrics/mean_rank90']).toBe(1);
    expect(record.rankHistogram).toEqual([1, 0]);
    expect(record.values['sparsity/dead_groups']).toBe(1);
    expect(record.values['sparsity/dead_features']).toBe(2);
    expect(record.values['metrics/group_coverage']).toBe(0.5);
  });

  it('counts codes, tokens and steps', () => {
    const values = valuesOf(contextOf(sasa));
    expect(values['metrics/l0']).toBe(3);
    // What fired, not what the gate lets through.
    expect(values['metrics/groups_per_token']).toBe(3);
    expect(values['details/n_training_samples']).toBe(20);
    expect(values['details/current_learning_rate']).toBe(0.25);
    expect(values['details/grad_norm']).toBe(0.125);
  });

  it('weighs the L1 norm of a standard model', () => {
    const standard: ModelInput = { architecture: 'standard', d_sae: 2, l1_coefficient: 0.1 };
    const values = valuesOf(contextOf(standard, { sparsity: 0.1 }));
    expect(values['losses/l1_loss']).toBeCloseTo(0.3, 12);
    expect(values['losses/overall_loss']).toBeCloseTo(1.3, 12);
    expect(values['metrics/groups_per_token']).toBe(at(rows, 0)[3] / 2 + at(rows, 1)[3] / 2);
  });

  it.each([
    [2, NaN, 'losses/mse_loss is NaN at step 10'],
    [5, Infinity, 'losses/auxiliary_reconstruction_loss is Infinity at step 10'],
    [1, Infinity, '‖x − x̄‖² is Infinity at step 10'],
    [4, Infinity, '‖x‖² is Infinity at step 10'],
  ])('refuses a loss that is not finite, naming it (column %d)', (column, value, words) => {
    expect(() => valuesOf(contextOf(sasa), changed(column, value))).toThrow(words);
  });
});

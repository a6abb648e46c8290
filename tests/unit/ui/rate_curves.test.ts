/** The bits of a run's models as the Train page draws and saves them. */
import { describe, expect, it } from 'vitest';
import {
  ratedCodes,
  ratedModels,
  rateCurves,
  rateTable,
} from '../../../src/ui/pages/train/rate_curves';

const base = {
  ...{ rows: 800, split: 'held_out' as const, explained_variance: 0.97, mse: 1, l0: 4 },
  ...{ dead_groups: 0, pruned_l0: 2.7, groups_per_token: 1 },
};
const measured = {
  ...base,
  bits_per_token: 11.2,
  bits_per_token_low: 11,
  bits_per_token_high: 11.4,
  bits_coefficients: 8.4,
  bits_index: 2.8,
  bits_index_uniform: 6,
  bits_rows: { training: 900, evaluated: 800, judged: 700 },
  rate_explained_variance: 0.976,
  rate_curve: [
    { delta: 0.01, bits: 22, explained_variance: 0.9759 },
    { delta: 0.4, bits: 7, explained_variance: 0.9 },
  ],
};
const answers = [
  { model: 0, step: 9, report: measured },
  null,
  { model: 2, step: 9, report: base },
  { model: 3, step: 9, report: { ...measured, bits_per_token: null, bits_per_token_low: null } },
];
const models = ratedModels(['SASA', 'TopK', 'ReLU', 'Other'], answers);

describe('curves of bits', () => {
  it('are those of the models that have one, with the headline at the loss of 0.01', () => {
    expect(models.map(({ name }) => name)).toEqual(['SASA', 'Other']);
    const [sasa, other] = rateCurves(models);
    expect(sasa?.color).not.toBe(other?.color);
    expect(sasa?.steps).toHaveLength(2);
    expect(sasa?.headline).toMatchObject({ bits: 11.2, interval: [11, 11.4] });
    expect(sasa?.headline?.explained).toBeCloseTo(0.966, 12);
    expect(other?.headline).toBeNull();
  });

  it('are saved point by point with what belongs to them', () => {
    const { columns, rows } = rateTable(models);
    const table = [...rows].map((row): Readonly<Record<string, unknown>> =>
      Object.fromEntries(row.map((value, index) => [columns[index] ?? '', value])),
    );
    expect(table.map((row) => [row['model'], row['point']])).toEqual([
      ['SASA', 'step'],
      ['SASA', 'step'],
      ['SASA', 'headline'],
      ['Other', 'step'],
      ['Other', 'step'],
    ]);
    expect(table[0]).toMatchObject({ delta: 0.01, bits_per_token: 22, explained_variance: 0.9759 });
    expect(table[0]?.['bits_coefficients']).toBeCloseTo(19.2, 12);
    expect(table[2]).toMatchObject({
      codes: 'plain',
      ...{ delta: null, bits_per_token: 11.2, bits_per_token_low: 11, bits_per_token_high: 11.4 },
      ...{ bits_index: 2.8, l0: 4, pruned_l0: 2.7, groups_per_token: 1, judged_rows: 700 },
    });
  });

  it('are joined by those of codes by least squares once all models have them', () => {
    const { dead_groups: _, pruned_l0: __, ...own } = measured;
    const fitted = { ...own, explained_variance: 0.98, bits_per_token: 10 };
    const codes = { least_squares: fitted, prune2: { ...fitted, bits_per_token: 9 } };
    const none = { least_squares: fitted, prune2: null, not_defined: { prune2: 'All are on.' } };
    const measuredOf = (second: object) =>
      ratedModels(
        ['SASA', 'ReLU'],
        [
          { model: 0, step: 9, report: { ...measured, codes } },
          { model: 1, step: 9, report: { ...measured, ...second } },
        ],
      );
    const lines = (rated: ReturnType<typeof ratedModels>) =>
      rateCurves(rated).map(({ label, dash, headline }) => [label, dash, headline?.bits]);
    expect(lines(measuredOf({}))).toEqual([
      ['SASA', undefined, 11.2],
      ['ReLU', undefined, 11.2],
    ]);
    const both = measuredOf({ codes: none });
    expect(lines(both)).toEqual([
      ['SASA', undefined, 11.2],
      ['SASA, least squares', 'dashed', 10],
      ['ReLU', undefined, 11.2],
      ['ReLU, least squares', 'dashed', 10],
    ]);
    const headlines = [...rateTable(both).rows].filter((row) => row[2] === 'headline');
    expect(headlines.map(([model, which, , , bits]) => [model, which, bits])).toEqual([
      ['SASA', 'plain', 11.2],
      ['SASA', 'least_squares', 10],
      ['SASA', 'prune2', 9],
      ['ReLU', 'plain', 11.2],
      ['ReLU', 'least_squares', 10],
    ]);
    expect(ratedCodes(both)[1]?.all[2]).toMatchObject({ rated: null, reason: 'All are on.' });
  });
});

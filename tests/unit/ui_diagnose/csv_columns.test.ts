/**
 * Every file of diagnostics says which rows its numbers were read on and what chance of the same size gives, with the
 * bounds of chance where the page has them (docs/method/diagnostics.md).
 */
import { describe, expect, it } from 'vitest';
import { defaultPreset } from '../../../src/lab/run/presets';
import type { CoveringEntry, GroupPacking } from '../../../src/analysis/report_types';
import type { FeatureRecovery } from '../../../src/analysis/recovery_report_types';
import type { MovesAnswer } from '../../../src/lab/protocol/protocol';
import { createRun } from '../../../src/state/run_record';
import { coveringColumns } from '../../../src/ui/pages/diagnose/CoveringTable';
import type { DiagnosedModel } from '../../../src/ui/pages/diagnose/diagnosed';
import { featureColumns } from '../../../src/ui/pages/diagnose/FeatureTable';
import {
  frequencyTable,
  heldTable,
  nearestTable,
  ranksTable,
  redundancyTable,
} from '../../../src/ui/pages/diagnose/figure_tables';
import { rearrangedColumns, unpackedColumns } from '../../../src/ui/pages/diagnose/move_columns';
import { pairColumns } from '../../../src/ui/pages/diagnose/OverlapSection';
import { overviewLines } from '../../../src/ui/pages/diagnose/overview';
import { EXACT, overviewTable } from '../../../src/ui/pages/diagnose/overview_table';
import { packedColumns } from '../../../src/ui/pages/diagnose/PackingSection';
import { recoveryColumns } from '../../../src/ui/pages/diagnose/RecoverySection';
import { clusterColumns } from '../../../src/ui/pages/diagnose/SplittingSection';
import { fileTable } from '../../../src/ui/parts/DataTable';
import { sourcedTable } from '../../../src/ui/plots/figure_source';
import type { CsvTable } from '../../../src/ui/plots/props';
import { diagnosis, spread } from './diagnoses';

const [model] = createRun('run', 'Run', defaultPreset.config, 0).models;
if (model === undefined) throw new Error('no model');

const healthy = diagnosis({ clusters: [[1, 2]] });
const diagnosed: DiagnosedModel = {
  model,
  step: 40,
  diagnosis: healthy,
  analysedRows: 1000,
  split: 'held_out',
};

/** The first row of a table by the names of its columns. */
function firstRow({ columns, rows }: CsvTable): Record<string, string | number | null> {
  const [row] = [...rows];
  return Object.fromEntries(columns.map((column, index) => [column, row?.[index] ?? null]));
}

describe('every file of the page', () => {
  it('names run, model and step, and how many of which rows were read', () => {
    const source = { run: 'Run 1', model: 'SASA', step: 40, rows: 1000, split: 'held_out' };
    const table = sourcedTable({ columns: ['group', 'step'], rows: [[3, 41]] }, source);
    expect(table.columns).toEqual(['run', 'model', 'analysed_rows', 'split', 'group', 'step']);
    expect([...table.rows]).toEqual([['Run 1', 'SASA', 1000, 'held_out', 3, 41]]);
  });
});

describe('the numbers of the head', () => {
  const evaluation = {
    model: 0,
    step: 30,
    report: {
      rows: 2000,
      split: 'held_out' as const,
      explained_variance: 0.9,
      mse: 1,
      l0: 4,
      pruned_l0: 2.5,
      groups_per_token: 1,
      bits_per_token: 11.2,
      bits_per_token_low: 11.1,
      bits_per_token_high: 11.3,
      bits_index: 2.8,
      bits_coefficients: 8.4,
      bits_rows: { training: 40_000, evaluated: 2000, judged: 2000 },
      dead_groups: 0,
    },
  };
  const table = overviewTable([diagnosed], [evaluation]);
  const row = (id: string) => [...table.rows].find(([name]) => name === id);

  it('say which rows each was read on, those of the held-out evaluation and its step too', () => {
    expect(table.columns).toEqual(['measure', 'SASA', 'read_on', 'chance']);
    expect(row('held_out/rows')).toEqual(['held_out/rows', 2000, 'held_out/rows', EXACT]);
    expect(row('held_out/split')?.[1]).toBe('held_out');
    expect(row('held_out/step')?.[1]).toBe(30);
    expect(row('analysed_rows')?.[1]).toBe(1000);
    expect(row('step')?.[1]).toBe(40);
    expect(row('coherence')?.[2]).toBe('weights of the units that fired');
    expect(row('groups_per_token')?.[1]).toBe(healthy.activity.groupsPerRow);
    for (const cells of table.rows) expect(cells).toHaveLength(4);
  });

  it('have what a row costs beside l0, with the interval and its rows', () => {
    const cost = [
      ['l0', 4],
      ['pruned_l0', 2.5],
      ['groups_per_token', 1],
      ['bits_per_token', 11.2],
      ['bits_per_token_low', 11.1],
      ['bits_per_token_high', 11.3],
      ['bits_index', 2.8],
      ['bits_index_uniform', null],
      ['bits_coefficients', 8.4],
      ['bits_training_rows', 40_000],
      ['bits_evaluated_rows', 2000],
    ] as const;
    for (const [id, value] of cost) expect(row(`held_out/${id}`)?.[1], id).toBe(value);
  });

  it('say what their chance level is, and that counts have none', () => {
    expect(row('coherence_chance')?.[1]).toBe(0.4);
    expect(row('coherence_chance')?.[3]).toBe('95 of 100 below: random orientations');
    expect(row('live')?.[3]).toBe(EXACT);
    for (const { id, chance, chanceIs } of overviewLines([healthy])) {
      if (chance !== undefined) expect(chanceIs, id).toMatch(/^(mean|95 of 100)/);
    }
  });

  it('leave out what was not evaluated', () => {
    const [first] = [...overviewTable([diagnosed], [null]).rows];
    expect(first?.[1]).toBeNull();
  });
});

describe('files of the figures', () => {
  it('ranks have the rows on which each group fires', () => {
    const points = [
      {
        group: 2,
        weightRank90: 2,
        codeRank90: 2,
        weightStableRank: 1.9,
        codeStableRank: 1.8,
        frequency: 0.123,
      },
    ];
    const ranks = { ...healthy.ranks, points };
    expect(firstRow(ranksTable({ ...healthy, ranks })).firings).toBe(123);
  });

  it('packing has the share that Gaussian clouds give, where it is read from codes', () => {
    const packing = { ...healthy.packing, packedShare: 0.5, packedShareChance: 0.07 };
    const read = firstRow(heldTable([0, 3], { ...packing, basis: 'codes' }));
    expect(read).toMatchObject({ packed_share: 0.5, packed_share_chance: 0.07 });
    expect(firstRow(heldTable([0, 3], packing)).packed_share_chance).toBeNull();
  });

  it('frequencies have the even share and where dense begins, overlaps the mean of random orientations', () => {
    expect(firstRow(frequencyTable(healthy.activity))).toEqual({
      log10_frequency_from: -4,
      log10_frequency_to: 0,
      units: 3,
      even_share: 1 / 3,
      dense_from: 10 / 3,
      dead_units: 0,
    });
    expect(firstRow(nearestTable(healthy.overlap))).toMatchObject({
      mean_cosine: 0.1,
      mean_cosine_chance: 0.3,
    });
    expect(firstRow(redundancyTable(healthy.splitting))).toMatchObject({
      redundancy: 2,
      redundancy_chance: 1.2,
      rows: 20,
    });
  });
});

describe('files of the tables', () => {
  it('near-duplicates have the linked pairs of chance and the bounds of the masked cosine', () => {
    const first = firstRow(fileTable(healthy.splitting.clusters, clusterColumns(diagnosed)));
    expect(first).toMatchObject({
      redundancy_chance: 1.2,
      linked_from_low: 0.7,
      linked_from_high: 0.7,
      linked_pairs_chance: 0,
      masked_cosine_chance: 0.05,
      masked_cosine_chance95: 0.02,
      rows: 20,
    });
    expect(first.masked_cosine_chance_low).toBeCloseTo(0.03, 12);
    expect(first.masked_cosine_chance_high).toBeCloseTo(0.07, 12);
  });

  it('packed groups have the rows and bounds of irreducibility', () => {
    const group: GroupPacking = {
      group: 5,
      firings: 300,
      axes: 2,
      rays: 4,
      axisShare: 0.9,
      leastFeatures: 2,
      features: null,
      irreducibility: 0.02,
      irreducibilityChance95: 0.05,
    };
    const packing = { ...healthy.packing, basis: 'codes' as const, packedShareChance: 0.07 };
    const scored = { group: 5, irreducibility: 0.02, chance95: 0.05, points: 280 };
    const irreducibility = {
      ...healthy.irreducibility,
      groups: [scored],
    };
    const columns = packedColumns({
      ...diagnosed,
      diagnosis: { ...healthy, packing, irreducibility },
    });
    expect(firstRow(fileTable([group], columns))).toMatchObject({
      firings: 300,
      packed_share_chance: 0.07,
      irreducibility: 0.02,
      irreducibility_chance: 0.05,
      irreducibility_chance_low: -0.05,
      irreducibility_chance_high: 0.05,
      irreducibility_points: 280,
    });
    const unscored = { ...group, irreducibility: null, irreducibilityChance95: null };
    expect(firstRow(fileTable([unscored], columns)).irreducibility_chance_low).toBeNull();
  });

  it('moves have what was found, on which rows, and by how much the loss falls', () => {
    const answer: MovesAnswer = {
      model: 0,
      step: 40,
      counts: {
        liveGroups: 3,
        packed: [
          {
            group: 5,
            components: [
              { axes: 2, energy: 0.7 },
              { axes: 1, energy: 0.3 },
            ],
          },
        ],
        pairsConsidered: 2,
        pairsTried: 1,
        accepted: [
          { pair: [1, 2], components: [{ axes: 3, energy: 1 }], lossBefore: 0.5, lossAfter: 0.4 },
        ],
      },
      foundRows: 300,
      judgedRows: 100,
      split: 'held_out',
    };
    const { packed, accepted } = answer.counts;
    const rows = { found_rows: 300, judged_rows: 100 };
    const unpacked = firstRow(fileTable(packed, unpackedColumns({ model }, answer)));
    expect(unpacked).toMatchObject({ group: 5, sets: '2 + 1', ...rows });
    const pair = firstRow(fileTable(accepted, rearrangedColumns({ model }, answer)));
    expect(pair).toMatchObject({ a: 1, b: 2, loss_before: 0.5, loss_after: 0.4, ...rows });
    expect(pair.fall).toBeCloseTo(0.2, 12);
  });

  it('closest pairs have what no pair of random orientations exceeds', () => {
    const pair = { a: 1, b: 2, cosine: 0.9 };
    expect(firstRow(fileTable([pair], pairColumns(diagnosed)))).toMatchObject({
      cosine: 0.9,
      cosine_chance: 0.4,
    });
  });

  it('recovery has the rows of each feature, and a null for each fit', () => {
    const feature: FeatureRecovery = {
      feature: 0,
      name: 'circle',
      kind: 'circle',
      dimension: 2,
      rows: 321,
      group: 3,
      r2: 0.9,
      capture: 0.95,
      rank90: 2,
      rankError: 0,
      bestGroup: 3,
      bestR2: 0.9,
      bestCapture: 0.95,
      topShare: 0.99,
      captureChance: 0.03,
      circularCorrelation: 0.98,
      circularChance95: 0.1,
      geodesicSpearman: 0.97,
      geodesicChance95: 0.08,
    };
    expect(firstRow(fileTable([feature], recoveryColumns(model)))).toMatchObject({
      rows: 321,
      r2_chance: 0,
      capture_chance: 0.03,
      circular_correlation_chance: 0.1,
      geodesic_spearman_chance: 0.08,
    });
  });

  it('units per feature have the rows of each feature', () => {
    const row = { feature: spread({ rows: 321 }), spreads: [] };
    expect(firstRow(fileTable([row], featureColumns)).rows).toBe(321);
  });

  it('covering numbers have what as many random atoms reach', () => {
    const entry: CoveringEntry = {
      feature: 0,
      k: 2,
      epsilon: 0.5,
      atoms: 7,
      covered: 0.9,
      coveredByChance: 0.2,
    };
    const splitting = { ...healthy.splitting, covering: [entry] };
    const columns = coveringColumns({ ...diagnosed, diagnosis: { ...healthy, splitting } });
    expect(firstRow(fileTable([{ feature: 0, name: 'circle' }], columns))).toEqual({
      'SASA k2_epsilon0.5': null,
      'SASA k2_epsilon0.5_covered': 0.9,
      'SASA k2_epsilon0.5_covered_chance': 0.2,
    });
  });
});

/**
 * Moves of a model that does not train: its own gate, its own units, groups that fire on nothing as free ones, and rows
 * that are found on and judged on apart.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import type { Dictionary } from '../../../src/analysis/types';
import type { ActivationSource } from '../../../src/data/source';
import {
  countStandingMoves,
  moveStanding,
  type StandingModel,
} from '../../../src/lab/explore/dry_moves';
import { reportDryMoves } from '../../../src/lab/explore/dry_moves_report';
import { readRowsForMoves } from '../../../src/lab/explore/rows_for_moves';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { heldModel, moveWorld, whole, worldRows } from '../analysis/moves_worlds';
import { SIGNED_LINE } from '../analysis/worlds';

const LINES = 14;
const RANK = 2;
const GROUPS = LINES + 1;

/** Lines with a group each, but for the first two, which share one; the last two groups hold nothing. */
const world = moveWorld(
  Array.from({ length: LINES }, () => SIGNED_LINE),
  LINES + 4,
  5,
);
const lines = world.shapes.map((_, line) => whole(world, line));
const [first = [], second = [], ...others] = lines;
const held = heldModel(world, RANK, [[...first, ...second], ...others, [], []], 6);
const weights: Dictionary = { ...held, decoderBias: new Float32Array(world.width) };
const rows = {
  found: worldRows(world, 1500, 2, 7).input,
  judged: worldRows(world, 500, 2, 8).input,
};

const sasa = { architecture: 'topk_sasa', n_groups: GROUPS, group_rank: RANK, k_groups: 2 };
const configOf = (model: object) =>
  at(
    parseRunConfig({
      data: { kind: 'synthetic', preset: 'figure1' },
      training: { training_samples: 1000 },
      models: [model],
    }).models,
    0,
  );
const standing = (own: object = {}, changed: Partial<StandingModel> = {}): StandingModel => ({
  config: configOf({ ...sasa, ...own }),
  weights,
  lambda: 1e-3,
  inputScale: 1,
  ...changed,
});
const packed = [{ group: 0, components: [{ axes: 1 }, { axes: 1 }] }];

/** Rows that say which they are, one number each. */
const source = (size: number | null, own: Partial<ActivationSource> = {}): ActivationSource => ({
  label: 'rows',
  description: '',
  width: 1,
  size: { train: size, held_out: size, all: size },
  stream: () => expect.unreachable('nothing is trained'),
  batch: () => expect.unreachable('nothing is trained'),
  read: (_, start, count) => {
    const ids = Array.from(
      { length: Math.min(count, (size ?? Infinity) - start) },
      (__, row) => start + row,
    );
    return { count: ids.length, x: Float32Array.from(ids), rowIds: Uint32Array.from(ids) };
  },
  ...own,
});

describe('counting', () => {
  it('finds the group that holds two lines, and no more', async () => {
    const counts = await countStandingMoves(standing(), rows);
    expect(counts).toMatchObject({ liveGroups: LINES - 1, packed, accepted: [] });
  });

  it('sees a model behind a threshold as it is read, not as it was trained', async () => {
    const config = { architecture: 'batch_topk_sasa' };
    const behind = (threshold: number) => {
      const vectors = { thresholds: Float32Array.of(threshold) };
      return countStandingMoves(standing(config, { weights: { ...weights, vectors } }), rows);
    };
    expect(await behind(0.05)).toMatchObject({ liveGroups: LINES - 1, packed });
    expect(await behind(1e6)).toMatchObject({ liveGroups: 0, packed: [] });
  });

  it('ranks by decoded energy where the model does', async () => {
    // Codes of the second group grow as its decoder shrinks: by norm it would win every row.
    const loud = { ...weights, encoder: weights.encoder.slice(), decoder: weights.decoder.slice() };
    const size = RANK * world.width;
    for (let i = size; i < 2 * size; i++) {
      loud.encoder[i] = 1000 * at(weights.encoder, i);
      loud.decoder[i] = at(weights.decoder, i) / 1000;
    }
    const byEnergy = await countStandingMoves(
      standing({ score: 'decoded_energy' }, { weights: loud }),
      rows,
    );
    expect(byEnergy).toMatchObject({ liveGroups: LINES - 1, packed });
    const plain = await countStandingMoves(standing({ score: 'decoded_energy' }), rows);
    expect(byEnergy.accepted).toEqual(plain.accepted);
    const byNorm = await countStandingMoves(standing({}, { weights: loud }), rows);
    expect(byNorm).not.toMatchObject({ liveGroups: LINES - 1, packed });
  });

  it('weighs error and penalty as training does, in the units of its input', async () => {
    const c = 3;
    const two = heldModel(world, RANK, [first, second, first, ...others, []], 9);
    const inData = { ...two, decoderBias: new Float32Array(world.width) };
    // What was trained on c·x, folded: E took c, D took 1/c.
    const folded: Dictionary = {
      ...inData,
      encoder: inData.encoder.map((value) => value * c),
      decoder: inData.decoder.map((value) => value / c),
    };
    const lambda = 1e-2;
    const own = { n_groups: two.groups };
    const plain = await countStandingMoves(standing(own, { weights: inData, lambda }), rows);
    const scaled = await countStandingMoves(
      standing(own, { weights: folded, lambda: lambda * c ** 2, inputScale: c }),
      rows,
    );
    const { lossBefore } = at(plain.accepted, 0);
    expect(at(plain.accepted, 0).pair).toEqual([0, 2]);
    expect(at(scaled.accepted, 0).lossBefore).toBeCloseTo(lossBefore, 4);
  });
});

describe('the report', () => {
  it('has the counts and the rows, and none of single latents', async () => {
    const all = worldRows(world, 2000, 2, 11).input;
    const { width } = world;
    const data = source(2000, {
      width,
      read: (_, start, count) => ({
        count: Math.min(count, 2000 - start),
        x: all.subarray(start * width, (start + count) * width),
        rowIds: new Uint32Array(count),
      }),
    });
    expect(await reportDryMoves(standing(), data)).toEqual({
      live_groups: LINES - 1,
      unpackable_groups: 1,
      pairs_tried: 0,
      pairs_accepted: 0,
      found_rows: 1500,
      judged_rows: 500,
    });
    const latents = { ...weights, groups: GROUPS * RANK, rank: 1 };
    const config = configOf({ architecture: 'topk', d_sae: GROUPS * RANK, k: 2 });
    expect(await reportDryMoves(standing({}, { config, weights: latents }), data)).toBeNull();
  });
});

describe('moving', () => {
  it('gives a group that fires on nothing what another holds too much, and leaves the model as it is', async () => {
    const before = structuredClone(weights);
    const moved = await moveStanding(standing(), rows, 1);
    expect(weights).toEqual(before);
    expect(moved.events.map(({ kind, from }) => [kind, from])).toEqual([['unpack', [0]]]);
    const targets = at(moved.events, 0).components.map(({ group }) => group);
    expect(targets).toEqual([0, GROUPS - 1]);
    expect(moved.frequency[GROUPS - 1]).toBeCloseTo(2 / LINES, 1);
    expect(moved.frequency[GROUPS - 2]).toBe(0);
    const after = await countStandingMoves(standing({}, { weights: moved.weights }), rows);
    expect(after).toMatchObject({ packed: [], accepted: [] });
  });
});

describe('rows', () => {
  it('of a table come from all over it, and every fourth judges', async () => {
    const { found, judged, split } = await readRowsForMoves(source(40_000), configOf(sasa));
    expect([found.length, judged.length, split]).toEqual([12_288, 4096, 'all']);
    expect(Math.max(...found)).toBeGreaterThan(39_900);
    expect([...judged.subarray(0, 2)]).toEqual([8, 18]);
    expect(new Set([...found, ...judged]).size).toBe(16_384);
  });

  it('are three quarters and one of what there is', async () => {
    const { found, judged } = await readRowsForMoves(source(100), configOf(sasa));
    expect([found.length, judged.length]).toEqual([75, 25]);
    expect([...found, ...judged].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, row) => row),
    );
    await expect(readRowsForMoves(source(3), configOf(sasa))).rejects.toMatchObject({
      code: 'bad_data',
    });
  });

  it('of texts the last quarter judges, since neighbours are alike', async () => {
    const text = {
      token: () => 0,
      tokenText: () => '',
      document: () => 0,
      position: () => 0,
    };
    const { found, judged, split } = await readRowsForMoves(
      source(100, { text: text as unknown as NonNullable<ActivationSource['text']> }),
      configOf(sasa),
    );
    expect(split).toBe('held_out');
    expect([found.length, [...judged]]).toEqual([75, Array.from({ length: 25 }, (_, i) => 75 + i)]);
  });

  it('are fewer of a dictionary whose codes would not fit', async () => {
    const large = configOf({ ...sasa, n_groups: 4096, k_groups: 10 });
    const { found, judged } = await readRowsForMoves(source(null), large);
    expect(found.length + judged.length).toBe(8192);
  });
});

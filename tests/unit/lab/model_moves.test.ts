/**
 * When the moves of a run are due, on which rows they are made, and which groups fire on these: what the engine needs of
 * a run around the mathematics of moves.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { numberSequence } from '../io/complaint';
import type { ActivationSource, SourceRows } from '../../../src/data/source';
import { parseRunConfig, type TrainingConfig } from '../../../src/lab/run/run_config';
import { inferenceGate, moveGate } from '../../../src/lab/train/move_gates';
import {
  nextMoves,
  rowsOfMoves,
  trainedRows,
  wantedRows,
} from '../../../src/lab/train/model_moves';
import { dueMoves, stepsToMoves } from '../../../src/lab/train/session_moves';
import { NOTHING_MOVED, type ModelState } from '../../../src/lab/train/session_types';
import type { ModelConfig } from '../../../src/sae/config';

const configOf = (model: object, steps = 1000) => {
  const { models, training } = parseRunConfig({
    data: { kind: 'synthetic', preset: 'figure1' },
    models: [model],
    training: { training_samples: steps * 32, train_batch_size_samples: 32 },
  });
  return { model: at(models, 0), training };
};
const sasa = { architecture: 'topk_sasa', n_groups: 6, group_rank: 2, k_groups: 2 };

describe('a point of moves', () => {
  const due = (config: ModelConfig, training: TrainingConfig, points: number) =>
    nextMoves(config, training, { points, made: 0 });

  it('is due at a share of the run, and there are four of them', () => {
    const { model, training } = configOf({ ...sasa, moves: {} }, 999);
    expect([0, 1, 2, 3, 4].map((points) => due(model, training, points))).toEqual([
      399,
      519,
      639,
      759,
      null,
    ]);
  });

  it('is none of a model that has not got them, or of an architecture that knows none', () => {
    for (const plain of [sasa, { architecture: 'topk', d_sae: 8, k: 2 }]) {
      const { model, training } = configOf(plain);
      expect(due(model, training, 0)).toBeNull();
    }
  });

  it('is not had again when the run is made longer, and one that was not had comes later then', () => {
    const { model } = configOf({ ...sasa, moves: {} });
    const { training } = configOf(sasa, 2000);
    expect(due(model, training, 4)).toBeNull();
    expect(due(model, training, 3)).toBe(1520);
  });

  it('is waited for by the nearest model, and one that was missed is due at once', () => {
    const { model, training } = configOf({ ...sasa, moves: { at: [0.1, 0.5] } });
    const moved = (points: number) => ({
      config: model,
      lambda: 0,
      moved: { points, made: 0 },
      state: () => Promise.reject(new Error('not asked')),
    });
    expect(stepsToMoves([moved(1), moved(0)], training, 40)).toBe(60);
    expect(stepsToMoves([moved(0)], training, 130)).toBe(0);
    expect(stepsToMoves([moved(2)], training, 40)).toBe(Infinity);
  });

  it.each([
    [{ at: [0.5, 0.5] }, /moves\.at is a list; .*rise/],
    [{ at: [0, 0.5] }, /moves\.at\.0 is 0; it must be a number above 0/],
    [{ at: [] }, /moves\.at is an empty list; it must be a list of 1/],
    [{ rows: 3 }, /moves\.rows is 3; it must be a whole number from 256/],
    [{ unpak: false }, /moves\.unpak is false, but .*did you mean unpack/],
  ])('is refused as %j with the value and what it may be', (moves, message) => {
    expect(() => configOf({ ...sasa, moves })).toThrow(message);
  });

  it('is refused where it cannot be', () => {
    expect(() => configOf({ ...sasa, group_rank: 1, moves: {} })).toThrow(/group_rank/);
    expect(() => configOf({ ...sasa, nuclear_target: 'decoder', moves: {} })).toThrow(/norm 1/);
  });
});

const WIDTH = 3;

/** Rows whose numbers say which they are, in batches, over and over where there is an end to them. */
function source(train: number | null): ActivationSource & { asked: number[] } {
  const asked: number[] = [];
  return {
    label: 'rows',
    description: '',
    width: WIDTH,
    size: { train, held_out: null, all: train },
    asked,
    stream: () => expect.unreachable('the stream of batches moves on'),
    read: () => expect.unreachable('no other split is read'),
    batch: (index: number, count: number): SourceRows => {
      asked.push(index);
      const ids = Array.from({ length: count }, (_, row) => {
        const id = index * count + row;
        return train === null ? id : id % train;
      });
      return {
        count,
        x: Float32Array.from(ids.flatMap((id) => [id, id, id])),
        rowIds: Uint32Array.from(ids),
      };
    },
  };
}
const idsOf = ({ x }: { readonly x: Float32Array }) => [...x].filter((_, i) => i % WIDTH === 0);

describe('rows of moves', () => {
  it('are those of the batches to come, and 4096 more to judge by', async () => {
    const data = source(null);
    const rows = await rowsOfMoves(data, 7, 500, 1000, {});
    expect([rows.found, rows.judged]).toEqual([1000, 4096]);
    expect(idsOf(rows)).toEqual(Array.from({ length: 5096 }, (_, row) => 3500 + row));
    expect(data.asked).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
  });

  it('are each row once where there is an end to them, three quarters and one of what there is', async () => {
    const rows = await rowsOfMoves(source(400), 3, 64, 12_288, {});
    expect(idsOf(rows).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 400 }, (_, row) => row),
    );
    expect([rows.found, rows.judged]).toEqual([300, 100]);
  });

  it('are the first rows of training where batches take long to make', async () => {
    const x = new Float32Array(8 * WIDTH).fill(2);
    const rows = await rowsOfMoves(
      {
        ...source(null),
        batch: () => expect.unreachable('batches take too long to make'),
        sample: () => expect.unreachable('a sample is too small'),
        read: (split, start, count) => {
          expect([split, start, count]).toEqual(['train', 0, 16_384]);
          return { count: 8, x, rowIds: new Uint32Array(8) };
        },
      },
      0,
      32,
      12_288,
      {},
    );
    expect([rows.found, rows.judged]).toEqual([6, 2]);
  });

  it('are as many as an average group fires on two hundred times, and no fewer than 12 288', () => {
    const wanted = (own: object) => wantedRows(configOf({ ...sasa, ...own }).model);
    expect(wanted({ moves: {} })).toBe(12_288);
    expect(wanted({ n_groups: 1024, k_groups: 3, moves: {} })).toBe(68_267);
    expect(wanted({ moves: { rows: 300 } })).toBe(300);
  });

  it('come as the model is trained on them', () => {
    const state = {
      weights: {
        groups: 1,
        rank: 1,
        width: WIDTH,
        encoder: new Float32Array(WIDTH),
        decoder: new Float32Array(WIDTH),
        encoderBias: new Float32Array(1),
        decoderBias: Float32Array.of(1, 2, 3),
      },
      inputScale: 2,
    };
    const x = Float32Array.of(4, 5, 9);
    const plain = trainedRows(state, configOf(sasa).model, x);
    expect([...plain.input]).toEqual([7, 8, 15]);
    expect([...plain.target]).toEqual([7, 8, 15]);
    const own = { ...sasa, apply_b_dec_to_input: false, normalize_activations: 'layer_norm' };
    const { input, target } = trainedRows({ ...state, inputScale: 1 }, configOf(own).model, x);
    const deviation = Math.sqrt((4 + 1 + 9) / 2) + 1e-5;
    [-2, -1, 3].forEach((value, i) => {
      expect(at(input, i)).toBeCloseTo(value / deviation, 6);
      expect(at(target, i)).toBeCloseTo(value / deviation - (i + 1), 6);
    });
  });
});

describe('the gate of moves', () => {
  it('switches on the s largest of every row, of equal ones the first', () => {
    const gate = moveGate(configOf(sasa).model, 32);
    const scores = Float64Array.of(1, 5, 5, 5, 0, 2, 0, 0, 0, 0, 0, 0);
    expect([...gate(scores, 2)]).toEqual([0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0]);
  });

  it('switches all on where there are no more', () => {
    const gate = moveGate(configOf({ ...sasa, k_groups: 6 }).model, 32);
    expect([...gate(new Float64Array(6), 1)]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('takes the best of each batch of a gate over the batch, a last one that is smaller too', () => {
    const model = configOf({ ...sasa, n_groups: 2, k_groups: 1, architecture: 'batch_topk_sasa' });
    const scores = Float64Array.of(9, 8, 1, 0, 2, 1);
    expect([...moveGate(model.model, 2)(scores, 3)]).toEqual([1, 1, 0, 0, 1, 0]);
  });

  it('is the threshold that stands beside the weights once training is over', () => {
    const batch = configOf({ ...sasa, n_groups: 2, k_groups: 1, architecture: 'batch_topk_sasa' });
    const gate = inferenceGate(batch.model, { vectors: { thresholds: Float32Array.of(2) } });
    // Two groups and, in the second case, an empty one behind them.
    expect([...gate(Float64Array.of(9, 2, 1, 3), 2)]).toEqual([1, 0, 0, 1]);
    expect([...gate(Float64Array.of(9, 2, 0, 1, 3, 5), 2)]).toEqual([1, 0, 0, 0, 1, 1]);
    // Nothing fires whose codes are zero, whatever the threshold.
    const open = inferenceGate(batch.model, { vectors: { thresholds: Float32Array.of(-1) } });
    expect([...open(Float64Array.of(9, 0), 1)]).toEqual([1, 0]);
  });

  it('is that of training where the model has no other', () => {
    const { model } = configOf({ ...sasa, n_groups: 3, k_groups: 1 });
    const scores = Float64Array.of(1, 5, 2, 0, 3, 4);
    expect([...inferenceGate(model, {})(scores, 2)]).toEqual([0, 1, 0, 0, 0, 1]);
  });
});

describe('the models of a run whose moves are due', () => {
  const { model: config, training } = configOf({ ...sasa, moves: { at: [0.1], rows: 256 } }, 10);
  const next = numberSequence(3);
  const numbers = (length: number) => Float32Array.from({ length }, () => next() - 0.5);
  const parameters = () => ({
    encoder: numbers(12 * WIDTH),
    decoder: numbers(12 * WIDTH),
    encoderBias: new Float32Array(12),
    decoderBias: new Float32Array(WIDTH),
  });
  const state: ModelState = {
    step: 1,
    weights: { groups: 6, rank: 2, width: WIDTH, ...parameters() },
    firstMoment: parameters(),
    secondMoment: parameters(),
    tokensSinceFired: new Uint32Array(6),
    inputScale: 1,
    lambda: 0.5,
    moved: NOTHING_MOVED,
  };
  const due = (lambda: number) => {
    const model = { config, lambda, moved: NOTHING_MOVED, state: () => Promise.resolve(state) };
    return dueMoves({ models: [model], source: source(null), training, step: 1 }, {});
  };

  it('have had the point afterwards', async () => {
    const [after] = (await due(0.5)) ?? [];
    expect(after?.state.moved.points).toBe(1);
    expect(after?.state.moved.made).toBe(after?.made.length);
  });

  it('are left alone when λ was changed meanwhile: what was accepted may be worse now', async () => {
    expect(await due(0.6)).toBeNull();
  });
});

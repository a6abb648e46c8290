/**
 * Moves in a run on the adapter: they are made when they are due, rewrite what the next step trains on, and a run that
 * goes on from any state, from one right before a point of moves too, ends as one that nobody interrupted, byte for byte.
 */
import { expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { parseZooSpec } from '../../../src/data/zoo_spec';
import type { Dictionary } from '../../../src/base/dictionary';
import type { ActivationSource } from '../../../src/data/source';
import { openZooSource } from '../../../src/data/zoo_source';
import { readCheckpoint, writeCheckpoint } from '../../../src/lab/keep/checkpoint';
import type { MetricRecord } from '../../../src/lab/protocol/protocol';
import { parseRunConfig, type RunInput } from '../../../src/lab/run/run_config';
import type { RunMove } from '../../../src/lab/run/run_moves';
import { createSession, type TrainingSession } from '../../../src/lab/train/session';
import { testDevice } from '../adapter';

const STEPS = 60;
const BATCH = 64;
const WIDTH = 12;
const GROUPS = 8;
const RANK = 3;
const spec = parseZooSpec({
  width: WIDTH,
  features: [
    { kind: 'signed_line', count: 4 },
    { kind: 'circle', count: 2 },
  ],
  frequency: { kind: 'exactly', active: 1 },
  noise: 0.05,
});
const input = (moves: object | null): RunInput => ({
  data: { kind: 'synthetic', preset: 'zoo', seed: 1 },
  models: [
    {
      architecture: 'topk_sasa',
      n_groups: GROUPS,
      group_rank: RANK,
      k_groups: 1,
      nuclear_coefficient_relative: 1e-4,
      dead_group_window: 5 * BATCH,
      ...(moves === null ? {} : { moves }),
    },
    { architecture: 'topk', d_sae: 16, k: 2 },
  ],
  training: { training_samples: STEPS * BATCH, train_batch_size_samples: BATCH, log_every: 10 },
});
/** The second is due at the step of the first, and made before the step after it. */
const config = parseRunConfig(input({ at: [0.3, 0.31, 0.7], rows: 1024 }));
const [FIRST, SECOND, THIRD] = [18, 19, 42];

type Starts = NonNullable<Parameters<typeof createSession>[0]['initial']>;

/** Groups 0 and 1 hold two lines each, 2 and 3 a circle; the others next to nothing. */
function packed({ features = [] }: ActivationSource): Dictionary {
  const rows = new Float32Array(GROUPS * RANK * WIDTH).fill(1e-4);
  features.forEach(({ frame, dimension }, feature) => {
    const row = feature < 4 ? (feature >> 1) * RANK + (feature & 1) : (feature - 2) * RANK;
    for (let i = 0; i < dimension * WIDTH; i++) rows[row * WIDTH + i] = 0.8 * at(frame, i);
  });
  return {
    groups: GROUPS,
    rank: RANK,
    width: WIDTH,
    encoder: rows,
    decoder: rows.slice(),
    encoderBias: new Float32Array(GROUPS * RANK),
    decoderBias: new Float32Array(WIDTH),
  };
}

async function begin(run = config, initial?: Starts) {
  const source = openZooSource(spec, 1, 'Lines and circles');
  const device = await testDevice();
  const starts = initial ?? [{ kind: 'weights', weights: packed(source) }, undefined];
  return createSession({ device, config: run, source, initial: starts });
}

async function stateOf(session: TrainingSession): Promise<Uint8Array> {
  const states = await Promise.all(config.models.map((_, model) => session.state(model)));
  return writeCheckpoint({ config, step: session.step, states });
}

/** Trains on, in a session of its own, from a state as a file has it. */
async function goOn(bytes: Uint8Array, moves: RunMove[] = []): Promise<Buffer> {
  const { states } = readCheckpoint(bytes, 'checkpoint');
  const starts: Starts = states.map((state) => ({ kind: 'state', state }));
  const session = await begin(config, starts);
  await session.run(STEPS, { onMoves: (made) => void moves.push(...made) });
  const end = Buffer.from(await stateOf(session));
  session.destroy();
  return end;
}

it('are made at their steps, and a run that goes on from any of its states ends the same', async () => {
  const whole = await begin();
  const moves: RunMove[] = [];
  const records: MetricRecord[] = [];
  const told: number[] = [];
  await whole.run(STEPS, {
    onMoves: (made) => {
      told.push(whole.step);
      moves.push(...made);
    },
    onMetrics: (logged) => records.push(...logged),
  });
  const end = Buffer.from(await stateOf(whole));
  whole.destroy();
  expect(told).toEqual([FIRST, SECOND, THIRD]);
  expect(moves.some(({ model, step }) => model === 0 && step === FIRST)).toBe(true);
  const logged = records.filter(({ model }) => model === 0).at(-1);
  expect(logged?.values['metrics/moves']).toBe(moves.length);
  expect(records.filter(({ model }) => model === 1).at(-1)?.values).not.toHaveProperty(
    'metrics/moves',
  );

  // Stopped right before the first moves, gone on; killed between the first and the second, gone on.
  const stopped = await begin();
  await stopped.run(FIRST, {
    onMoves: () => expect.unreachable('a state is from before its moves'),
  });
  const before = await stateOf(stopped);
  await stopped.run(5);
  const between = await stateOf(stopped);
  stopped.destroy();
  const again: RunMove[] = [];
  expect((await goOn(before, again)).equals(end)).toBe(true);
  expect(again).toEqual(moves);
  const later: RunMove[] = [];
  expect((await goOn(between, later)).equals(end)).toBe(true);
  expect(later).toEqual(moves.filter(({ step }) => step > FIRST));
});

it('change the weights that are trained on, and nothing without them', async () => {
  const states = await Promise.all(
    [config, parseRunConfig(input(null))].map(async (run) => {
      const session = await begin(run);
      const weightsAt = async (steps: number) => {
        await session.run(steps - session.step);
        return Buffer.from((await session.weights(0)).decoder.buffer);
      };
      const weights = [await weightsAt(FIRST), await weightsAt(STEPS)];
      session.destroy();
      return weights;
    }),
  );
  const [moved, plain] = [at(states, 0), at(states, 1)];
  expect(at(moved, 0).equals(at(plain, 0))).toBe(true);
  expect(at(moved, 1).equals(at(plain, 1))).toBe(false);
});

it('wait for whoever stops the run, which is then as it was before them', async () => {
  const session = await begin();
  await session.run(FIRST);
  const before = Buffer.from(await stateOf(session));
  let asked = 0;
  await session.run(STEPS, {
    shouldStop: () => ++asked > 1,
    onMoves: () => expect.unreachable('moves were made'),
  });
  expect(session.step).toBe(FIRST);
  expect(Buffer.from(await stateOf(session)).equals(before)).toBe(true);
  session.destroy();
});

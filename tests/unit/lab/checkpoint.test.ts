/**
 * Checkpoints: a run's state comes back bit for bit, a file that is none is refused, and a run is continued
 * only by itself.
 */
import { describe, expect, it } from 'vitest';
import {
  findTensor,
  floatTensor,
  readSafetensors,
  uintTensor,
  writeSafetensors,
} from '../../../src/io/safetensors';
import {
  differingSetting,
  readCheckpoint,
  writeCheckpoint,
} from '../../../src/lab/keep/checkpoint';
import type { ParameterArrays } from '../../../src/lab/encode/weights';
import { NOTHING_MOVED, type ModelState } from '../../../src/lab/train/session_types';
import { parseRunConfig, type RunInput } from '../../../src/lab/run/run_config';
import { complaint, numberSequence } from '../io/complaint';

const run = {
  data: { kind: 'synthetic', preset: 'figure1', seed: 4 },
  models: [
    { architecture: 'topk_sasa', n_groups: 5, group_rank: 3, k_groups: 2 },
    { architecture: 'topk', d_sae: 7, k: 2 },
  ],
  training: { training_samples: 1000, seed: 2 },
} satisfies RunInput;

const next = numberSequence(9);
const numbers = (length: number) => Float32Array.from({ length }, () => next() - 0.5);
const parameters = (latents: number, width: number): ParameterArrays => ({
  encoder: numbers(latents * width),
  decoder: numbers(latents * width),
  encoderBias: numbers(latents),
  decoderBias: numbers(width),
});
const state = (groups: number, rank: number, lambda: number | null): ModelState => ({
  step: 640,
  weights: { groups, rank, width: 6, ...parameters(groups * rank, 6) },
  firstMoment: parameters(groups * rank, 6),
  secondMoment: parameters(groups * rank, 6),
  tokensSinceFired: Uint32Array.from({ length: groups }, () => next() * 2 ** 32),
  inputScale: 1.7,
  lambda,
  moved: { points: 2, made: 5 },
});

const checkpoint = {
  config: parseRunConfig(run),
  step: 640,
  states: [state(5, 3, 0.003), state(7, 1, null)],
};

const file = (name: string) => ({
  setting: 'path' as const,
  name,
  path: `/there/${name}`,
  bytes: 8,
  sha256: 'a'.repeat(64),
});

describe('a run whose files are known', () => {
  const npy = (path: string, known: boolean) =>
    parseRunConfig({
      ...run,
      data: { kind: 'npy', path },
      ...(known ? { data_identity: { rows: 2, width: 1, files: [file('x.npy')] } } : {}),
    });

  it('is the same under other names; otherwise the name decides', () => {
    expect(differingSetting(npy('/there/x.npy', true), npy('y.npy', false))).toBeNull();
    expect(differingSetting(npy('x.npy', false), npy('y.npy', false))).toBe(
      'data.path is "y.npy" and was "x.npy"',
    );
  });

  it('is another one when it read what ships', () => {
    const lm = (corpus: string) =>
      parseRunConfig({
        ...run,
        data: { kind: 'lm', model: 'stories15m', layer: 1, corpus },
        data_identity: { rows: 2, width: 1, files: [] },
      });
    expect(differingSetting(lm('/there/c.txt'), lm('c.txt'))).toBeNull();
    expect(differingSetting(lm('/there/c.txt'), lm('shipped'))).toBe(
      'data.corpus is "shipped" and was "a file"',
    );
  });
});

describe('a checkpoint', () => {
  it('comes back bit for bit', () => {
    expect(readCheckpoint(writeCheckpoint(checkpoint), 'c')).toEqual(checkpoint);
  });

  it('of a version that knew neither what the data were nor moves is read; a newer one is named', () => {
    const as = (version: number): Uint8Array => {
      const file = readSafetensors(writeCheckpoint(checkpoint), 'c');
      const run = JSON.parse(file.metadata.run ?? '') as { models: object[] };
      const models = run.models.map((model) => ({
        ...model,
        ...(version < 3 ? { moved: undefined } : {}),
      }));
      const written = [...file.tensors].map(([name, { shape }]) => ({
        name,
        shape,
        values: name.endsWith('Fired')
          ? uintTensor(file, name, shape)
          : floatTensor(file, name, shape),
      }));
      return writeSafetensors(written, { run: JSON.stringify({ ...run, version, models }) });
    };
    const states = checkpoint.states.map((each) => ({ ...each, moved: NOTHING_MOVED }));
    for (const version of [1, 2]) {
      expect(readCheckpoint(as(version), 'c')).toEqual({ ...checkpoint, states });
    }
    expect(readCheckpoint(as(3), 'c')).toEqual(checkpoint);
    expect(complaint(() => readCheckpoint(as(4), 'c'))).toBe(
      'bad_file: c is a checkpoint of version 4; this lab reads up to 3.',
    );
  });

  it.each(['weights', 'firstMoment', 'secondMoment'] as const)(
    'is neither written nor read with numbers that are none: %s',
    (set) => {
      const [first, ...others] = checkpoint.states;
      if (first === undefined) throw new Error('there is no state');
      const decoderBias = new Float32Array(6);
      const part = { ...first[set], decoderBias };
      const whole = { ...checkpoint, states: [{ ...first, [set]: part }, ...others] };
      const bytes = Uint8Array.from(writeCheckpoint(whole));
      const name = `0.${set}.decoderBias`;
      const held = findTensor(readSafetensors(bytes, 'c'), name).bytes;
      held.set(new Uint8Array(Float32Array.of(-Infinity).buffer), 4 * 4);
      const words = `"${name}"`;
      const found = 'holds 0 NaN and 1 infinite values; the first is at position 4';
      expect(complaint(() => readCheckpoint(bytes, 'c'))).toBe(
        `bad_data: c: tensor ${words} ${found} (counted from 0).`,
      );
      decoderBias[4] = Infinity;
      expect(complaint(() => writeCheckpoint(whole))).toBe(
        `not_finite: Tensor ${words}, which was to be saved, ${found} (counted from 0).`,
      );
    },
  );

  it('is refused when it is another kind of file or is damaged', () => {
    const tensors = [{ name: 'a', shape: [1], values: new Float32Array(1) }];
    expect(complaint(() => readCheckpoint(writeSafetensors(tensors), 'c'))).toBe(
      'bad_file: c is not a checkpoint of this lab: it does not say which run it is of.',
    );
    expect(complaint(() => readCheckpoint(writeSafetensors(tensors, { run: '{}' }), 'c'))).toBe(
      'bad_file: c is not a checkpoint of this lab: what it says of its run cannot be read.',
    );
    const whole = writeCheckpoint(checkpoint);
    expect(complaint(() => readCheckpoint(whole.subarray(0, whole.length - 4), 'c'))).toContain(
      'bad_file: c is cut off',
    );
  });
});

describe('continuing a run', () => {
  const changed = (changes: object) => parseRunConfig({ ...run, ...changes });

  it('is allowed with the same settings, another length and another log', () => {
    expect(differingSetting(checkpoint.config, checkpoint.config)).toBeNull();
    const longer = changed({ training: { training_samples: 2000, seed: 2, log_every: 1 } });
    expect(differingSetting(checkpoint.config, longer)).toBeNull();
  });

  it.each([
    [{ data: { kind: 'words' } }, 'data.kind is "words" and was "synthetic"'],
    [{ models: [run.models[0]] }, 'models.1.architecture is not set and was "topk"'],
    [
      { models: [{ ...run.models[0], k_groups: 1 }, run.models[1]] },
      'models.0.k_groups is 1 and was 2',
    ],
    [
      { training: { training_samples: 1000, seed: 2, lr: 0.1 } },
      'training.lr is 0.1 and was 0.002',
    ],
    [
      { training: { training_samples: 1000, seed: 2, max_grad_norm: 1 } },
      'training.max_grad_norm is 1 and was not set',
    ],
  ])('is refused with the first setting that differs: %j', (changes, sentence) => {
    expect(differingSetting(checkpoint.config, changed(changes))).toBe(sentence);
  });
});

/**
 * What steering works out before a kernel runs: a person's strengths as norms, a group's axes as a basis of
 * everything its decoder writes, the control's random directions, and the closed forms of every edit.
 */
import { describe, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import {
  checkGroup,
  randomFrame,
  steeredGroup,
  steerText,
  subspaceEdit,
  type SteerOptions,
} from '../../../src/lab/text/steering';
import { coordinateChange } from '../../../src/lm/interventions_twin';
import { modelSchema } from '../../../src/sae/config';

const WIDTH = 12;
const RANK = 3;
const config = modelSchema.parse({
  architecture: 'topk_sasa',
  n_groups: 4,
  group_rank: RANK,
  k_groups: 2,
});

function numbers(length: number, seed: number): Float32Array {
  const draws = new RandomDraws(seed, 100);
  return Float32Array.from({ length }, (_, i) => draws.normal(i));
}

function dictionaryWith(decoder: Float32Array): Dictionary {
  return {
    groups: 4,
    rank: RANK,
    width: WIDTH,
    encoder: numbers(4 * RANK * WIDTH, 1),
    decoder,
    encoderBias: new Float32Array(4 * RANK),
    decoderBias: new Float32Array(WIDTH),
  };
}

const rowOf = (values: ArrayLike<number>, row: number): number[] =>
  Array.from({ length: WIDTH }, (_, c) => at(values, row * WIDTH + c));

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * at(b, i), 0);
}

describe('a steered group', () => {
  const decoder = numbers(4 * RANK * WIDTH, 2);

  it('has orthonormal axes in which the whole contribution lies, whatever axes were given', () => {
    // Axes of an earlier step: not in the span of the decoder any more.
    const axes = numbers(RANK * WIDTH, 3).map((value) => value / 3);
    const group = steeredGroup({ dictionary: dictionaryWith(decoder) }, 2, {
      axes,
      firings: 5,
      typicalNorm: 1,
    });
    expect(group.axes).toBe(RANK);
    for (let i = 0; i < RANK; i += 1) {
      for (let j = 0; j < RANK; j += 1) {
        const product = dot(rowOf(group.frame, i), rowOf(group.frame, j));
        expect(product).toBeCloseTo(Number(i === j), 5);
      }
    }
    // Σ_j (C p)_j a_j = D_kᵀ p.
    const code = [0.3, -1.2, 0.7];
    for (let c = 0; c < WIDTH; c += 1) {
      let rebuilt = 0;
      let direct = 0;
      code.forEach((value, i) => {
        direct += value * at(decoder, (2 * RANK + i) * WIDTH + c);
        for (let j = 0; j < RANK; j += 1) {
          rebuilt += at(group.coordinates, j * RANK + i) * value * at(group.frame, j * WIDTH + c);
        }
      });
      expect(rebuilt).toBeCloseTo(direct, 5);
    }
  });

  it('keeps the first axis of the card, and has fewer axes where the decoder has fewer', () => {
    const flat = decoder.slice();
    flat.set(rowOf(flat, 0), WIDTH);
    flat.fill(0, 2 * WIDTH, 3 * WIDTH);
    const first = rowOf(flat, 0);
    const norm = Math.sqrt(dot(first, first));
    const axes = new Float32Array(RANK * WIDTH);
    axes.set(first.map((value) => -value / norm));
    const group = steeredGroup({ dictionary: dictionaryWith(flat) }, 0, {
      axes,
      firings: 5,
      typicalNorm: 1,
    });
    expect(group.axes).toBe(1);
    rowOf(group.frame, 0).forEach((value, c) => expect(value).toBeCloseTo(at(axes, c), 6));
  });

  it('is refused when it hardly fires, and so is one that is not there', () => {
    const place = { config, dictionary: dictionaryWith(decoder) };
    const axes = new Float32Array(RANK * WIDTH);
    expect(() => steeredGroup(place, 1, { axes, firings: 1, typicalNorm: 1 })).toThrow(
      /fires on 1/,
    );
    expect(() => checkGroup(place.dictionary, 4)).toThrow(/no unit 4/);
    expect(() => checkGroup(place.dictionary, -1)).toThrow(/no unit -1/);
  });
});

it('the control is orthonormal, the same for a group, another for another', () => {
  const frame = randomFrame(4, WIDTH, 7);
  for (let i = 0; i < 4; i += 1) {
    for (let j = 0; j < 4; j += 1) {
      expect(dot(rowOf(frame, i), rowOf(frame, j))).toBeCloseTo(Number(i === j), 5);
    }
  }
  expect(randomFrame(4, WIDTH, 7)).toEqual(frame);
  expect(randomFrame(4, WIDTH, 8)).not.toEqual(frame);
});

describe('strengths', () => {
  it('are multiples of the typical norm; a factor is a factor', () => {
    expect(subspaceEdit({ kind: 'scale', factor: 0.5 }, 3, 2)).toEqual({
      kind: 'scale',
      amount: 0.5,
    });
    expect(subspaceEdit({ kind: 'clamp', strength: 2 }, 3, 2)).toEqual({
      kind: 'clamp',
      amount: 6,
    });
    expect(subspaceEdit({ kind: 'add', axis: 1, strength: -2 }, 3, 2)).toEqual({
      kind: 'add',
      axis: 1,
      amount: -6,
    });
    expect(subspaceEdit({ kind: 'turn', angle: 1, strength: 1 }, 3, 2)).toEqual({
      kind: 'turn',
      angle: 1,
      amount: 3,
    });
  });

  it('along axes that the group has not are refused', () => {
    const add = { kind: 'add', axis: 2, strength: 1 } as const;
    expect(() => subspaceEdit(add, 1, 2)).toThrow(/Axis 3 .* 2 axes/);
    const turn = { kind: 'turn', angle: 0, strength: 1 } as const;
    expect(() => subspaceEdit(turn, 1, 1)).toThrow(/one axis/);
  });
});

describe('closed forms', () => {
  const y = Float64Array.from([3, -4, 12]);
  const changed = (edit: Parameters<typeof coordinateChange>[2], fires = true) =>
    coordinateChange(y, fires, edit).map((change, i) => at(y, i) + change);

  it('scale 1 is the identity, scale 0 leaves nothing, scale −1 turns round', () => {
    expect(changed({ kind: 'scale', amount: 1 })).toEqual(y);
    expect(changed({ kind: 'scale', amount: 0 })).toEqual(new Float64Array(3));
    expect(changed({ kind: 'scale', amount: -1 })).toEqual(y.map((value) => -value));
  });

  it('clamp gives the norm and keeps the direction; a zero contribution stays zero', () => {
    const clamped = changed({ kind: 'clamp', amount: 26 });
    expect(Math.hypot(...clamped)).toBeCloseTo(26, 12);
    expect(at(clamped, 0) / at(clamped, 1)).toBeCloseTo(-0.75, 12);
    const none = coordinateChange(new Float64Array(3), true, { kind: 'clamp', amount: 26 });
    expect(none).toEqual(new Float64Array(3));
  });

  it('turn by 2π is the identity for what is turned to its own angle', () => {
    const edit = { kind: 'turn', amount: 5 } as const;
    const own = Math.atan2(-4, 3);
    changed({ ...edit, angle: own }).forEach((value, i) => expect(value).toBeCloseTo(at(y, i), 12));
    changed({ ...edit, angle: own + 2 * Math.PI }).forEach((value, i) =>
      expect(value).toBeCloseTo(at(y, i), 12),
    );
    expect(at(changed({ ...edit, angle: 0 }), 2)).toBe(12);
  });

  it('where the group does not fire, only add acts', () => {
    for (const kind of ['scale', 'clamp'] as const) {
      expect(changed({ kind, amount: 0.5 }, false)).toEqual(y);
    }
    expect(changed({ kind: 'turn', angle: 1, amount: 9 }, false)).toEqual(y);
    expect(changed({ kind: 'add', axis: 2, amount: 1 }, false)).toEqual(
      Float64Array.from([3, -4, 13]),
    );
  });
});

it('refuses a prompt that is far too long with the number of its tokens', async () => {
  const options = {
    lm: { config: { context: 256 } },
    tokenizer: { bos: 1, encode: (text: string) => new Uint32Array(2 * text.length) },
    prompt: 'x'.repeat(129_000),
  } as unknown as SteerOptions;
  await expect(steerText(options)).rejects.toMatchObject({
    code: 'bad_data',
    message: expect.stringMatching(/^The prompt has 258000 tokens; .* at most 255 /) as string,
  });
});

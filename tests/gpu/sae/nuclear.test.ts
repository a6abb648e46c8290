/**
 * Nuclear norms and their gradients on the GPU against a singular value decomposition on the CPU of the
 * d × d map DᵀE itself, on blocks of every awkward kind: repeated rows, zero rows, rank one, zero blocks,
 * wild scales. The gradient must be finite and bounded everywhere, and right wherever it is defined.
 *
 * The engine adds a ridge ε = 1e-6 trace to both Gram matrices, and float32 moves them by γ trace more; η
 * stands for both. A ridge is a map with rows appended, of which DᵀE is one corner, so
 *
 *   |Δσ_i| ≤ (η tr D)^½ ‖E‖ + (η tr E)^½ ‖D‖ + η (tr D tr E)^½        for every σ, even 0: a thousandth of ‖D‖‖E‖
 *   |Δσ_i| ≤ ½ σ_i (η tr D / λ_min(DDᵀ) + η tr E / λ_min(EEᵀ))       much better for well-conditioned blocks
 *
 * whichever is smaller. The polar factor on the k directions where σ > 0 moves by at most the first over
 * σ_k, times 2 (R.-C. Li 1995), and by the share of nuclear_bounds.ts in well-conditioned blocks.
 * ∂R/∂D is one matrix, not a set, where DᵀE has the rank of E; ∂R/∂E, where it has the rank of D.
 */
import { describe, expect, it } from 'vitest';
import { multiply, multiplyTransposed, transpose } from '../../../src/analysis/linear_algebra';
import { singularValueDecomposition, singularValues } from '../../../src/analysis/singular_values';
import { at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import { allocate } from '../../../src/gpu/buffers';
import { PlanRunner } from '../../../src/gpu/executor';
import { readBuffer } from '../../../src/gpu/readback';
import { modelSchema, type NuclearTarget } from '../../../src/sae/config';
import { stepPlan } from '../../../src/sae/step_plan';
import { testOptimiser } from '../../unit/sae/random_step';
import { uniformsAt } from '../../../src/sae/schedule';
import { testDevice } from '../adapter';
import { gammaOf } from './error_bounds';
import { norm, times } from './nuclear_bounds';

const WIDTH = 40;
const RIDGE = 1e-6;
/** What the smallest ridge, 1e-30 on a Gram matrix, leaves of a zero block. */
const SMALLEST = 1e-14;

interface Blocks {
  readonly encoder: Float32Array;
  readonly decoder: Float32Array;
}

/** Rows [r, WIDTH] from a function of row and column. */
type MakeBlock = (value: (row: number, column: number) => number) => Float32Array;
type Normal = (row: number, column: number) => number;

/** Blocks by what is awkward about them; `e` and `d` are independent normals. */
const scenarios: Record<string, (block: MakeBlock, e: Normal, d: Normal, r: number) => Blocks> = {
  'well conditioned': (block, e, d) => ({ encoder: block(e), decoder: block(d) }),
  'encoder = decoder, as at the start': (block, e) => ({ encoder: block(e), decoder: block(e) }),
  'one row twice': (block, e, d) => ({
    encoder: block((i, c) => e(i === 1 ? 0 : i, c)),
    decoder: block((i, c) => d(i === 1 ? 0 : i, c)),
  }),
  'one row twice in the decoder only': (block, e, d) => ({
    encoder: block(e),
    decoder: block((i, c) => d(i === 1 ? 0 : i, c)),
  }),
  'a zero row': (block, e, d) => ({
    encoder: block((i, c) => (i === 1 ? 0 : e(i, c))),
    decoder: block((i, c) => (i === 1 ? 0 : d(i, c))),
  }),
  'rank one': (block, e, d) => ({
    encoder: block((i, c) => (i + 1) * e(0, c)),
    decoder: block((i, c) => (i + 1) * d(0, c)),
  }),
  'rank one, rows of mixed sign': (block, e, d) => ({
    encoder: block((i, c) => (i % 2 === 0 ? 1 : -1) * e(0, c)),
    decoder: block((i, c) => (i % 2 === 0 ? 1 : -1) * d(0, c)),
  }),
  'rows that never meet: the map is zero': (block, e, d, r) => ({
    encoder: block((i, c) => (2 * i < r ? e(i, c) : 0)),
    decoder: block((i, c) => (2 * i < r ? 0 : d(i, c))),
  }),
  'decoder zero': (block, e) => ({ encoder: block(e), decoder: block(() => 0) }),
  'encoder zero': (block, _, d) => ({ encoder: block(() => 0), decoder: block(d) }),
  'both zero': (block) => ({ encoder: block(() => 0), decoder: block(() => 0) }),
  'one row a millionth': (block, e, d) => ({
    encoder: block((i, c) => (i === 1 ? 1e-6 : 1) * e(i, c)),
    decoder: block((i, c) => (i === 1 ? 1e-6 : 1) * d(i, c)),
  }),
  'scaled by 1e-6': (block, e, d) => ({
    encoder: block((i, c) => 1e-6 * e(i, c)),
    decoder: block((i, c) => 1e-6 * d(i, c)),
  }),
  'scaled by 1e-12': (block, e, d) => ({
    encoder: block((i, c) => 1e-12 * e(i, c)),
    decoder: block((i, c) => 1e-12 * d(i, c)),
  }),
  'scaled by 1e4': (block, e, d) => ({
    encoder: block((i, c) => 1e4 * e(i, c)),
    decoder: block((i, c) => 1e4 * d(i, c)),
  }),
  'encoder 1e4, decoder 1e-6': (block, e, d) => ({
    encoder: block((i, c) => 1e4 * e(i, c)),
    decoder: block((i, c) => 1e-6 * d(i, c)),
  }),
};

/** Scenarios whose scale float32 cannot carry through a product of Gram matrices: bounded is all. */
const vanishing = ['scaled by 1e-12'];

interface Found {
  readonly singularValues: Float64Array;
  /** ∂R/∂E and ∂R/∂D [r, WIDTH]. */
  readonly forEncoder: Float64Array;
  readonly forDecoder: Float64Array;
}

describe.each([1, 4, 6, 32])('blocks of rank %i', (rank) => {
  it('have the nuclear norm of their map, and its gradient', async () => {
    const names = Object.keys(scenarios);
    const blocks = names.map((name, index) => makeBlocks(name, rank, index));
    const found = await runKernel(blocks, rank, 'composition');
    for (const [index, name] of names.entries()) {
      const [block, result] = [at(blocks, index), at(found, index)];
      const label = `${name}, rank ${rank}`;
      expectFinite(result, label);
      const exact = exactMap(block, rank);
      // ‖P‖₂ ≤ 1, so ∂R/∂D = E Pᵀ and ∂R/∂E = D P are no larger than E and D.
      expectBounded(result.forDecoder, exact.encoderNorm, rank, `${label}: ∂R/∂D`);
      expectBounded(result.forEncoder, exact.decoderNorm, rank, `${label}: ∂R/∂E`);
      if (vanishing.includes(name)) continue;
      result.singularValues.forEach((value, i) => {
        const error = Math.abs(value - at(exact.singularValues, i));
        expect(error, `${label}: σ${i} = ${at(exact.singularValues, i)}`).toBeLessThanOrEqual(
          at(exact.valueTolerance, i),
        );
      });
      for (const side of ['decoder', 'encoder'] as const) {
        if (!exact.defined[side]) continue;
        const [mine, theirs] =
          side === 'decoder'
            ? [result.forDecoder, exact.forDecoder]
            : [result.forEncoder, exact.forEncoder];
        const error = norm(mine.map((value, i) => value - at(theirs, i)));
        expect(error, `${label}: gradient of the ${side}`).toBeLessThanOrEqual(
          exact.gradientTolerance[side],
        );
      }
    }
  });

  it('have the nuclear norm of their decoder, and its gradient', async () => {
    const names = Object.keys(scenarios);
    const blocks = names.map((name, index) => makeBlocks(name, rank, index));
    const found = await runKernel(blocks, rank, 'decoder');
    for (const [index, name] of names.entries()) {
      const [block, result] = [at(blocks, index), at(found, index)];
      const label = `${name}, rank ${rank}`;
      expectFinite(result, label);
      expect(norm(result.forEncoder), label).toBe(0);
      expectBounded(result.forDecoder, 1, rank, `${label}: ∂R/∂D`);
      const decoder = Float64Array.from(block.decoder);
      const { values, left, right } = singularValueDecomposition(decoder, rank, WIDTH);
      const ridge = shareOf(rank) * norm(decoder) ** 2;
      const smallest = at(values, rank - 1);
      result.singularValues.forEach((value, i) => {
        const sigma = at(values, i);
        // √(σ² + ε) − σ, by either bound.
        const tolerance =
          sigma > 0 ? Math.min(Math.sqrt(ridge), ridge / (2 * sigma)) : Math.sqrt(ridge);
        expect(Math.abs(value - sigma), `${label}: σ${i}`).toBeLessThanOrEqual(
          tolerance + gammaOf(8 * rank) * at(values, 0) + SMALLEST,
        );
      });
      if (vanishing.includes(name) || smallest ** 2 <= 100 * ridge) continue;
      const polar = multiply(transpose(left, rank, rank), right, rank, rank, WIDTH);
      const error = norm(result.forDecoder.map((value, i) => value - at(polar, i)));
      expect(error, label).toBeLessThanOrEqual(
        (ridge / smallest ** 2) * Math.sqrt(rank) +
          (gammaOf(20 * rank) * rank * at(values, 0)) / smallest,
      );
    }
  });
});

function makeBlocks(name: string, rank: number, index: number): Blocks {
  const make = scenarios[name];
  if (make === undefined) throw new RangeError(name);
  const normal = (step: number): Normal => {
    const draws = new RandomDraws(5, 99, step, rank);
    return (row, column) => draws.normal(row * WIDTH + column) / Math.sqrt(WIDTH);
  };
  const block: MakeBlock = (value) =>
    Float32Array.from({ length: rank * WIDTH }, (_, i) => value(Math.floor(i / WIDTH), i % WIDTH));
  return make(block, normal(2 * index), normal(2 * index + 1), rank);
}

/** Share of its trace by which ridge and rounding move a Gram matrix. */
function shareOf(rank: number): number {
  return RIDGE + gammaOf(WIDTH / 4 + 7 + rank);
}

/** The map's decomposition in float64, and how far the kernel may be from it. */
function exactMap({ encoder, decoder }: Blocks, rank: number) {
  const [e, d] = [Float64Array.from(encoder), Float64Array.from(decoder)];
  const map = multiply(transpose(d, rank, WIDTH), e, WIDTH, rank, WIDTH);
  const { values, left, right } = singularValueDecomposition(map, WIDTH, WIDTH);
  const sigma = values.slice(0, rank);
  const [ofE, ofD] = [singularValues(e, rank, WIDTH), singularValues(d, rank, WIDTH)];
  const rankOf = (spectrum: Float64Array) =>
    spectrum.filter((value) => value > 1e-7 * at(spectrum, 0)).length;
  const k = rankOf(sigma);
  // P over the directions that the map has.
  const polar = multiply(transpose(left.slice(0, k * WIDTH), k, WIDTH), right, WIDTH, k, WIDTH);
  const share = shareOf(rank);
  const [ridgeE, ridgeD] = [share * norm(e) ** 2, share * norm(d) ** 2];
  const corner =
    Math.sqrt(ridgeD) * at(ofE, 0) + Math.sqrt(ridgeE) * at(ofD, 0) + Math.sqrt(ridgeD * ridgeE);
  // Singular blocks have no relative bound.
  const relative =
    Math.min(at(ofE, rank - 1), at(ofD, rank - 1)) > 0
      ? (ridgeE / at(ofE, rank - 1) ** 2 + ridgeD / at(ofD, rank - 1) ** 2) / 2
      : Infinity;
  const rounding = gammaOf(20 * rank) * at(ofE, 0) * at(ofD, 0);
  const smallest = at(sigma, Math.max(k - 1, 0));
  const gradientTolerance = (size: number) =>
    size *
    Math.sqrt(rank) *
    (Math.min((2 * corner) / smallest, 2 * relative * condition(ofE) * condition(ofD)) +
      rounding / smallest);
  return {
    singularValues: sigma,
    valueTolerance: sigma.map(
      (value) => (value > 0 ? Math.min(corner, relative * value) : corner) + rounding + SMALLEST,
    ),
    encoderNorm: at(ofE, 0),
    decoderNorm: at(ofD, 0),
    forDecoder: multiplyTransposed(e, polar, rank, WIDTH, WIDTH),
    forEncoder: multiply(d, polar, rank, WIDTH, WIDTH),
    defined: { decoder: k > 0 && k === rankOf(ofE), encoder: k > 0 && k === rankOf(ofD) },
    gradientTolerance: {
      decoder: gradientTolerance(at(ofE, 0)),
      encoder: gradientTolerance(at(ofD, 0)),
    },
  };
}

function condition(spectrum: Float64Array): number {
  return at(spectrum, 0) / at(spectrum, spectrum.length - 1);
}

function expectFinite(
  { singularValues: values, forEncoder, forDecoder }: Found,
  label: string,
): void {
  for (const numbers of [values, forEncoder, forDecoder]) {
    expect(numbers.every(Number.isFinite), label).toBe(true);
  }
}

function expectBounded(gradient: Float64Array, bound: number, rank: number, label: string): void {
  const largest = at(singularValues(gradient, rank, WIDTH), 0);
  expect(largest, label).toBeLessThanOrEqual(bound * 1.001 + SMALLEST);
}

/** Runs the step's own nuclear pass over blocks, one a group. */
async function runKernel(
  blocks: readonly Blocks[],
  rank: number,
  nuclear_target: NuclearTarget,
): Promise<Found[]> {
  const device = await testDevice();
  const groups = blocks.length;
  const config = modelSchema.parse({
    architecture: 'topk_sasa',
    n_groups: groups,
    group_rank: rank,
    k_groups: 1,
    nuclear_target,
  });
  const whole = stepPlan({ config, width: WIDTH, batch: 1, variant: 'direct', clip: false }).plan;
  const passes = whole.passes.filter(({ kernel }) => kernel.name === 'nuclear_gradient');
  const used = passes.flatMap(({ bindings }) => Object.values(bindings));
  const plan = {
    ...whole,
    passes,
    buffers: whole.buffers.filter(({ name }) => used.includes(name)),
    imports: [],
    clears: [],
  };
  const buffers = await allocate(device, plan);
  const buffer = (name: string): GPUBuffer => {
    const named = buffers.get(name);
    if (named === undefined) throw new RangeError(name);
    return named;
  };
  blocks.forEach(({ encoder, decoder }, k) => {
    const offset = k * rank * WIDTH * 4;
    device.queue.writeBuffer(buffer('encoder'), offset, encoder.slice());
    device.queue.writeBuffer(buffer('decoder'), offset, decoder.slice());
  });
  const runner = await PlanRunner.create(device, plan, buffers);
  runner.setUniforms(0, uniformsAt(config, testOptimiser, { lambda: 1, inputScale: 1 }, 0, 10, 1));
  runner.upload();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  runner.record(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const read = async (name: string) =>
    Float64Array.from(new Float32Array(await readBuffer(device, buffer(name))));
  const [penalty, values] = [await read('penalty'), await read('singular_values')];
  runner.destroy();
  for (const each of buffers.values()) each.destroy();
  const square = rank * rank;
  return blocks.map((block, k) => ({
    singularValues: values.slice(k * rank, (k + 1) * rank),
    forEncoder: times(penalty.subarray(k * square, (k + 1) * square), {
      values: Float64Array.from(block.encoder),
      rank,
    }),
    forDecoder: times(penalty.subarray((groups + k) * square, (groups + k + 1) * square), {
      values: Float64Array.from(block.decoder),
      rank,
    }),
  }));
}

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
import { multiply, multiplyTransposed, transpose } from '../../../src/base/linear_algebra';
import { singularValueDecomposition, singularValues } from '../../../src/base/singular_values';
import { at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import { allocate } from '../../../src/gpu/buffers';
import { PlanRunner } from '../../../src/gpu/executor';
import type { NuclearTarget } from '../../../src/sae/architectures/architecture';
import { modelSchema } from '../../../src/sae/config';
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

type MakeBlocks = (block: MakeBlock, e: Normal, d: Normal, r: number) => Blocks;

/** Encoder and decoder changed alike. */
const both =
  (change: (value: Normal) => Normal): MakeBlocks =>
  (block, e, d) => ({ encoder: block(change(e)), decoder: block(change(d)) });

const scaled = (by: number): MakeBlocks => both((value) => (i, c) => by * value(i, c));

/** Blocks by what is awkward about them; `e` and `d` are independent normals. */
const scenarios: Record<string, MakeBlocks> = {
  'well conditioned': both((value) => value),
  'encoder = decoder, as at the start': (block, e) => ({ encoder: block(e), decoder: block(e) }),
  'one row twice': both((value) => (i, c) => value(i === 1 ? 0 : i, c)),
  'one row twice in the decoder only': (block, e, d) => ({
    encoder: block(e),
    decoder: block((i, c) => d(i === 1 ? 0 : i, c)),
  }),
  'a zero row': both((value) => (i, c) => (i === 1 ? 0 : value(i, c))),
  'rank one': both((value) => (i, c) => (i + 1) * value(0, c)),
  'rank one, rows of mixed sign': both((value) => (i, c) => (i % 2 === 0 ? 1 : -1) * value(0, c)),
  'rows that never meet: the map is zero': (block, e, d, r) => ({
    encoder: block((i, c) => (2 * i < r ? e(i, c) : 0)),
    decoder: block((i, c) => (2 * i < r ? 0 : d(i, c))),
  }),
  'decoder zero': (block, e) => ({ encoder: block(e), decoder: block(() => 0) }),
  'encoder zero': (block, _, d) => ({ encoder: block(() => 0), decoder: block(d) }),
  'both zero': (block) => ({ encoder: block(() => 0), decoder: block(() => 0) }),
  'one row a millionth': both((value) => (i, c) => (i === 1 ? 1e-6 : 1) * value(i, c)),
  'scaled by 1e-6': scaled(1e-6),
  'scaled by 1e-12': scaled(1e-12),
  'scaled by 1e4': scaled(1e4),
  'scaled by 1e6': scaled(1e6),
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

const names = Object.keys(scenarios);

describe('nuclear norms', () => {
  it.each([4, 6, 32])('of the maps of blocks of rank %i, with gradients', async (rank) => {
    const blocks = names.map((name, index) => makeBlocks(name, rank, index));
    const found = await runKernel(blocks, rank, 'composition');
    for (const [index, name] of names.entries()) {
      const result = at(found, index);
      expectFinite(result, name);
      const exact = exactMap(at(blocks, index), rank);
      // ‖P‖₂ ≤ 1, so ∂R/∂D = E Pᵀ and ∂R/∂E = D P are no larger than E and D.
      expectBounded(result.forDecoder, exact.encoderNorm, rank, `${name}: ∂R/∂D`);
      expectBounded(result.forEncoder, exact.decoderNorm, rank, `${name}: ∂R/∂E`);
      if (vanishing.includes(name)) continue;
      expectValues(result.singularValues, exact.singularValues, exact.valueTolerance, name);
      if (exact.defined.decoder) {
        expectGradient(result.forDecoder, exact.forDecoder, exact.decoderTolerance, name);
      }
      if (exact.defined.encoder) {
        expectGradient(result.forEncoder, exact.forEncoder, exact.encoderTolerance, name);
      }
    }
  });

  it.each([6])('of the decoders of blocks of rank %i, with gradients', async (rank) => {
    const blocks = names.map((name, index) => makeBlocks(name, rank, index));
    const found = await runKernel(blocks, rank, 'decoder');
    for (const [index, name] of names.entries()) {
      const result = at(found, index);
      expectFinite(result, name);
      expect(norm(result.forEncoder), name).toBe(0);
      expectBounded(result.forDecoder, 1, rank, `${name}: ∂R/∂D`);
      const decoder = Float64Array.from(at(blocks, index).decoder);
      const { values, left, right } = singularValueDecomposition(decoder, rank, WIDTH);
      // √(σ² + ε) − σ, by either bound.
      const ridge = shareOf(rank) * norm(decoder) ** 2;
      const rounding = gammaOf(20 * rank) * at(values, 0);
      const tolerance = values.map(
        (value) =>
          Math.min(Math.sqrt(ridge), value > 0 ? ridge / (2 * value) : Infinity) + rounding,
      );
      expectValues(result.singularValues, values, tolerance, name);
      const smallest = at(values, rank - 1);
      if (smallest <= 1e-6 * at(values, 0)) continue;
      const polar = multiply(transpose(left, rank, rank), right, rank, rank, WIDTH);
      const share = (ridge / smallest ** 2 + rounding / smallest) * Math.sqrt(rank);
      expectGradient(result.forDecoder, polar, share, name);
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
  const total = sigma.reduce((sum, value) => sum + value, 0);
  // ∂R/∂W = X W, of which a share is lost: ‖X‖ ≤ ‖other‖ / σ_min(W) (nuclear_bounds.ts).
  const gradientTolerance = (other: Float64Array, own: Float64Array) => {
    const size = Math.sqrt(rank) * at(other, 0);
    const byShare =
      relative < Infinity
        ? 2 * relative * Math.sqrt((at(other, 0) / at(own, rank - 1)) * total)
        : Infinity;
    return Math.min((2 * corner * size) / smallest, byShare) + (rounding * size) / smallest;
  };
  return {
    singularValues: sigma,
    valueTolerance: sigma.map(
      (value) => (value > 0 ? Math.min(corner, relative * value) : corner) + rounding,
    ),
    encoderNorm: at(ofE, 0),
    decoderNorm: at(ofD, 0),
    forDecoder: multiplyTransposed(e, polar, rank, WIDTH, WIDTH),
    forEncoder: multiply(d, polar, rank, WIDTH, WIDTH),
    defined: { decoder: k > 0 && k === rankOf(ofE), encoder: k > 0 && k === rankOf(ofD) },
    decoderTolerance: gradientTolerance(ofE, ofD),
    encoderTolerance: gradientTolerance(ofD, ofE),
  };
}

function expectFinite(
  { singularValues: values, forEncoder, forDecoder }: Found,
  label: string,
): void {
  for (const numbers of [values, forEncoder, forDecoder]) {
    expect(numbers.every(Number.isFinite), label).toBe(true);
  }
}

function expectValues(
  found: Float64Array,
  exact: Float64Array,
  tolerance: Float64Array,
  label: string,
): void {
  found.forEach((value, i) => {
    const error = Math.abs(value - at(exact, i));
    expect(error, `${label}: σ${i} = ${at(exact, i)}`).toBeLessThanOrEqual(
      at(tolerance, i) + SMALLEST,
    );
  });
}

function expectGradient(
  found: Float64Array,
  exact: Float64Array,
  tolerance: number,
  label: string,
): void {
  const error = norm(found.map((value, i) => value - at(exact, i)));
  expect(error, `${label}: gradient`).toBeLessThanOrEqual(tolerance);
}

function expectBounded(gradient: Float64Array, bound: number, rank: number, label: string): void {
  const largest = at(singularValues(gradient, rank, WIDTH), 0);
  expect(largest, label).toBeLessThanOrEqual(bound * 1.001 + SMALLEST);
}

/** Runs the step's own nuclear pass over blocks, one per group. */
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
  blocks.forEach(({ encoder, decoder }, k) => {
    buffers.write('encoder', encoder, k * rank * WIDTH);
    buffers.write('decoder', decoder, k * rank * WIDTH);
  });
  const runner = await PlanRunner.create(device, plan, buffers);
  const model = { lambda: 1, sparsity: 0, rms: 1, inputScale: 1 };
  runner.setUniforms(0, uniformsAt(config, testOptimiser, model, 0, 10, 1));
  runner.upload();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  runner.record(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const read = async (name: string) =>
    Float64Array.from(new Float32Array(await buffers.read(name)));
  const [penalty, values] = [await read('penalty'), await read('singular_values')];
  runner.destroy();
  buffers.destroy();
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

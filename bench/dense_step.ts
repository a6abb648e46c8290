/**
 * The same training step without sparsity: five dense products instead of one, each with the tiles that fit its
 * shape and, where it has few results, split along its sum. It shares the lab's gate
 * and nuclear kernels and leaves out what only the sparse step has to do more of (b_dec), so the ratio
 * errs in its favour.
 */
import type { BufferSpec, Kernel, Pass, Plan } from '../src/gpu/plan';
import { selectPass } from '../src/sae/forward_passes';
import { spread } from '../src/gpu/workgroups';
import { kernels } from '../src/sae/kernels';
import { keyParts, scoreParts } from '../src/sae/parts';
import type { KernelVariant } from '../src/sae/layout';
import { stepUniforms } from '../src/sae/schedule';
import { stepPlan } from '../src/sae/step_plan';
import adamDense from './shaders/adam_dense.wgsl?raw';
import groupNorms from './shaders/group_norms.wgsl?raw';
import maskGroups from './shaders/mask_groups.wgsl?raw';
import fourVectors from '../shaders/four_vectors.wgsl?raw';
import matmulDirect from './shaders/matmul_direct.wgsl?raw';
import matmulTiled from './shaders/matmul_tiled.wgsl?raw';
import matmulWide from './shaders/matmul_wide.wgsl?raw';
import residual from './shaders/residual.wgsl?raw';
import { compileStep, type GpuStep } from './gpu_step';
import type { Workload } from './workload';

/** out = a·bᵀ (0), a·b (1) or aᵀ·b (2); see the shaders. */
type Mode = 0 | 1 | 2;

/** Workgroups that keep a large GPU busy, and that leave none of it idle for long. */
const BUSY = 256;
const FULL = 512;
/** A part of a split sum has at least this many terms. */
const LEAST_TERMS = 128;

interface Tiling {
  readonly kernel: Kernel;
  readonly across: number;
  readonly down: number;
  /** Sums that a result is split into; whoever reads it adds them up. */
  readonly parts: number;
}

/** The fastest of the kernels for a product [m, k]·[k, n]; `split` allows more than one part. */
function tilingOf(
  variant: KernelVariant,
  [m, n, k]: readonly [number, number, number],
  split: boolean,
): Tiling {
  if (variant !== 'tiled') {
    const kernel = { name: 'matmul_direct', source: matmulDirect };
    return { kernel, across: Math.ceil(n / 32), down: Math.ceil(m / 32), parts: 1 };
  }
  const tiles = (kernel: Kernel, columns: number, rows: number): Tiling => {
    const [across, down] = [Math.ceil(n / columns), Math.ceil(m / rows)];
    const most = split ? Math.max(1, Math.floor(k / LEAST_TERMS)) : 1;
    return { kernel, across, down, parts: Math.min(most, Math.ceil(FULL / (across * down))) };
  };
  const wide = tiles({ name: 'matmul_wide', source: fourVectors + matmulWide }, 128, 64);
  if (wide.across * wide.down * wide.parts >= BUSY) return wide;
  return tiles({ name: 'matmul_tiled', source: matmulTiled }, 64, 32);
}

/** Compiles the dense step of a workload on a device. */
export function denseStep(
  device: GPUDevice,
  workload: Workload,
  variant: KernelVariant,
): Promise<GpuStep> {
  const { config, width, batch } = workload;
  const { layout, plan: own } = stepPlan({ config, width, batch, variant, clip: false });
  const { groups, rank, latents, d4 } = layout;
  const columns = d4 * 4;
  const product = (
    name: string,
    mode: Mode,
    size: readonly [number, number, number],
    [a, b, out]: readonly [string, string, string],
    { kernel, across, down, parts } = tilingOf(variant, size, false),
  ): Pass => ({
    name,
    kernel,
    bindings: { a, b, out },
    constants: {
      M: size[0],
      N: size[1],
      K: size[2],
      MODE: mode,
      ...(variant === 'tiled' ? { PARTS: parts } : {}),
    },
    workgroups: [across, down, parts],
  });
  const decodeSize = [batch, columns, latents] as const;
  const gradientSize = [latents, columns, batch] as const;
  const decoding = tilingOf(variant, decodeSize, true);
  const summing = tilingOf(variant, gradientSize, true);
  const mask = (values: string): Pass => ({
    name: `mask ${values}`,
    kernel: { name: 'mask_groups', source: maskGroups },
    bindings: { fired: 'fired', values },
    constants: { B: batch, K: groups, R: rank, WORDS: layout.words },
    workgroups: spread(batch * groups),
  });
  const adam = (matrix: 'encoder' | 'decoder', offset: number): Pass => ({
    name: `Adam ${matrix}`,
    kernel: { name: 'adam_dense', source: adamDense },
    bindings: {
      weights: matrix,
      moment1: `${matrix}_moment1`,
      moment2: `${matrix}_moment2`,
      gradient: `${matrix}_gradient`,
      penalty: 'penalty',
    },
    constants: { K: groups, R: rank, D4: d4, PENALTY_OFFSET: offset, PARTS: summing.parts },
    workgroups: spread(groups * d4),
  });
  const nuclear = own.passes.find((pass) => pass.kernel.name === kernels.nuclear_gradient.name);
  if (nuclear === undefined) throw new TypeError('the step has no nuclear pass');
  const spec = (name: string, length: number, type: 'f32' | 'u32' = 'f32'): BufferSpec => ({
    name,
    type,
    length,
    shape: name,
  });
  const plan: Plan = {
    name: 'dense step',
    uniform: stepUniforms,
    buffers: [
      ...own.buffers.filter(({ name }) => name !== 'rows' && name !== 'coefs'),
      spec('coefs', 1),
      spec('pre', batch * latents),
      spec('xhat', decoding.parts * batch * columns),
      spec('g', batch * columns),
      spec('pre_gradient', batch * latents),
      spec('encoder_gradient', summing.parts * latents * columns),
      spec('decoder_gradient', summing.parts * latents * columns),
    ],
    imports: ['x'],
    clears: ['fired'],
    passes: [
      product('pre-activations', 0, [batch, latents, columns], ['x', 'encoder', 'pre']),
      {
        name: 'group norms',
        kernel: { name: 'group_norms', source: groupNorms },
        bindings: { pre: 'pre', scores: 'scores' },
        constants: { COUNT: batch * groups, R: rank },
        workgroups: spread(batch * groups),
      },
      selectPass(
        layout,
        {
          name: 'select groups',
          branch: layout.main,
          score: scoreParts.norm,
          key: keyParts.any,
          compact: false,
          byPosition: false,
          record: true,
          markAlive: true,
        },
        variant,
      ),
      mask('pre'),
      product('decode', 1, decodeSize, ['pre', 'decoder', 'xhat'], decoding),
      {
        name: 'residual',
        kernel: { name: 'residual', source: residual },
        bindings: { x: 'x', xhat: 'xhat', g: 'g' },
        constants: { LENGTH: batch * d4, B: batch, PARTS: decoding.parts },
        workgroups: spread(batch * d4),
      },
      product('code gradients', 0, [batch, latents, columns], ['g', 'decoder', 'pre_gradient']),
      mask('pre_gradient'),
      product('decoder gradient', 2, gradientSize, ['pre', 'g', 'decoder_gradient'], summing),
      product(
        'encoder gradient',
        2,
        gradientSize,
        ['pre_gradient', 'x', 'encoder_gradient'],
        summing,
      ),
      nuclear,
      adam('encoder', 0),
      adam('decoder', groups * rank * rank),
    ],
  };
  return compileStep(device, workload, 'own dense step', { plan, layout });
}

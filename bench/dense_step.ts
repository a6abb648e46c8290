/**
 * The same training step without sparsity: five dense products instead of one. It shares the lab's gate
 * and nuclear kernels and leaves out what only the sparse step has to do more of (b_dec), so the ratio
 * errs in its favour.
 */
import type { BufferSpec, Pass, Plan } from '../src/gpu/plan';
import { selectPass, spread } from '../src/sae/forward_plan';
import { kernels } from '../src/sae/kernels';
import type { KernelVariant } from '../src/sae/layout';
import { stepUniforms } from '../src/sae/schedule';
import { stepPlan } from '../src/sae/step_plan';
import adamDense from './shaders/adam_dense.wgsl?raw';
import groupNorms from './shaders/group_norms.wgsl?raw';
import maskGroups from './shaders/mask_groups.wgsl?raw';
import matmulDirect from './shaders/matmul_direct.wgsl?raw';
import matmulTiled from './shaders/matmul_tiled.wgsl?raw';
import residual from './shaders/residual.wgsl?raw';
import { compileStep, type GpuStep } from './gpu_step';
import type { Workload } from './workload';

/** out = a·bᵀ (0), a·b (1) or aᵀ·b (2); see the shaders. */
type Mode = 0 | 1 | 2;

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
    [m, n, k]: readonly [number, number, number],
    [a, b, out]: readonly [string, string, string],
  ): Pass => ({
    name,
    kernel:
      variant === 'direct'
        ? { name: 'matmul_direct', source: matmulDirect }
        : { name: 'matmul_tiled', source: matmulTiled },
    bindings: { a, b, out },
    constants: { M: m, N: n, K: k, MODE: mode },
    workgroups: [Math.ceil(n / (variant === 'direct' ? 32 : 64)), Math.ceil(m / 32), 1],
  });
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
    constants: { K: groups, R: rank, D4: d4, PENALTY_OFFSET: offset },
    workgroups: spread(groups * d4),
  });
  const nuclear = own.passes.find((pass) => pass.kernel === kernels.nuclear_gradient);
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
      spec('xhat', batch * columns),
      spec('g', batch * columns),
      spec('pre_gradient', batch * latents),
      spec('encoder_gradient', latents * columns),
      spec('decoder_gradient', latents * columns),
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
          scalar: false,
          positive: false,
          compact: false,
          byPosition: false,
          record: true,
          markAlive: true,
        },
        variant,
      ),
      mask('pre'),
      product('decode', 1, [batch, columns, latents], ['pre', 'decoder', 'xhat']),
      {
        name: 'residual',
        kernel: { name: 'residual', source: residual },
        bindings: { x: 'x', xhat: 'xhat', g: 'g' },
        constants: { LENGTH: batch * d4, B: batch },
        workgroups: spread(batch * d4),
      },
      product('code gradients', 0, [batch, latents, columns], ['g', 'decoder', 'pre_gradient']),
      mask('pre_gradient'),
      product('decoder gradient', 2, [latents, columns, batch], ['pre', 'g', 'decoder_gradient']),
      product(
        'encoder gradient',
        2,
        [latents, columns, batch],
        ['pre_gradient', 'x', 'encoder_gradient'],
      ),
      nuclear,
      adam('encoder', 0),
      adam('decoder', groups * rank * rank),
    ],
  };
  return compileStep(device, workload, 'own dense step', { plan, layout });
}

/**
 * The same training step in jax-js: `jit` over `valueAndGrad` and Adam, dense as that style is. It has no
 * nuclear penalty (that would need a singular value decomposition), which favours it. The s largest
 * scores are found by taking the maximum s times: `lax.topK` sorts, which took as long here, and its
 * kernel took a software adapter a minute to compile.
 *
 * Arrays are reference-counted: passing one gives it away, `.ref` keeps it (jax-js README).
 */
import type { numpy } from '@jax-js/jax';
import { shapeOf } from '../src/sae/config';
import { ADAM_EPSILON } from '../src/sae/schedule';
import { startJax } from './jax_device';
import { batchOf, optimiser, weightsOf, type Stepper, type Workload } from './workload';

type Array = numpy.Array;

/** E [K·r, d], D [K·r, d], b_dec [d], or something of these shapes. */
// jax-js takes type aliases as trees of arrays, interfaces it does not.
type Parameters = { E: Array; D: Array; b: Array };

type State = { weights: Parameters; moment1: Parameters; moment2: Parameters };

export interface LossStepper extends Stepper {
  /** Loss of the last step, before its update. */
  lastLoss(): Promise<number>;
}

/** Starts jax-js on the GPU and compiles the step. `gpu` is what a browser has as `navigator.gpu`. */
export async function jaxStep(gpu: GPU, workload: Workload): Promise<LossStepper> {
  const { numpy: np, lax, jit, valueAndGrad, tree, blockUntilReady } = await startJax(gpu);

  const { config, width, batch } = workload;
  const { groups, rank, slots } = shapeOf(config);

  const loss = (p: Parameters, x: Array): Array => {
    const centered = x.sub(p.b.ref);
    const pre = np.matmul(centered.ref, p.E.transpose()).reshape([batch, groups, rank]);
    const score = lax.stopGradient(np.square(pre.ref).sum(-1));
    let rest = score.ref;
    for (let i = 1; i < slots; i += 1) {
      const largest = rest.ref.max(-1, { keepdims: true });
      rest = np.where(np.less(rest.ref, largest), rest, -1);
    }
    const active = np.greaterEqual(score, rest.max(-1, { keepdims: true }));
    const codes = np.where(active.reshape([batch, groups, 1]), pre, 0);
    const decoded = np.matmul(codes.reshape([batch, groups * rank]), p.D);
    p.b.dispose();
    return np.square(centered.sub(decoded)).sum().div(batch);
  };

  const { lr, adam_beta1: beta1, adam_beta2: beta2 } = optimiser;
  const adam = (weight: Array, first: Array, second: Array, gradient: Array) => {
    const moment1 = first.mul(beta1).add(gradient.ref.mul(1 - beta1));
    const moment2 = second.mul(beta2).add(np.square(gradient).mul(1 - beta2));
    const scale = np.sqrt(moment2.ref.div(1 - beta2)).add(ADAM_EPSILON);
    const moved = weight.sub(moment1.ref.mul(lr / (1 - beta1)).div(scale));
    return { weight: moved, moment1, moment2 };
  };

  const lossAndGradient = valueAndGrad(loss);
  const step = jit((state: State, x: Array): [Array, State] => {
    const { weights, moment1, moment2 } = state;
    const [value, gradient] = lossAndGradient(tree.ref(weights), x);
    const E = adam(weights.E, moment1.E, moment2.E, gradient.E);
    const D = adam(weights.D, moment1.D, moment2.D, gradient.D);
    const b = adam(weights.b, moment1.b, moment2.b, gradient.b);
    return [
      value,
      {
        weights: { E: E.weight, D: D.weight, b: b.weight },
        moment1: { E: E.moment1, D: D.moment1, b: b.moment1 },
        moment2: { E: E.moment2, D: D.moment2, b: b.moment2 },
      },
    ];
  });

  const matrix = [groups * rank, width];
  const zeros = (): Parameters => ({
    E: np.zeros(matrix),
    D: np.zeros(matrix),
    b: np.zeros([width]),
  });
  const start = weightsOf(workload);
  const tensor = (values: Float32Array, shape: number[]): Array =>
    np.array(Float32Array.from(values)).reshape(shape);
  let state: State = {
    weights: { ...zeros(), E: tensor(start.encoder, matrix), D: tensor(start.decoder, matrix) },
    moment1: zeros(),
    moment2: zeros(),
  };
  const x = tensor(batchOf(workload), [batch, width]);
  let last: Array | undefined;
  return {
    name: 'jax-js',
    run: async (steps) => {
      for (let i = 0; i < steps; i += 1) {
        last?.dispose();
        [last, state] = step(state, x.ref);
      }
      await blockUntilReady(state);
    },
    lastLoss: async () => {
      if (last === undefined) throw new Error('no step was taken');
      return Number(await last.ref.jsAsync());
    },
    destroy: () => {
      last?.dispose();
      x.dispose();
      tree.dispose(state);
    },
  };
}

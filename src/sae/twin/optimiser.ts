/**
 * Float64 twins of the kernels that finish a step: gradients of both matrices and of the biases with
 * the penalty's term, Adam, the gradient's norm and the clip by it.
 */
import { addAt, at } from '../../base/array';
import {
  addBiasGradient,
  addEntries,
  addWeightGradient,
  auxiliaryPlaces,
  mainWeight,
} from './backward';
import { rowPlaces, type KernelCall } from './kernel_call';
import { addScaled } from './vectors';

/** Columns that share a squared norm in update_rows and in its serial form. */
const TILE_COLUMNS = 64;
const SERIAL_COLUMNS = 4;

/** A tensor under training and its moments. */
interface Trained {
  readonly weights: Float64Array;
  readonly moment1: Float64Array;
  readonly moment2: Float64Array;
}

/** Adam's betas of a number of a tensor, with the corrections of its moments: those of the run, but for η. */
export function betasOf(call: KernelCall, index: number) {
  const beta1 = call.uniform('beta1');
  const ofEta = call.completedBy('memory') && call.part('memory').ofEta;
  // It stands last, in four numbers of its own.
  if (ofEta && index >= call.constant('ETA_OFFSET')) {
    return { beta1, beta2: 1 - (1 - beta1) ** 2, correction1: 1, correction2: 1 };
  }
  return {
    beta1,
    beta2: call.uniform('beta2'),
    correction1: call.uniform('correction1'),
    correction2: call.uniform('correction2'),
  };
}

/**
 * One Adam step on element `index` (Kingma & Ba 2015, with decoupled weight decay of Loshchilov & Hutter
 * 2019): m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − lr (m̂ / (√v̂ + ε) + decay·w).
 */
function adamStep(
  call: KernelCall,
  tensor: Trained,
  index: number,
  gradient: number,
  decay: number,
): void {
  const { beta1, beta2, correction1, correction2 } = betasOf(call, index);
  const m = beta1 * at(tensor.moment1, index) + (1 - beta1) * gradient;
  const v = beta2 * at(tensor.moment2, index) + (1 - beta2) * gradient ** 2;
  tensor.moment1[index] = m;
  tensor.moment2[index] = v;
  const w = at(tensor.weights, index);
  const direction = (m * correction1) / (Math.sqrt(v * correction2) + call.uniform('epsilon'));
  tensor.weights[index] = w - call.uniform('lr') * (direction + decay * w);
}

/**
 * Applies a gradient: an Adam step on every element or, unfused, stored where `moment1` is bound, or added there with
 * its share. What is not finite leaves the weight as it was. Gives the gradient whose square counts.
 */
export function applyGradient(
  call: KernelCall,
  tensor: Trained,
  first: number,
  own: Float64Array,
  decay: number,
): Float64Array {
  if (!call.flag('FUSED')) {
    const share = call.constant('SHARE');
    const gradient = call.flag('ADD')
      ? own.map((g, i) => at(tensor.moment1, first + i) + share * g)
      : own;
    tensor.moment1.set(gradient, first);
    return gradient;
  }
  own.forEach((g, i) => {
    if (Number.isFinite(g)) adamStep(call, tensor, first + i, g, decay);
  });
  return own;
}

/** Gradient of the encoder or decoder over both branches, plus its penalty; then Adam. */
export function updateRows(call: KernelCall): void {
  updateMatrix(call, TILE_COLUMNS);
}

/** The same with a squared norm for every four columns. */
export function updateRowsSerial(call: KernelCall): void {
  updateMatrix(call, SERIAL_COLUMNS);
}

function updateMatrix(call: KernelCall, columnsOfSquares: number): void {
  const [B, K, R] = [call.constant('B'), call.constant('K'), call.constant('R')];
  const stride = 4 * call.constant('D4');
  const weights = call.floats('weights');
  const gradient = new Float64Array(K * R * stride);
  addWeightGradient(
    call,
    {
      places: rowPlaces(call),
      rank: R,
      active: call.constant('ACTIVE_OFFSET'),
      coefs: call.constant('COEF_OFFSET'),
      firstRow: call.constant('SECTION') * B,
    },
    gradient,
  );
  if (call.part('products').two) {
    addWeightGradient(
      call,
      {
        places: rowPlaces(call),
        rank: R,
        active: call.constant('ACTIVE_OFFSET'),
        coefs: call.constant('SECOND_OFFSET'),
        firstRow: call.constant('SECOND_SECTION') * B,
      },
      gradient,
    );
  }
  if (call.flag('AUX')) {
    addWeightGradient(
      call,
      {
        places: auxiliaryPlaces(call),
        rank: call.flag('AUX_COLUMNS') ? 1 : R,
        active: call.constant('AUX_ACTIVE_OFFSET'),
        coefs: call.constant('AUX_COEF_OFFSET'),
        firstRow: call.constant('AUX_SECTION') * B,
      },
      gradient,
    );
  }
  addPenaltyGradient(call, gradient);
  writeSums(call);
  const tensor = { weights, moment1: call.floats('moment1'), moment2: call.floats('moment2') };
  const whole = applyGradient(call, tensor, 0, gradient, call.uniform('weight_decay'));
  const penalty = call.floats('penalty');
  const tiles = Math.ceil(stride / columnsOfSquares);
  const squares = call.constant('SQUARES_OFFSET');
  penalty.fill(0, squares, squares + K * tiles);
  whole.forEach((g, index) => {
    const group = Math.floor(index / (R * stride));
    const tile = Math.floor((index % stride) / columnsOfSquares);
    addAt(penalty, squares + group * tiles + tile, g * g);
  });
}

/** Adds the gradient of the part's penalty to gradient [K·R, 4·D4]. */
function addPenaltyGradient(call: KernelCall, gradient: Float64Array): void {
  const [K, R] = [call.constant('K'), call.constant('R')];
  const stride = 4 * call.constant('D4');
  const [weights, penalty] = [call.floats('weights'), call.floats('penalty')];
  const { kind } = call.part('penalty');
  const offset = call.constant('PENALTY_OFFSET');
  const strength = call.uniform('penalty_strength');
  const codeSums = kind === 'norm' ? sumsByNorm(call) : new Float64Array();
  for (let latent = 0; latent < K * R; latent += 1) {
    const group = Math.floor(latent / R);
    const target = gradient.subarray(latent * stride, (latent + 1) * stride);
    if (kind === 'nuclear') {
      for (let j = 0; j < R; j += 1) {
        const factor = strength * at(penalty, offset + latent * R + j);
        addScaled(target, factor, weights, (group * R + j) * stride);
      }
    } else if (kind === 'decay') {
      addScaled(target, strength, weights, latent * stride);
    } else if (kind === 'norm') {
      const share = call.uniform('sparsity_strength') / call.constant('B');
      const factor = share * at(codeSums, latent) * at(penalty, offset + latent);
      addScaled(target, factor, weights, latent * stride);
    }
  }
}

/** Σ_b of what the term of the codes is by the norm of the atom, of every unit of a scalar model. */
function sumsByNorm(call: KernelCall): Float64Array {
  const { byNorm } = call.part('term');
  const [penalty, offset] = [call.floats('penalty'), call.constant('PENALTY_OFFSET')];
  const codes = call.constant('CODES_OFFSET');
  const active = call.constant('ACTIVE_OFFSET');
  const sums = new Float64Array(call.constant('K'));
  addEntries(call, { places: rowPlaces(call), rank: 1, active }, sums, (place) => {
    const unit = at(call.words('active_units'), active + place);
    return byNorm(at(call.floats('coefs'), codes + place), 1 / at(penalty, offset + unit));
  });
  return sums;
}

/**
 * What the biases need of the encoder's coefficients: their sums over the batch, and the shares
 * Σ_i sum_i W_i of each block of GROUPS groups.
 */
function writeSums(call: KernelCall): void {
  if (!call.flag('SUMS') && !call.flag('SHARES')) return;
  const [K, R, perBlock] = [call.constant('K'), call.constant('R'), call.constant('GROUPS')];
  const stride = 4 * call.constant('D4');
  const penalty = call.floats('penalty');
  const sums = codeGradientSums(call, K * R);
  if (call.flag('SUMS')) penalty.set(sums, call.constant('SUMS_OFFSET'));
  if (!call.flag('SHARES')) return;
  const first = call.constant('SHARES_OFFSET');
  const shares = penalty.subarray(first, first + Math.ceil(K / perBlock) * stride).fill(0);
  sums.forEach((sum, latent) => {
    const block = Math.floor(latent / (R * perBlock));
    const share = shares.subarray(block * stride, (block + 1) * stride);
    addScaled(share, sum, call.floats('weights'), latent * stride);
  });
}

/** Σ_b dL/dcode of every latent, over the codes that read the input. */
function codeGradientSums(call: KernelCall, latents: number): Float64Array {
  const sums = new Float64Array(latents);
  addBiasGradient(
    call,
    {
      places: rowPlaces(call),
      rank: call.constant('R'),
      active: call.constant('ACTIVE_OFFSET'),
      coefs: call.constant('COEF_OFFSET'),
    },
    sums,
  );
  if (call.flag('AUX') && call.flag('AUX_SUMS')) {
    addBiasGradient(
      call,
      {
        places: auxiliaryPlaces(call),
        rank: call.flag('AUX_COLUMNS') ? 1 : call.constant('R'),
        active: call.constant('AUX_ACTIVE_OFFSET'),
        coefs: call.constant('AUX_COEF_OFFSET'),
      },
      sums,
    );
  }
  return sums;
}

/** dL/db_dec = −Σ_b w_b e_b − Σ shares [+ Σ_b q_b], dL/db_enc = Σ g [and dL/dη = Σ_b share_b]; then Adam, without weight decay. */
export function updateBiases(call: KernelCall): void {
  const [B, N] = [call.constant('B'), call.constant('N')];
  const stride = 4 * call.constant('D4');
  const tensor = {
    weights: call.floats('biases'),
    moment1: call.floats('moment1'),
    moment2: call.floats('moment2'),
  };
  const penalty = call.floats('penalty');
  const { refined } = call.part('biases');
  const ofDecoder = new Float64Array(stride);
  for (let b = 0; b < B; b += 1) {
    addScaled(ofDecoder, -mainWeight(call, b), call.floats('rows'), (B + b) * stride);
    if (!refined) continue;
    addScaled(ofDecoder, 1, call.floats('rows'), (call.constant('GRADIENT') * B + b) * stride);
  }
  for (let block = 0; block < call.constant('BLOCKS'); block += 1) {
    addScaled(ofDecoder, -1, penalty, call.constant('SHARES_OFFSET') + block * stride);
  }
  const outputs = [applyGradient(call, tensor, call.constant('BIAS_OFFSET'), ofDecoder, 0)];
  if (call.flag('ENCODER_BIAS')) {
    const sums = call.constant('SUMS_OFFSET');
    const ofEncoder = penalty.slice(sums, sums + N);
    outputs.push(applyGradient(call, tensor, 0, ofEncoder, 0));
  }
  if (refined) {
    const shares = call.constant('ETA_SHARES_OFFSET');
    const ofEta = call
      .floats('coefs')
      .subarray(shares, shares + B)
      .reduce((sum, share) => sum + share, 0);
    outputs.push(
      applyGradient(call, tensor, call.constant('ETA_OFFSET'), Float64Array.of(ofEta), 0),
    );
  }
  // One squared norm a workgroup: of 16 columns of b_dec, then of 4 latents, then of η.
  let place = call.constant('SQUARES_OFFSET');
  outputs.forEach((gradient, which) => {
    const chunk = which === 0 ? 16 : 4;
    for (let first = 0; first < gradient.length; first += chunk) {
      penalty[place] = gradient
        .subarray(first, first + chunk)
        .reduce((sum, value) => sum + value * value, 0);
      place += 1;
    }
  });
}

/** Global norm of the gradient from the squared norms of its parts. */
export function gradientNorm(call: KernelCall): void {
  const penalty = call.floats('penalty');
  const first = call.constant('SQUARES_OFFSET');
  const sum = penalty
    .subarray(first, first + call.constant('COUNT'))
    .reduce((total, value) => total + value, 0);
  penalty[call.constant('NORM_OFFSET')] = Math.sqrt(sum);
}

/** Adam on a stored gradient times min(1, max_norm / (norm + 1e-6)); nothing when the norm is not finite. */
export function adamClipped(call: KernelCall): void {
  const norm = at(call.floats('penalty'), call.constant('NORM_OFFSET'));
  if (!Number.isFinite(norm)) return;
  const clip = Math.min(1, call.uniform('max_grad_norm') / (norm + 1e-6));
  const tensor = {
    weights: call.floats('weights'),
    moment1: call.floats('moment1'),
    moment2: call.floats('moment2'),
  };
  const decay = call.flag('DECAY') ? call.uniform('weight_decay') : 0;
  const gradient = call.floats('gradient');
  for (let index = 0; index < 4 * call.constant('LENGTH'); index += 1) {
    adamStep(call, tensor, index, clip * at(gradient, index), decay);
  }
}

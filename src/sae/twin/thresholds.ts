/** Float64 twins of the kernels that train thresholds through their logarithms. */
import { at } from '../../base/array';
import { addEntries } from './backward';
import { rowPlaces, type KernelCall } from './kernel_call';
import { applyGradient } from './optimiser';

/** dL/d log θ_k = θ_k Σ t over the rows that list unit k; then Adam, without weight decay. */
export function updateThresholds(call: KernelCall): void {
  const K = call.constant('K');
  const gradient = new Float64Array(K);
  const first = call.constant('COEF_OFFSET');
  const coefs = call.floats('coefs');
  addEntries(
    call,
    { places: rowPlaces(call), rank: 1, active: call.constant('ACTIVE_OFFSET') },
    gradient,
    (place) => at(coefs, first + place),
  );
  gradient.forEach((sum, unit) => {
    gradient[unit] = at(call.floats('thresholds'), unit) * sum;
  });
  const tensor = {
    weights: call.floats('weights'),
    moment1: call.floats('moment1'),
    moment2: call.floats('moment2'),
  };
  const squares = call.constant('SQUARES_OFFSET');
  applyGradient(call, tensor, 0, gradient, 0).forEach((g, unit) => {
    call.floats('penalty')[squares + unit] = g * g;
  });
}

/** θ = exp(log θ) */
export function expThresholds(call: KernelCall): void {
  const logs = call.floats('log_thresholds');
  for (let unit = 0; unit < call.constant('K'); unit += 1) {
    call.floats('thresholds')[unit] = Math.exp(at(logs, unit));
  }
}

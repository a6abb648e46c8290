// Gradient of the logarithm of every trained threshold, summed over the rows that list the unit in ascending order,
// and its Adam step:
//
//   dL/d log theta_k = theta_k sum_{b: k listed} t[place]        t: what code_gradients.wgsl left at COEF_OFFSET
//
// weights, moment1, moment2  [K]   log theta. FUSED false: moment1 receives the gradient instead; ADD: it is added up, with this
//                                  share each time
// thresholds    [K]                theta, as it was in the step
// coefs         at COEF_OFFSET [places]
// active_units  at ACTIVE_OFFSET [places], by a parts/places_….wgsl
// fired         [K, WORDS]
// penalty       squared gradients go to SQUARES_OFFSET [K]
// Dispatch: ceil(K / 64) workgroups of 64, folded. Source: docs/method/training.md.

override B: u32;
override K: u32;
override WORDS: u32;
override ACTIVE_OFFSET: u32;
override COEF_OFFSET: u32;
override SQUARES_OFFSET: u32;
override FUSED: bool;
override ADD: bool;
override SHARE: f32;

@group(0) @binding(0) var<storage, read_write> weights: array<f32>;
@group(0) @binding(1) var<storage, read_write> moment1: array<f32>;
@group(0) @binding(2) var<storage, read_write> moment2: array<f32>;
@group(0) @binding(3) var<storage, read> thresholds: array<f32>;
@group(0) @binding(4) var<storage, read> coefs: array<f32>;
@group(0) @binding(5) var<storage, read> active_units: array<u32>;
@group(0) @binding(6) var<storage, read> fired: array<u32>;
@group(0) @binding(7) var<storage, read_write> penalty: array<f32>;

// Place of `unit` in a row that lists it.
fn place_of(unit: u32, row: u32) -> u32 {
  var low = first_place(row);
  var high = end_place(row) - 1u;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (active_units[ACTIVE_OFFSET + middle] < unit) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let unit = place_across(group) * 64u + lane;
  if (unit >= K) { return; }
  var sum = 0.0;
  for (var word = 0u; word < WORDS; word += uniforms.one) {
    var bits = fired[unit * WORDS + word];
    while (bits != 0u) {
      sum += coefs[COEF_OFFSET + place_of(unit, word * 32u + countTrailingZeros(bits))];
      bits &= bits - 1u;
    }
  }
  var gradient = thresholds[unit] * sum;
  if (!FUSED && ADD) { gradient = moment1[unit] + SHARE * gradient; }
  penalty[SQUARES_OFFSET + unit] = gradient * gradient;
  if (!FUSED) {
    moment1[unit] = gradient;
    return;
  }
  // A gradient that is not finite leaves the threshold as it was (see update_rows.wgsl).
  if ((bitcast<u32>(gradient) & 0x7f800000u) == 0x7f800000u) { return; }
  let m = uniforms.beta1 * moment1[unit] + (1.0 - uniforms.beta1) * gradient;
  let v = uniforms.beta2 * moment2[unit] + (1.0 - uniforms.beta2) * gradient * gradient;
  moment1[unit] = m;
  moment2[unit] = v;
  weights[unit] -= uniforms.lr * m * uniforms.correction1 / (sqrt(v * uniforms.correction2) + uniforms.epsilon);
}

// Gradients of both biases and their Adam step.
//
//   dL/db_dec       = sum_b t_b                        t: input_gradient
//   dL/db_enc,{k,i} = sum_{b: k fired} g[b, slot, i]   (and the same over the auxiliary branch when its
//                                                       codes had the bias)
//
// input_gradient [B, D4]
// coefs          g at COEF_OFFSET [B, SLOTS, R]; auxiliary g at AUX_COEF_OFFSET [B, AUX_SLOTS]
// active_units, fired   as in update_rows.wgsl; the auxiliary branch lists columns
// biases, moment1, moment2   [BIAS_OFFSET | D4*4]   encoder biases, then b_dec.
//                FUSED false: moment1 receives the gradient instead
// penalty        squared gradient norm of each workgroup at SQUARES_OFFSET
// Dispatch: ceil(D4 / 4) workgroups for b_dec, then (ENCODER_BIAS) ceil(N / 4) for b_enc, 64 threads:
// 16 segments of the batch x 4 outputs, summed in one order; over (32768, y). Source: sasa.md section 2.

override B: u32;
override D4: u32;
override N: u32;
override R: u32;
override WORDS: u32;
override SLOTS: u32;
override ACTIVE_OFFSET: u32;
override COEF_OFFSET: u32;
override FIRED_OFFSET: u32;
override AUX: bool;
override AUX_SLOTS: u32;
override AUX_ACTIVE_OFFSET: u32;
override AUX_COEF_OFFSET: u32;
override AUX_FIRED_OFFSET: u32;
override BIAS_OFFSET: u32;
override ENCODER_BIAS: bool;
override SQUARES_OFFSET: u32;
override FUSED: bool;

const ACROSS = 32768u;

@group(0) @binding(0) var<storage, read> input_gradient: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> coefs: array<f32>;
@group(0) @binding(2) var<storage, read> active_units: array<u32>;
@group(0) @binding(3) var<storage, read> fired: array<u32>;
@group(0) @binding(4) var<storage, read_write> biases: array<f32>;
@group(0) @binding(5) var<storage, read_write> moment1: array<f32>;
@group(0) @binding(6) var<storage, read_write> moment2: array<f32>;
@group(0) @binding(7) var<storage, read_write> penalty: array<f32>;

var<workgroup> partial: array<vec4<f32>, 64>;
var<workgroup> squares: array<f32, 4>;

fn find(first: u32, slots: u32, unit: u32) -> u32 {
  var low = 0u;
  var high = slots - 1u;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (active_units[first + middle] < unit) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}

// Sum of a column of coefficients over the rows in words segment, segment + 16, … of `unit`'s bits.
fn sum_fired(
  segment: u32, unit: u32, fired_at: u32, active_at: u32, slots: u32, coef_at: u32, rank: u32, i: u32,
) -> f32 {
  var sum = 0.0;
  for (var w = segment; w < WORDS; w += 16u) {
    var bits = fired[fired_at + unit * WORDS + w];
    while (bits != 0u) {
      let row = w * 32u + countTrailingZeros(bits);
      bits &= bits - 1u;
      let slot = find(active_at + row * slots, slots, unit);
      sum += coefs[coef_at + (row * slots + slot) * rank + i];
    }
  }
  return sum;
}

fn step(index: u32, gradient: f32) {
  if (!FUSED) {
    moment1[index] = gradient;
    return;
  }
  // A gradient that is not finite leaves the bias as it was (see update_rows.wgsl).
  if ((bitcast<u32>(gradient) & 0x7f800000u) == 0x7f800000u) { return; }
  let m = uniforms.beta1 * moment1[index] + (1.0 - uniforms.beta1) * gradient;
  let v = uniforms.beta2 * moment2[index] + (1.0 - uniforms.beta2) * gradient * gradient;
  moment1[index] = m;
  moment2[index] = v;
  biases[index] -= uniforms.lr * m * uniforms.correction1 / (sqrt(v * uniforms.correction2) + uniforms.epsilon);
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let decoder_groups = (D4 + 3u) / 4u;
  let total = decoder_groups + select(0u, (N + 3u) / 4u, ENCODER_BIAS);
  let group = id.y * ACROSS + id.x;
  if (group >= total) { return; }
  let segment = lane / 4u;
  let output = lane % 4u;
  let of_decoder = group < decoder_groups;
  let column = group * 4u + output;
  let latent = (group - decoder_groups) * 4u + output;

  var sum = vec4<f32>(0.0);
  if (of_decoder) {
    if (column < D4) {
      for (var row = segment; row < B; row += 16u) { sum += input_gradient[row * D4 + column]; }
    }
  } else if (latent < N) {
    sum.x = sum_fired(segment, latent / R, FIRED_OFFSET, ACTIVE_OFFSET, SLOTS, COEF_OFFSET, R, latent % R);
    if (AUX) {
      sum.x += sum_fired(segment, latent, AUX_FIRED_OFFSET, AUX_ACTIVE_OFFSET, AUX_SLOTS, AUX_COEF_OFFSET, 1u, 0u);
    }
  }
  partial[lane] = sum;
  workgroupBarrier();
  if (lane < 4u) {
    sum = vec4<f32>(0.0);
    for (var part = 0u; part < 16u; part += 1u) { sum += partial[part * 4u + lane]; }
    if (of_decoder) {
      if (column < D4) {
        for (var i = 0u; i < 4u; i += 1u) { step(BIAS_OFFSET + column * 4u + i, sum[i]); }
      }
    } else if (latent < N) {
      step(latent, sum.x);
    }
    squares[lane] = dot(sum, sum);
  }
  workgroupBarrier();
  if (lane == 0u) {
    penalty[SQUARES_OFFSET + group] = squares[0] + squares[1] + squares[2] + squares[3];
  }
}

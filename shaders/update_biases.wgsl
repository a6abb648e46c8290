// Gradients of both biases and their Adam step.
//
//   dL/db_dec       = -sum_b w_b e_b - sum of the shares     w_b = 2 rho_b^2 / B; shares: what the codes that
//                                                            read input - b_dec add (update_rows.wgsl)
//                     + what a parts/biases_….wgsl adds of every row
//   dL/db_enc,{k,i} = sum_{b: k fired} g[b, slot, i]         the sums that update_rows.wgsl left
//
// rows       [sections, B, D4]       section 1: e
// row_stats  [B, 8]                  0: rho
// biases, moment1, moment2   [BIAS_OFFSET | D4*4]   encoder biases, then b_dec.
//            a parts/memory_….wgsl says which betas a number has.
//            FUSED false: moment1 receives the gradient instead; ADD: it is added up, with this share each time
// penalty    sums at SUMS_OFFSET [N], shares at SHARES_OFFSET [BLOCKS, D4*4] (BLOCKS 0: b_dec is not
//            applied to the input); squared gradient norm of each workgroup goes to SQUARES_OFFSET
// Dispatch: ceil(D4 / 4) workgroups for b_dec, then (ENCODER_BIAS) ceil(N / 4) for b_enc, 4 outputs each, then that of the part,
// WG / 4 segments of the sum, added up in one order; folded. Source: docs/method/training.md.

override B: u32;
override D4: u32;
override N: u32;
override BLOCKS: u32;
override BIAS_OFFSET: u32;
override ENCODER_BIAS: bool;
override SUMS_OFFSET: u32;
override SHARES_OFFSET: u32;
override SQUARES_OFFSET: u32;
override FUSED: bool;
override ADD: bool;
override SHARE: f32;
override WG: u32;


@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> row_stats: array<f32>;
@group(0) @binding(2) var<storage, read_write> biases: array<f32>;
@group(0) @binding(3) var<storage, read_write> moment1: array<f32>;
@group(0) @binding(4) var<storage, read_write> moment2: array<f32>;
@group(0) @binding(5) var<storage, read_write> penalty: array<f32>;

var<workgroup> partial: array<vec4<f32>, WG>;
var<workgroup> squares: array<f32, 4>;

fn share(block: u32, column: u32) -> vec4<f32> {
  let at = SHARES_OFFSET + (block * D4 + column) * 4u;
  return vec4<f32>(penalty[at], penalty[at + 1u], penalty[at + 2u], penalty[at + 3u]);
}

// Gives the gradient whose square counts.
fn step(index: u32, own: f32) -> f32 {
  var gradient = own;
  if (!FUSED) {
    if (ADD) { gradient = moment1[index] + SHARE * own; }
    moment1[index] = gradient;
    return gradient;
  }
  // A gradient that is not finite leaves the bias as it was (see update_rows.wgsl).
  if ((bitcast<u32>(gradient) & 0x7f800000u) == 0x7f800000u) { return gradient; }
  let m = uniforms.beta1 * moment1[index] + (1.0 - uniforms.beta1) * gradient;
  let memory = memory_of(index);
  let v = memory.x * moment2[index] + memory.y * gradient * gradient;
  moment1[index] = m;
  moment2[index] = v;
  let corrections = corrections_of(index);
  biases[index] -= uniforms.lr * m * corrections.x / (sqrt(v * corrections.y) + uniforms.epsilon);
  return gradient;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let decoder_groups = (D4 + 3u) / 4u;
  let bias_groups = decoder_groups + select(0u, (N + 3u) / 4u, ENCODER_BIAS);
  let total = bias_groups + select(0u, 1u, HAS_ETA);
  let group = place_across(id);
  if (group >= total) { return; }
  let segment = lane / 4u;
  let of_decoder = group < decoder_groups;
  let of_eta = HAS_ETA && group == bias_groups;
  let column = group * 4u + lane % 4u;
  let latent = (group - decoder_groups) * 4u + lane % 4u;

  var sum = vec4<f32>(0.0);
  if (of_decoder) {
    if (column < D4) {
      for (var row = segment; row < B; row += WG / 4u) {
        let rho = row_stats[row * 8u];
        sum -= 2.0 * rho * rho / f32(B) * rows[(B + row) * D4 + column];
        sum = with_first(sum, row, column);
      }
      for (var block = segment; block < BLOCKS; block += WG / 4u) { sum -= share(block, column); }
    }
  } else if (of_eta) {
    if (lane % 4u == 0u) { sum.x = shares_of_eta(segment, WG / 4u); }
  } else if (latent < N && segment == 0u) {
    sum.x = penalty[SUMS_OFFSET + latent];
  }
  partial[lane] = sum;
  workgroupBarrier();
  if (lane < 4u) {
    sum = vec4<f32>(0.0);
    for (var part = 0u; part < WG / 4u; part += 1u) { sum += partial[part * 4u + lane]; }
    if (of_decoder) {
      if (column < D4) {
        for (var i = 0u; i < 4u; i += 1u) { sum[i] = step(BIAS_OFFSET + column * 4u + i, sum[i]); }
      }
    } else if (of_eta) {
      if (lane == 0u) { sum.x = step(ETA_OFFSET, sum.x); }
    } else if (latent < N) {
      sum.x = step(latent, sum.x);
    }
    squares[lane] = dot(sum, sum);
  }
  workgroupBarrier();
  if (lane == 0u) {
    penalty[SQUARES_OFFSET + group] = squares[0] + squares[1] + squares[2] + squares[3];
  }
}

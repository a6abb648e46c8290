// Normalises a batch and takes the decoder bias off it: the input every encoder block reads.
//
//   none, expected_average   n_b = c · x_b            rho_b = 1
//   layer_norm               n_b = (x_b - mu_b) / rho_b,  rho_b = sd_b + 1e-5  (sd unbiased, over d)
//   input_b = n_b - b_dec    (just n_b when b_dec is not applied to the input)
//
// x          [B, D4]       activations, raw units, rows zero-padded to whole vec4s
// data_mean  [D4]          mean of the data, raw units
// biases     [N4*4 | d]    encoder biases, then b_dec
// rows       [sections, B, D4]  section 0 receives the input
// row_stats  [B, 8]        0: rho_b; 1: power ||c (x_b - mean)||^2, 4: energy ||c x_b||^2, both in raw units
//                          (for the explained variances)
// Dispatch: one workgroup per row, folded. Source: docs/method/model.md.

override B: u32;
override D: u32;
override D4: u32;
override BIAS_OFFSET: u32;
override LAYER_NORM: bool;
override APPLY_B_DEC: bool;
override WG: u32;

@group(0) @binding(0) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> data_mean: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> biases: array<f32>;
@group(0) @binding(3) var<storage, read_write> rows: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> row_stats: array<f32>;

var<workgroup> partial: array<vec3<f32>, WG>;

// 1 for real columns, 0 for the padding of the last vec4.
fn columns(c: u32) -> vec4<f32> {
  let first = vec4<u32>(c * 4u) + vec4<u32>(0u, 1u, 2u, 3u);
  return select(vec4<f32>(0.0), vec4<f32>(1.0), first < vec4<u32>(D));
}

fn b_dec(c: u32) -> vec4<f32> {
  let at = BIAS_OFFSET + c * 4u;
  return vec4<f32>(biases[at], biases[at + 1u], biases[at + 2u], biases[at + 3u]);
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  if (row >= B) { return; }
  // Sums over the row: values, squared distance to the data mean, squares.
  var sums = vec3<f32>(0.0);
  for (var c = lane; c < D4; c += WG) {
    let value = uniforms.input_scale * x[row * D4 + c];
    let off = value - uniforms.input_scale * data_mean[c];
    sums += vec3<f32>(dot(value, vec4<f32>(1.0)), dot(off, off), dot(value, value));
  }
  partial[lane] = sums;
  workgroupBarrier();
  sums = vec3<f32>(0.0);
  for (var i = 0u; i < WG; i += 1u) { sums += partial[i]; }
  let power = sums.y;
  let energy = sums.z;

  var mean = 0.0;
  var scale = 1.0;
  if (LAYER_NORM) {
    // The variance in a second sweep, about the mean: the one-sweep form cancels in float32.
    mean = sums.x / f32(D);
    workgroupBarrier();
    var squares = 0.0;
    for (var c = lane; c < D4; c += WG) {
      let off = (x[row * D4 + c] - vec4<f32>(mean)) * columns(c);
      squares += dot(off, off);
    }
    partial[lane] = vec3<f32>(squares, 0.0, 0.0);
    workgroupBarrier();
    squares = 0.0;
    for (var i = 0u; i < WG; i += 1u) { squares += partial[i].x; }
    scale = sqrt(squares / f32(max(D, 2u) - 1u)) + 1e-5;
  }

  for (var c = lane; c < D4; c += WG) {
    var value = uniforms.input_scale * x[row * D4 + c];
    if (LAYER_NORM) { value = (value - vec4<f32>(mean)) * columns(c) / scale; }
    if (APPLY_B_DEC) { value -= b_dec(c); }
    rows[row * D4 + c] = value;
  }
  if (lane == 0u) {
    row_stats[row * 8u] = scale;
    row_stats[row * 8u + 1u] = power;
    row_stats[row * 8u + 4u] = energy;
  }
}

// The norm in front of attention, of the MLP and of the unembedding:
//
//   CENTERED (LayerNorm)    y = (x - mean x) / sqrt(mean (x - mean x)^2 + EPSILON) * gain + bias
//   else     (RMSNorm)      y = x / sqrt(mean x^2 + EPSILON) * gain
//
// residual   [M, D4]
// norm       [2, D4]      gains, then biases; zero past column D
// normed     [M, STRIDE]  vec4s; columns past D4 are left alone
// A workgroup of WG threads (a power of two) makes a row. Dispatch: M workgroups, folded.
// Source: Ba, Kiros & Hinton 2016; Zhang & Sennrich 2019.

override M: u32;
override D: u32;
override D4: u32;
override STRIDE: u32;
override EPSILON: f32;
override CENTERED: bool;
override WG: u32;


@group(0) @binding(0) var<storage, read> residual: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> norm: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> normed: array<vec4<f32>>;

var<workgroup> partial: array<f32, WG>;

fn sum_of_row(lane: u32, value: f32) -> f32 {
  if (WG == 1u) { return value; }
  workgroupBarrier();
  partial[lane] = value;
  workgroupBarrier();
  for (var half = WG / 2u; half > 0u; half /= 2u) {
    if (lane < half) { partial[lane] += partial[lane + half]; }
    workgroupBarrier();
  }
  return partial[0];
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  let base = min(row, M - 1u) * D4;
  var mean = 0.0;
  if (CENTERED) {
    var sum = 0.0;
    for (var c = lane; c < D4; c += WG * uniforms.one) { sum += dot(residual[base + c], vec4<f32>(1.0)); }
    mean = sum_of_row(lane, sum) / f32(D);
  }
  var squares = 0.0;
  for (var c = lane; c < D4; c += WG * uniforms.one) {
    // Columns of padding hold 0, which is no distance from the mean.
    let real = c * 4u + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(D);
    let x = select(vec4<f32>(0.0), residual[base + c] - mean, real);
    squares += dot(x, x);
  }
  let scale = 1.0 / sqrt(sum_of_row(lane, squares) / f32(D) + EPSILON);
  if (row >= M) { return; }
  for (var c = lane; c < D4; c += WG * uniforms.one) {
    normed[row * STRIDE + c] = (residual[base + c] - mean) * scale * norm[c] + norm[D4 + c];
  }
}

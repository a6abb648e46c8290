// A model that takes a step on its codes: b_dec is a part of the first reconstruction too, whose gradient q lies in
// section GRADIENT of rows, and eta, the length of the step, stands behind b_dec at ETA_OFFSET (parts/memory_eta.wgsl):
//
//   dL/deta = sum_b share_b        coefs at ETA_SHARES_OFFSET [B]
//
// One workgroup more, the last one, takes its step.
const HAS_ETA = true;
override GRADIENT: u32;
override ETA_SHARES_OFFSET: u32;

@group(0) @binding(6) var<storage, read> coefs: array<f32>;

fn with_first(sum: vec4<f32>, row: u32, column: u32) -> vec4<f32> {
  return sum + rows[(GRADIENT * B + row) * D4 + column];
}

fn shares_of_eta(first: u32, stride: u32) -> f32 {
  var sum = 0.0;
  for (var row = first; row < B; row += stride) { sum += coefs[ETA_SHARES_OFFSET + row]; }
  return sum;
}

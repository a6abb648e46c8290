// Where the outputs of a linear layer go: the last part of the kernels project (linear_direct.wgsl,
// linear_quads.wgsl, linear_tiled.wgsl). y = sum * factor + bias, then
//
//   ACTION 0   out += y                      back into the residual stream
//   ACTION 1   out = gelu_new(y)             0.5 y (1 + tanh(sqrt(2/pi) (y + 0.044715 y^3)))
//   ACTION 2   out = silu(gate) * up         SwiGLU; rows of W alternate, two gates and their two ups
//
// out   [M, STRIDE]; outputs from COUNT on (a multiple of 4, as STRIDE is) are padding and dropped
// Both activations are written with one exponential of a bounded argument: tanh overflows on some GPUs.
// Source: Hendrycks & Gimpel 2016; Shazeer 2020.

override ACTION: u32;
override STRIDE: u32;
override COUNT: u32;

@group(0) @binding(3) var<storage, read_write> out: array<vec2<f32>>;

/// y / (1 + e^-z)
fn sigmoid_times(y: vec4<f32>, z: vec4<f32>) -> vec4<f32> {
  return y / (1.0 + exp(min(-z, vec4<f32>(80.0))));
}

/// Outputs 4 quad … 4 quad + 3 of a row, as sums of products.
fn emit(row: u32, quad: u32, sums: vec4<f32>) {
  let y = sums * terms[quad] + terms[N / 4u + quad];
  if (ACTION == 2u) {
    let hidden = sigmoid_times(y.xxyy, y.xxyy) * y.zzww;
    if (quad * 2u < COUNT) { out[row * (STRIDE / 2u) + quad] = hidden.xz; }
    return;
  }
  if (quad * 4u >= COUNT) { return; }
  let i = row * (STRIDE / 2u) + quad * 2u;
  if (ACTION == 0u) {
    out[i] += y.xy;
    out[i + 1u] += y.zw;
    return;
  }
  let value = sigmoid_times(y, 1.5957691 * (y + 0.044715 * y * y * y));
  out[i] = value.xy;
  out[i + 1u] = value.zw;
}

// Where the outputs of a linear layer go: the last part of the kernels project (linear_direct.wgsl,
// linear_tiled.wgsl). y = sum * factor + bias, then
//
//   ACTION 0   out = y                       logits
//   ACTION 1   out += y                      back into the residual stream
//   ACTION 2   out = gelu_new(y)             0.5 y (1 + tanh(sqrt(2/pi) (y + 0.044715 y^3)))
//   ACTION 3   out = silu(gate) * up         SwiGLU; rows of W alternate, two gates and their two ups
//
// out   [M, STRIDE]; outputs from COUNT on are padding and dropped
// Both activations are written with one exponential of a bounded argument: tanh overflows on some GPUs.
// Source: Hendrycks & Gimpel 2016; Shazeer 2020.

override ACTION: u32;
override STRIDE: u32;
override COUNT: u32;

@group(0) @binding(3) var<storage, read_write> out: array<f32>;

/// y / (1 + e^-z)
fn sigmoid_times(y: vec4<f32>, z: vec4<f32>) -> vec4<f32> {
  return y / (1.0 + exp(min(-z, vec4<f32>(80.0))));
}

fn put(row: u32, output: u32, value: f32) {
  if (output >= COUNT) { return; }
  let i = row * STRIDE + output;
  if (ACTION == 1u) { out[i] += value; } else { out[i] = value; }
}

fn activated(y: vec4<f32>) -> vec4<f32> {
  if (ACTION == 2u) { return sigmoid_times(y, 1.5957691 * (y + 0.044715 * y * y * y)); }
  return y;
}

/// Outputs 4 quad … 4 quad + 3 of a row, as sums of products.
fn emit(row: u32, quad: u32, sums: vec4<f32>) {
  let y = sums * terms[quad] + terms[N / 4u + quad];
  if (ACTION == 3u) {
    let hidden = sigmoid_times(y.xxyy, y.xxyy) * y.zzww;
    put(row, quad * 2u, hidden.x);
    put(row, quad * 2u + 1u, hidden.z);
    return;
  }
  let value = activated(y);
  put(row, quad * 4u, value.x);
  put(row, quad * 4u + 1u, value.y);
  put(row, quad * 4u + 2u, value.z);
  put(row, quad * 4u + 3u, value.w);
}

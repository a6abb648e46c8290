// Where the outputs of a linear layer go: the last part of the kernels project (linear_direct.wgsl,
// linear_tiled.wgsl). y = sum * factor + bias, then
//
//   ACTION 0   out = y                       logits
//   ACTION 1   out += y                      back into the residual stream
//   ACTION 2   out = gelu_new(y)             0.5 y (1 + tanh(sqrt(2/pi) (y + 0.044715 y^3)))
//   ACTION 3   out = silu(gate) * up         SwiGLU; rows of W alternate, four gates and their four ups
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

fn put(row: u32, output: u32, value: vec4<f32>) {
  let i = row * STRIDE + output;
  for (var j = 0u; j < 4u; j += 1u) {
    if (output + j < COUNT) {
      if (ACTION == 1u) { out[i + j] += value[j]; } else { out[i + j] = value[j]; }
    }
  }
}

fn activated(y: vec4<f32>) -> vec4<f32> {
  if (ACTION == 2u) { return sigmoid_times(y, 1.5957691 * (y + 0.044715 * y * y * y)); }
  return y;
}

/// Outputs 4 quad … 4 quad + 7 of a row, as sums of products.
fn emit(row: u32, quad: u32, first: vec4<f32>, second: vec4<f32>) {
  let y = first * terms[quad] + terms[N / 4u + quad];
  let z = second * terms[quad + 1u] + terms[N / 4u + quad + 1u];
  if (ACTION == 3u) {
    put(row, quad * 2u, sigmoid_times(y, y) * z);
    return;
  }
  put(row, quad * 4u, activated(y));
  put(row, quad * 4u + 4u, activated(z));
}

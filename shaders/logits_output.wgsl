// Where logits go: the last part of the kernels unembed (linear_direct.wgsl, linear_quads.wgsl,
// linear_tiled.wgsl). y = sum * factor + bias.
//
// out   [M, COUNT], of any width: a vocabulary is no multiple of 4

override COUNT: u32;

@group(0) @binding(3) var<storage, read_write> out: array<f32>;

/// Outputs 4 quad … 4 quad + 3 of a row, as sums of products.
fn emit(row: u32, quad: u32, sums: vec4<f32>) {
  let y = sums * terms[quad] + terms[N / 4u + quad];
  for (var i = 0u; i < 4u; i += 1u) {
    if (quad * 4u + i < COUNT) { out[row * COUNT + quad * 4u + i] = y[i]; }
  }
}

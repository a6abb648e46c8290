// Where queries, keys and values go: the last part of the kernels project_heads (linear_direct.wgsl,
// linear_quads.wgsl, linear_tiled.wgsl). y = sum * factor + bias; with ROTARY, pairs of a query or key at position p are turned:
//
//   (y_2i, y_2i+1)  ->  rotated by the angle p * 10000^(-2i / head width)
//
// Outputs are [query heads | key heads | value heads], each head padded to HD4 vec4s. Rows are [sequences,
// POSITIONS]; row m is position p = uniforms.position + m % POSITIONS of its sequence.
// turns         [context, HD4]                    (cos, sin, cos, sin) of two pairs; read when ROTARY
// queries       [M, QUERY4]                       QUERY4 = heads * HD4
// keys_values   [sequences, CAPACITY, 2, KEY4]    KEY4 = kv heads * HD4
// Source: Su et al. 2021 (RoFormer), in the adjacent-pairs form of llama2.c.

override QUERY4: u32;
override KEY4: u32;
override HD4: u32;
override POSITIONS: u32;
override CAPACITY: u32;
override ROTARY: bool;

@group(0) @binding(3) var<storage, read> turns: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> queries: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> keys_values: array<vec4<f32>>;

/// Outputs 4 quad … 4 quad + 3 of a row, as sums of products.
fn emit(row: u32, quad: u32, sums: vec4<f32>) {
  if (quad >= QUERY4 + 2u * KEY4) { return; }
  let position = uniforms.position + row % POSITIONS;
  var y = sums * terms[quad] + terms[N / 4u + quad];
  if (ROTARY && quad < QUERY4 + KEY4) {
    let t = turns[position * HD4 + quad % HD4];
    y = vec4<f32>(
      y.x * t.x - y.y * t.y, y.x * t.y + y.y * t.x,
      y.z * t.z - y.w * t.w, y.z * t.w + y.w * t.z);
  }
  if (quad < QUERY4) {
    queries[row * QUERY4 + quad] = y;
  } else {
    keys_values[((row / POSITIONS) * CAPACITY + position) * 2u * KEY4 + quad - QUERY4] = y;
  }
}

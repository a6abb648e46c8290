// The residual stream entering block 0:
//
//   residual[m] = W_E[token of row m] (+ W_P[position of row m])
//
// Rows are [sequences, POSITIONS]; row m is position p = uniforms.position + m % POSITIONS of its sequence.
// weights, terms   W_E [V, C], see weight_rows.wgsl
// tokens           [sequences, CAPACITY]
// positions        [context, D4]   learned positions, read when LEARNED
// residual         [M, D4]
// A thread makes four columns of a row. Dispatch: ceil(M*D4 / 64) workgroups, folded.
// Source: Radford et al. 2019 (learned positions); Touvron et al. 2023 (none).

override M: u32;
override C: u32;
override D4: u32;
override VOCABULARY: u32;
override POSITIONS: u32;
override CAPACITY: u32;
override LEARNED: bool;


@group(0) @binding(2) var<storage, read> tokens: array<u32>;
@group(0) @binding(3) var<storage, read> positions: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> residual: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let index = place_across(group) * 64u + lane;
  if (index >= M * D4) { return; }
  let row = index / D4;
  let column = index % D4;
  let position = uniforms.position + row % POSITIONS;
  let token = min(tokens[(row / POSITIONS) * CAPACITY + position], VOCABULARY - 1u);
  let chunk = chunk_at(token * C + column / 4u);
  var value = chunk.a;
  switch (column % 4u) {
    case 1u: { value = chunk.b; }
    case 2u: { value = chunk.c; }
    case 3u: { value = chunk.d; }
    default: {}
  }
  value *= terms[token / 4u][token % 4u];
  if (LEARNED) { value += positions[position * D4 + column]; }
  residual[index] = value;
}

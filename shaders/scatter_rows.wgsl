// Puts new rows into a shuffle buffer: pool[slot] = rows[source] for every move (source, slot).
//
//   rows      [rows of a production, VECTORS] vec4 of f32, zero padded
//   moves     [MOVES, 2] u32: the row to take and the slot to put it in; no slot twice
//   pool      [slots, VECTORS] vec4 of f32 (output)
//   uniforms  count, moves that hold something
//
// Which row goes where is src/data/shuffle_order.ts.
//
// Dispatch: ceil(MOVES / 8) workgroups of 64, folded: eight threads copy one row.

override MOVES: u32;
override VECTORS: u32;

@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> moves: array<u32>;
@group(0) @binding(2) var<storage, read_write> pool: array<vec4<f32>>;

const LANES = 8u;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {
  let index = place_across(group) * (64u / LANES) + thread / LANES;
  if (index >= min(uniforms.count, MOVES)) { return; }
  let source = moves[2u * index] * VECTORS;
  let slot = moves[2u * index + 1u] * VECTORS;
  for (var vector = thread % LANES; vector < VECTORS; vector += LANES) {
    pool[slot + vector] = rows[source + vector];
  }
}

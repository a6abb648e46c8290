// Puts something else in the place of the residual stream, in every row but position 0 of each sequence: a first
// token is an outlier that the autoencoder was not trained on, and stays as it is.
//
//   WITH 0   x_row - rho_row e_row     the autoencoder's reconstruction: e is what it leaves, rho its layer norm's scale
//   WITH 1   0                         zero ablation
//   WITH 2   mean                      mean ablation
//
// residual   [ROWS, D4]  changed in place; row = sequence * POSITIONS + position
// rows       [sections, ROWS, D4]  section 1 holds e (read when WITH is 0)
// row_stats  [ROWS, 8]   0: rho (read when WITH is 0)
// mean       [D4]        read when WITH is 2
// A thread makes one vec4. Dispatch: ceil(ROWS*D4 / 64) workgroups, folded. Source: docs/method/diagnostics.md.

override ROWS: u32;
override POSITIONS: u32;
override D4: u32;
override WITH: u32;


@group(0) @binding(0) var<storage, read_write> residual: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> row_stats: array<f32>;
@group(0) @binding(3) var<storage, read> mean: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let index = place_across(group) * 64u + lane;
  if (index >= ROWS * D4) { return; }
  let row = index / D4;
  if (row % POSITIONS == 0u) { return; }
  var value = vec4<f32>(0.0);
  if (WITH == 0u) { value = residual[index] - row_stats[row * 8u] * rows[ROWS * D4 + index]; }
  if (WITH == 2u) { value = mean[index % D4]; }
  residual[index] = value;
}

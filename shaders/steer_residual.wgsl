// Changes the part of the residual stream that one group of an autoencoder writes: what it contributes to a row is
// rho_row D_k^T p_k = sum_j y_j a_j with orthonormal axes a and coordinates y = rho_row C p_k (rho is the scale that
// the autoencoder's layer norm divided the row by, else 1); y becomes y', and the row
//
//   x_row += sum_j (y'_j - y_j) f_j        f = a, or a control frame of random orthonormal vectors
//
//   kind 0   nothing
//   kind 1   scale   y' = amount y                                      where the group fires
//   kind 2   clamp   y' = amount y / ||y||                              where the group fires and y is not 0
//   kind 3   add     y'_axis = y_axis + amount                          everywhere
//   kind 4   turn    (y'_0, y'_1) = amount (cosine, sine)               where the group fires
//
// residual      [B, D4]            changed in place
// active_units  [places]           groups that won; a parts/places_….wgsl says which places a row has
// coefs         [places, R]        their codes p
// row_stats     [B, 8]          0: rho
// coordinates   [M, R]             C = A D_k^T
// frames        [2, M, D4]         the group's axes, then the control's
// edits         [B, 8]             kind, frame (0 or 1), amount, axis, cosine, sine
// Dispatch: one workgroup of WG a row, folded. Source: docs/method/model.md and diagnostics.md.

override B: u32;
override D4: u32;
override R: u32;
override M: u32;
override GROUP: u32;
override WG: u32;

@group(0) @binding(0) var<storage, read_write> residual: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> active_units: array<u32>;
@group(0) @binding(2) var<storage, read> coefs: array<f32>;
@group(0) @binding(3) var<storage, read> row_stats: array<f32>;
@group(0) @binding(4) var<storage, read> coordinates: array<f32>;
@group(0) @binding(5) var<storage, read> frames: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> edits: array<f32>;

var<workgroup> y: array<f32, M>;
var<workgroup> change: array<f32, M>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  if (row >= B) { return; }
  let edit = row * 8u;
  let kind = u32(edits[edit]);
  if (kind == 0u) { return; }
  var place = first_place(row);
  let end = end_place(row);
  while (place < end && active_units[place] != GROUP) { place += 1u; }
  let fires = place < end;
  let rho = row_stats[row * 8u];

  for (var j = lane; j < M; j += WG) {
    var sum = 0.0;
    if (fires) {
      // Not unrolled; see four_products.wgsl.
      for (var i = 0u; i < R; i += uniforms.one) {
        sum += coordinates[j * R + i] * coefs[place * R + i];
      }
    }
    y[j] = rho * sum;
  }
  workgroupBarrier();
  var squares = 0.0;
  for (var j = 0u; j < M; j += uniforms.one) { squares += y[j] * y[j]; }
  let norm = sqrt(squares);
  let amount = edits[edit + 2u];
  for (var j = lane; j < M; j += WG) {
    var delta = 0.0;
    switch (kind) {
      case 1u: { delta = (amount - 1.0) * y[j]; }
      case 2u: { if (norm > 0.0) { delta = (amount - norm) * (y[j] / norm); } }
      case 3u: { if (j == u32(edits[edit + 3u])) { delta = amount; } }
      default: { if (fires && j < 2u) { delta = amount * edits[edit + 4u + j] - y[j]; } }
    }
    change[j] = delta;
  }
  workgroupBarrier();
  let frame = u32(edits[edit + 1u]) * M;
  for (var c = lane; c < D4; c += WG) {
    var sum = vec4<f32>(0.0);
    for (var j = 0u; j < M; j += uniforms.one) { sum += change[j] * frames[(frame + j) * D4 + c]; }
    residual[row * D4 + c] += sum;
  }
}

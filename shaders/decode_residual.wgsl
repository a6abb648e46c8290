// Sparse decoder, residual and loss of a branch.
//
//   main:  e_b  = (input_b - [b_dec if not applied to the input]) - sum_places D_k^T p_k
//   aux:   e'_b = e_b - sum_places D_k^T p'_k        (b_dec is never part of it)
//   loss_b = rho_b^2 ||e_b||^2                      raw units, sum over d
//   aux weight_b = BRANCH_SCALE * 2 rho_b^2 / B     d(mean loss)/d(e'_b) = weight_b e'_b; the main branch's is
//                                                   2 rho_b^2 / B and made where it is needed
//
// rows          [sections, B, D4]     TARGET is read, RESULT written
// decoder       [N, D4]               one atom per row
// biases        [N4*4 | d]
// active_units  [ACTIVE_OFFSET + places]   a parts/places_….wgsl says which places a row has
// coefs         [CODES_OFFSET + places*R]  a parts/codes_….wgsl says whether the codes are there or made here
// dead_list     [1 + K]               aux: scale min(dead / K_AUX, 1) when SCALE_BY_DEAD
// row_stats     [B, 8]                0 read; main writes 2: loss, 3: l0 (non-zero codes), 7: units with a code that
//                                     is not zero, or the sum of a parts/term_….wgsl; aux writes 5: loss, 6: weight
// Dispatch: one workgroup of WG a row, folded. Source: docs/method/model.md and training.md.

override B: u32;
override D4: u32;
override R: u32;
override TARGET: u32;
override RESULT: u32;
override ACTIVE_OFFSET: u32;
override CODES_OFFSET: u32;
override BIAS_OFFSET: u32;
override MAIN: bool;
override SUBTRACT_B_DEC: bool;
override SCALE_BY_DEAD: bool;
override K_AUX: u32;
override WG: u32;

const NONE = 0xffffffffu;

@group(0) @binding(0) var<storage, read_write> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> decoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> biases: array<f32>;
@group(0) @binding(3) var<storage, read> active_units: array<u32>;
@group(0) @binding(5) var<storage, read> dead_list: array<u32>;
@group(0) @binding(6) var<storage, read_write> row_stats: array<f32>;

var<workgroup> partial: array<vec3<f32>, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  if (row >= B) { return; }
  let first = first_place(row);
  let end = end_place(row);
  make_codes(row, lane, first, end);
  // Squared norm of the residual, non-zero codes, units that have one or the term of the codes.
  var sums = vec3<f32>(0.0);
  for (var c = lane; c < D4; c += WG) {
    var rest = rows[(TARGET * B + row) * D4 + c];
    if (SUBTRACT_B_DEC) {
      let at = BIAS_OFFSET + c * 4u;
      rest -= vec4<f32>(biases[at], biases[at + 1u], biases[at + 2u], biases[at + 3u]);
    }
    // Not unrolled; see four_products.wgsl.
    for (var place = first; place < end; place += uniforms.one) {
      let unit = active_units[ACTIVE_OFFSET + place];
      if (unit == NONE) { break; }
      for (var i = 0u; i < R; i += 1u) {
        rest -= coefs[CODES_OFFSET + place * R + i] * decoder[(unit * R + i) * D4 + c];
      }
    }
    rows[(RESULT * B + row) * D4 + c] = rest;
    sums.x += dot(rest, rest);
  }
  if (MAIN) {
    for (var place = first + lane; place < end; place += WG * uniforms.one) {
      var fires = 0.0;
      for (var i = 0u; i < R; i += uniforms.one) {
        let code = coefs[CODES_OFFSET + place * R + i];
        if (code == 0.0) { continue; }
        sums.y += 1.0;
        fires = 1.0;
        if (HAS_TERM) { sums.z += term(code, norm_of(active_units[ACTIVE_OFFSET + place] * R + i)); }
      }
      if (!HAS_TERM) { sums.z += fires; }
    }
  }
  partial[lane] = sums;
  workgroupBarrier();
  if (lane == 0u) {
    sums = vec3<f32>(0.0);
    for (var i = 0u; i < WG; i += 1u) { sums += partial[i]; }
    let scale = row_stats[row * 8u];
    let loss = scale * scale * sums.x;
    if (MAIN) {
      row_stats[row * 8u + 2u] = loss;
      row_stats[row * 8u + 3u] = sums.y;
      row_stats[row * 8u + 7u] = sums.z;
    } else {
      var branch = 1.0;
      if (SCALE_BY_DEAD) { branch = min(f32(dead_list[0]) / f32(K_AUX), 1.0); }
      // Without a dead unit there is nothing to reconstruct with, and no auxiliary loss.
      if (dead_list[0] == 0u) { branch = 0.0; }
      row_stats[row * 8u + 5u] = branch * loss;
      row_stats[row * 8u + 6u] = uniforms.aux_coefficient * branch * 2.0 * scale * scale / f32(B);
    }
  }
}

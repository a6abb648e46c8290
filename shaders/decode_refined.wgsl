// A trained step on the codes of a row, and their reconstruction. One workgroup does it all for its row, so that a step of
// training takes no pass more than without:
//
//   MAKE: p[place, i] = E_{k, i} . input_b + b_enc,{k, i}          k = active[place], b = row of the place
//   e0_b = (input_b - [b_dec if not applied to the input]) - sum_places D_k^T p_k
//   v[place, i] = p + eta g,    g = E_{k, i} . e0_b                0 where p is 0: that column was not chosen;
//                                                                  POSITIVE: not below 0
//   e_b  = the same as e0 with v,    loss_b = rho_b^2 ||e_b||^2
//
// rows          [sections, B, D4]     section 0 is read, 1 receives e, REST receives e0
// encoder, decoder   [N, D4]
// biases        [N4*4 | d | eta]      eta at ETA_OFFSET
// active_units  [ACTIVE_OFFSET + places]   0xffffffff in empty places, whose codes are 0; a parts/places_….wgsl says which
//                                     places a row has. Those past CAPACITY are left out
// coefs         [CODES_OFFSET + places*R]   p, there or made, becomes v; KEEP: p stays at PLAIN_OFFSET, g at STEPS_OFFSET
// row_stats     [B, 8]                0 read; 2: loss, 3: l0 (codes v that are not zero), 7: units with one
// Arithmetic and order of p, e and the loss are those of encode_active.wgsl and decode_residual.wgsl.
// Dispatch: one workgroup of WG a row, folded; teams of TEAM threads as in encode_active.wgsl.
// Source: docs/method/model.md, "Refined codes".

override B: u32;
override D4: u32;
override R: u32;
override CAPACITY: u32;
override REST: u32;
override ACTIVE_OFFSET: u32;
override CODES_OFFSET: u32;
override BIAS_OFFSET: u32;
override ETA_OFFSET: u32;
override SUBTRACT_B_DEC: bool;
override MAKE: bool;
override USE_BIAS: bool;
override KEEP: bool;
override PLAIN_OFFSET: u32;
override STEPS_OFFSET: u32;
override POSITIVE: bool;
override TEAM: u32;
override WG: u32;

const NONE = 0xffffffffu;

@group(0) @binding(0) var<storage, read_write> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> encoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> decoder: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> biases: array<f32>;
@group(0) @binding(4) var<storage, read> active_units: array<u32>;
@group(0) @binding(5) var<storage, read_write> coefs: array<f32>;
@group(0) @binding(6) var<storage, read_write> row_stats: array<f32>;

var<workgroup> products: array<vec4<f32>, WG>;
var<workgroup> partial: array<vec3<f32>, WG>;

// For four_products.wgsl.
fn matrix_at(index: u32) -> vec4<f32> { return encoder[index]; }

fn store_plain(place: u32, unit: u32, i: u32, product: f32) {
  var code = 0.0;
  if (unit != NONE) {
    code = product;
    if (USE_BIAS) { code += biases[unit * R + i]; }
  }
  coefs[CODES_OFFSET + place * R + i] = code;
}

fn store_refined(place: u32, unit: u32, i: u32, product: f32) {
  let at = place * R + i;
  let code = coefs[CODES_OFFSET + at];
  var step = 0.0;
  var refined = 0.0;
  if (unit != NONE && code != 0.0) {
    step = product;
    refined = code + biases[ETA_OFFSET] * step;
    if (POSITIVE && refined < 0.0) { refined = 0.0; }
  }
  coefs[CODES_OFFSET + at] = refined;
  if (KEEP) {
    coefs[PLAIN_OFFSET + at] = code;
    coefs[STEPS_OFFSET + at] = step;
  }
}

fn store(place: u32, unit: u32, i: u32, product: f32, refine: bool) {
  if (i >= R) { return; }
  if (refine) { store_refined(place, unit, i, product); } else { store_plain(place, unit, i, product); }
}

// Codes of the row's places from the products of their rows of the encoder with the row that begins at `at`.
fn make_codes(lane: u32, first: u32, end: u32, at: u32, refine: bool) {
  let member = lane % TEAM;
  let stop = min(end, CAPACITY);
  for (var base = first; base < stop; base += WG / TEAM * uniforms.one) {
    let place = base + lane / TEAM;
    let inside = place < stop;
    var unit = NONE;
    if (inside) { unit = active_units[ACTIVE_OFFSET + place]; }
    for (var i = 0u; i < R; i += 4u * uniforms.one) {
      var sum = vec4<f32>(0.0);
      if (unit != NONE) { sum = project(unit * R + i, min(4u, R - i), at, member); }
      if (TEAM == 1u) {
        if (inside) {
          for (var j = 0u; j < 4u; j += 1u) { store(place, unit, i + j, sum[j], refine); }
        }
      } else {
        products[lane] = sum;
        workgroupBarrier();
        if (inside && member < 4u) {
          var total = 0.0;
          for (var j = 0u; j < TEAM; j += 1u) { total += products[lane - member + j][member]; }
          store(place, unit, i + member, total, refine);
        }
        workgroupBarrier();
      }
    }
  }
  storageBarrier();
}

// Column c of what the codes of the row leave of it.
fn rest_of(row: u32, c: u32, first: u32, end: u32) -> vec4<f32> {
  var rest = rows[row * D4 + c];
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
  return rest;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  if (row >= B) { return; }
  let first = first_place(row);
  let end = end_place(row);
  if (MAKE) { make_codes(lane, first, end, row * D4, false); }
  for (var c = lane; c < D4; c += WG) { rows[(REST * B + row) * D4 + c] = rest_of(row, c, first, end); }
  storageBarrier();
  make_codes(lane, first, end, (REST * B + row) * D4, true);
  // Squared norm of the residual, non-zero codes, units that have one.
  var sums = vec3<f32>(0.0);
  for (var c = lane; c < D4; c += WG) {
    let rest = rest_of(row, c, first, end);
    rows[(B + row) * D4 + c] = rest;
    sums.x += dot(rest, rest);
  }
  for (var place = first + lane; place < end; place += WG * uniforms.one) {
    var fires = 0.0;
    for (var i = 0u; i < R; i += uniforms.one) {
      if (coefs[CODES_OFFSET + place * R + i] == 0.0) { continue; }
      sums.y += 1.0;
      fires = 1.0;
    }
    sums.z += fires;
  }
  partial[lane] = sums;
  workgroupBarrier();
  if (lane == 0u) {
    sums = vec3<f32>(0.0);
    for (var i = 0u; i < WG; i += 1u) { sums += partial[i]; }
    let scale = row_stats[row * 8u];
    row_stats[row * 8u + 2u] = scale * scale * sums.x;
    row_stats[row * 8u + 3u] = sums.y;
    row_stats[row * 8u + 7u] = sums.z;
  }
}

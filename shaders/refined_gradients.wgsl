// Backward pass through the sparse decoder and the step on the codes (decode_refined.wgsl), in the place of
// code_gradients.wgsl. With w_b = 2 rho_b^2 / B, p the codes before the step, v after it and g = E . e0:
//
//   a           = -w_b D_{k,i} . e_b                       dL/dv; 0 where v is 0, cut off or not chosen
//   share_b     = sum_places a g                           dL/deta = sum_b share_b
//   q_b         = -eta sum_places a E_{k,i}                gradient of the first reconstruction, sum D^T p
//   dL/dp       = a + D_{k,i} . q_b                        0 where p is 0: that column was not chosen
//   dL/dD_{k,i} = sum_b -w_b v e_b + p q_b                 dL/dE_{k,i} = sum_b dL/dp input_b + eta a e0_b
//
// The auxiliary branch has its own residual e', weight, slots and, where its units are columns, rank, and no step: its
// coefficients are -weight p' and -weight D . e'.
// rows          [sections, B, D4]   section 1 holds e, 2 holds e'; GRADIENT receives q
// encoder, decoder   [N, D4]
// biases        eta at ETA_OFFSET
// active_units  at ACTIVE_OFFSET [places], by a parts/places_….wgsl; at AUX_ACTIVE_OFFSET [B, AUX_SLOTS]
// coefs         at CODES_OFFSET v, at PLAIN_OFFSET p, at STEPS_OFFSET g, which becomes eta a; at DECODER_OFFSET receives
//               -w v, at ENCODER_OFFSET dL/dp, each [places, R]; AUX_… codes and coefficients, [B, AUX_SLOTS, AUX_RANK];
//               at SHARES_OFFSET [B] receives the shares
// row_stats     [B, 8]              0: rho; 6: auxiliary weight
// Dispatch: one workgroup of WG a row, folded; teams of TEAM threads as in encode_active.wgsl.
// Source: docs/method/training.md, "Refined codes".

override B: u32;
override D4: u32;
override R: u32;
override GRADIENT: u32;
override ETA_OFFSET: u32;
override ACTIVE_OFFSET: u32;
override CODES_OFFSET: u32;
override DECODER_OFFSET: u32;
override ENCODER_OFFSET: u32;
override PLAIN_OFFSET: u32;
override STEPS_OFFSET: u32;
override SHARES_OFFSET: u32;
override AUX_RANK: u32;
override AUX_SLOTS: u32; // 0 without an auxiliary branch
override AUX_ACTIVE_OFFSET: u32;
override AUX_CODES_OFFSET: u32;
override AUX_DECODER_OFFSET: u32;
override AUX_ENCODER_OFFSET: u32;
override TEAM: u32;
override WG: u32;

const NONE = 0xffffffffu;
// What becomes of the products of atoms with a row.
const OF_CODES = 0u;      // a
const OF_PLAIN = 1u;      // dL/dp
const OF_AUXILIARY = 2u;

@group(0) @binding(0) var<storage, read_write> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> encoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> decoder: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> biases: array<f32>;
@group(0) @binding(4) var<storage, read> active_units: array<u32>;
@group(0) @binding(5) var<storage, read_write> coefs: array<f32>;
@group(0) @binding(6) var<storage, read> row_stats: array<f32>;

var<workgroup> products: array<vec4<f32>, WG>;
var<workgroup> partial: array<f32, WG>;

// For four_products.wgsl.
fn matrix_at(index: u32) -> vec4<f32> { return decoder[index]; }

fn store(kind: u32, at: u32, weight: f32, product: f32) {
  if (kind == OF_CODES) {
    let code = coefs[CODES_OFFSET + at];
    coefs[ENCODER_OFFSET + at] = select(0.0, -weight * product, code != 0.0);
    coefs[DECODER_OFFSET + at] = -weight * code;
  } else if (kind == OF_PLAIN) {
    let gradient = coefs[ENCODER_OFFSET + at] + product;
    coefs[ENCODER_OFFSET + at] = select(0.0, gradient, coefs[PLAIN_OFFSET + at] != 0.0);
  } else {
    coefs[AUX_ENCODER_OFFSET + at] = -weight * product;
    coefs[AUX_DECODER_OFFSET + at] = -weight * coefs[AUX_CODES_OFFSET + at];
  }
}

// Stores what becomes of the products of all places of a row with `section`; those of empty places are 0.
fn multiply(kind: u32, lane: u32, row: u32, first: u32, end: u32, section: u32, weight: f32) {
  let member = lane % TEAM;
  let rank = select(R, AUX_RANK, kind == OF_AUXILIARY);
  let listed = select(ACTIVE_OFFSET, AUX_ACTIVE_OFFSET, kind == OF_AUXILIARY);
  let at = (section * B + row) * D4;
  for (var base = first; base < end; base += WG / TEAM * uniforms.one) {
    let place = base + lane / TEAM;
    let inside = place < end;
    var unit = NONE;
    if (inside) { unit = active_units[listed + place]; }
    for (var i = 0u; i < rank; i += 4u * uniforms.one) {
      var sum = vec4<f32>(0.0);
      if (unit != NONE) { sum = project(unit * rank + i, min(4u, rank - i), at, member); }
      if (TEAM == 1u) {
        if (inside) {
          for (var j = 0u; j < min(4u, rank - i); j += 1u) { store(kind, place * rank + i + j, weight, sum[j]); }
        }
      } else {
        products[lane] = sum;
        workgroupBarrier();
        if (inside && member < min(4u, rank - i)) {
          var total = 0.0;
          for (var j = 0u; j < TEAM; j += 1u) { total += products[lane - member + j][member]; }
          store(kind, place * rank + i + member, weight, total);
        }
        workgroupBarrier();
      }
    }
  }
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  if (row >= B) { return; }
  let first = first_place(row);
  let end = end_place(row);
  let rho = row_stats[row * 8u];
  multiply(OF_CODES, lane, row, first, end, 1u, 2.0 * rho * rho / f32(B));
  multiply(OF_AUXILIARY, lane, row, row * AUX_SLOTS, (row + 1u) * AUX_SLOTS, 2u, row_stats[row * 8u + 6u]);
  storageBarrier();

  let eta = biases[ETA_OFFSET];
  var share = 0.0;
  for (var n = first * R + lane; n < end * R; n += WG * uniforms.one) {
    let gradient = coefs[ENCODER_OFFSET + n];
    share += gradient * coefs[STEPS_OFFSET + n];
    coefs[STEPS_OFFSET + n] = eta * gradient;
  }
  partial[lane] = share;
  for (var c = lane; c < D4; c += WG) {
    var sum = vec4<f32>(0.0);
    for (var place = first; place < end; place += uniforms.one) {
      let unit = active_units[ACTIVE_OFFSET + place];
      if (unit == NONE) { break; }
      for (var i = 0u; i < R; i += 1u) {
        sum -= eta * coefs[ENCODER_OFFSET + place * R + i] * encoder[(unit * R + i) * D4 + c];
      }
    }
    rows[(GRADIENT * B + row) * D4 + c] = sum;
  }
  storageBarrier();
  workgroupBarrier();
  if (lane == 0u) {
    share = 0.0;
    for (var i = 0u; i < WG; i += 1u) { share += partial[i]; }
    coefs[SHARES_OFFSET + row] = share;
  }
  multiply(OF_PLAIN, lane, row, first, end, GRADIENT, 0.0);
}

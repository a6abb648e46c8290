// Backward pass through the sparse decoder, for the main and the auxiliary branch at once:
//
//   decoder coefficient  q[place, i] = -weight_b p[place, i]               dL/dD_{k,i} = sum_b q e_b
//   encoder coefficient  g[place, i] = -weight_b D_{k,i} . e_b (+ term)    dL/dE_{k,i} = sum_b g input_b
//
// A parts/entry_….wgsl says which codes send a gradient to the encoder, and may keep one for a threshold.
// A term of the codes (parts/term_….wgsl): loss += strength/B sum_b sum_j t(p_bj, ||D_j||), so g += strength/B dt/dp.
// The auxiliary branch has its own residual e', weight, slots and, where its units are columns, rank.
// rows            [sections, B, D4]   section 1 holds e, section 2 holds e'
// decoder         [N, D4]
// active_units    at ACTIVE_OFFSET [CAPACITY], places by a parts/places_….wgsl; at AUX_ACTIVE_OFFSET [B, AUX_SLOTS]
// coefs           codes at CODES_OFFSET, q at DECODER_OFFSET, g at ENCODER_OFFSET, each [CAPACITY, R];
//                 AUX_… likewise, [B, AUX_SLOTS, AUX_RANK]
// row_stats       [B, 8]              0: rho, of which the weight is 2 rho^2 / B; 6: auxiliary weight
// decoder_norms   [N]                 where there is a term
// A team of TEAM threads makes q and g of a place, four at a time, as in encode_active.wgsl.
// Dispatch: ceil((CAPACITY + B*AUX_SLOTS)*TEAM / 64) workgroups, folded. Source: docs/method/training.md.

override B: u32;
override D4: u32;
override R: u32;
override CAPACITY: u32;  // places of the main branch, used or not
override ACTIVE_OFFSET: u32;
override CODES_OFFSET: u32;
override DECODER_OFFSET: u32;
override ENCODER_OFFSET: u32;
override AUX_RANK: u32;
override AUX_SLOTS: u32; // 0 without an auxiliary branch
override AUX_ACTIVE_OFFSET: u32;
override AUX_CODES_OFFSET: u32;
override AUX_DECODER_OFFSET: u32;
override AUX_ENCODER_OFFSET: u32;
override TEAM: u32;

const NONE = 0xffffffffu;

@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> decoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> active_units: array<u32>;
@group(0) @binding(3) var<storage, read_write> coefs: array<f32>;
@group(0) @binding(4) var<storage, read> row_stats: array<f32>;
@group(0) @binding(5) var<storage, read> decoder_norms: array<f32>;

// Where a branch keeps its codes and gradients, and the row that one of its slots belongs to.
struct Slot {
  unit: u32,
  row: u32,
  rank: u32,
  residual: u32, // section of rows
  weight: f32,
  codes: u32,
  decoder: u32,
  encoder: u32,
}

var<workgroup> partial: array<vec4<f32>, 64>;

fn main_slot(place: u32) -> Slot {
  let row = row_of(place);
  let rho = row_stats[row * 8u];
  return Slot(
    active_units[ACTIVE_OFFSET + place], row, R, 1u, 2.0 * rho * rho / f32(B),
    CODES_OFFSET + place * R, DECODER_OFFSET + place * R, ENCODER_OFFSET + place * R,
  );
}

fn auxiliary_slot(place: u32) -> Slot {
  let row = place / max(AUX_SLOTS, 1u);
  return Slot(
    active_units[AUX_ACTIVE_OFFSET + place], row, AUX_RANK, 2u, row_stats[row * 8u + 6u],
    AUX_CODES_OFFSET + place * AUX_RANK, AUX_DECODER_OFFSET + place * AUX_RANK,
    AUX_ENCODER_OFFSET + place * AUX_RANK,
  );
}

// For four_products.wgsl.
fn matrix_at(index: u32) -> vec4<f32> { return decoder[index]; }

fn store(slot: Slot, i: u32, product: f32) {
  if (i >= slot.rank) { return; }
  var gradient = 0.0;
  if (slot.unit != NONE) {
    gradient = -slot.weight * product;
    if (HAS_TERM && slot.residual == 1u) {
      gradient += uniforms.sparsity_strength / f32(B) *
        term_by_code(coefs[slot.codes + i], decoder_norms[slot.unit * slot.rank + i]);
    }
  }
  if (slot.residual == 1u) {
    let code = coefs[slot.codes + i];
    keep_entry(slot.codes - CODES_OFFSET, slot.unit, code, gradient);
    gradient = select(0.0, gradient, reaches_encoder(code));
  }
  coefs[slot.encoder + i] = gradient;
  coefs[slot.decoder + i] = -slot.weight * coefs[slot.codes + i];
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let place = place_across(group) * (64u / TEAM) + lane / TEAM;
  let member = lane % TEAM;
  var slot = Slot(NONE, 0u, 0u, 1u, 0.0, 0u, 0u, 0u);
  if (place < places()) {
    slot = main_slot(place);
  } else if (place >= CAPACITY && place < CAPACITY + B * AUX_SLOTS) {
    slot = auxiliary_slot(place - CAPACITY);
  }
  for (var first = 0u; first < max(R, AUX_RANK); first += 4u) {
    var sum = vec4<f32>(0.0);
    if (slot.unit != NONE && first < slot.rank) {
      let at = (slot.residual * B + slot.row) * D4;
      sum = project(slot.unit * slot.rank + first, min(4u, slot.rank - first), at, member);
    }
    if (TEAM == 1u) {
      for (var i = 0u; i < 4u; i += 1u) { store(slot, first + i, sum[i]); }
    } else {
      partial[lane] = sum;
      workgroupBarrier();
      if (member < 4u) {
        var total = 0.0;
        for (var i = 0u; i < TEAM; i += 1u) { total += partial[lane - member + i][member]; }
        store(slot, first + member, total);
      }
      workgroupBarrier();
    }
  }
}

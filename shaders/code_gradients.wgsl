// Backward pass through the sparse decoder, for the main and the auxiliary branch at once:
//
//   decoder coefficient  q[b, slot, i] = -weight_b p[b, slot, i]             dL/dD_{k,i} = sum_b q e_b
//   encoder coefficient  g[b, slot, i] = -weight_b D_{k,i} . e_b (+ L1)      dL/dE_{k,i} = sum_b g input_b
//
// With L1 (ReLU SAE): loss += l1/B sum_b sum_j |p_bj| ||D_j||, so g += l1 ||D_j|| / B (codes are positive).
// The auxiliary branch has its own residual e', weight, slots and, where its units are columns, rank.
// rows            [sections, B, D4]   section 1 holds e, section 2 holds e'
// decoder         [N, D4]
// active_units    at ACTIVE_OFFSET [B, SLOTS], at AUX_ACTIVE_OFFSET [B, AUX_SLOTS]
// coefs           codes at CODES_OFFSET, q at DECODER_OFFSET, g at ENCODER_OFFSET, each [B, SLOTS, R];
//                 AUX_… likewise
// row_stats       [B, 8]              0: rho, of which the weight is 2 rho^2 / B; 6: auxiliary weight
// decoder_norms   [N]                 L1 only
// A thread makes one q and one g.
// Dispatch: ceil(B*(SLOTS*R + AUX_SLOTS*AUX_RANK) / 64) workgroups over (32768, y). Source: sasa.md section 2.

override B: u32;
override D4: u32;
override R: u32;
override SLOTS: u32;
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
override L1: bool;

const NONE = 0xffffffffu;
const ACROSS = 32768u;

@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> decoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> active_units: array<u32>;
@group(0) @binding(3) var<storage, read_write> coefs: array<f32>;
@group(0) @binding(4) var<storage, read> row_stats: array<f32>;
@group(0) @binding(5) var<storage, read> decoder_norms: array<f32>;

fn project(latent: u32, at: u32) -> f32 {
  var sum = 0.0;
  // Not unrolled; see encode_active.wgsl.
  for (var c = 0u; c < D4; c += uniforms.one) { sum += dot(decoder[latent * D4 + c], rows[at + c]); }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * ACROSS + group.x) * 64u + lane;
  let main_count = B * SLOTS * R;
  if (index < main_count) {
    let row = index / (SLOTS * R);
    let unit = active_units[ACTIVE_OFFSET + index / R];
    let rho = row_stats[row * 8u];
    let weight = 2.0 * rho * rho / f32(B);
    var gradient = 0.0;
    if (unit != NONE) {
      let latent = unit * R + index % R;
      gradient = -weight * project(latent, (B + row) * D4);
      if (L1) { gradient += uniforms.l1_coefficient / f32(B) * decoder_norms[latent]; }
    }
    coefs[ENCODER_OFFSET + index] = gradient;
    coefs[DECODER_OFFSET + index] = -weight * coefs[CODES_OFFSET + index];
    return;
  }
  let at = index - main_count;
  if (at >= B * AUX_SLOTS * AUX_RANK) { return; }
  let row = at / max(AUX_SLOTS * AUX_RANK, 1u);
  let unit = active_units[AUX_ACTIVE_OFFSET + at / AUX_RANK];
  let weight = row_stats[row * 8u + 6u];
  var gradient = 0.0;
  if (unit != NONE) {
    gradient = -weight * project(unit * AUX_RANK + at % AUX_RANK, (2u * B + row) * D4);
  }
  coefs[AUX_ENCODER_OFFSET + at] = gradient;
  coefs[AUX_DECODER_OFFSET + at] = -weight * coefs[AUX_CODES_OFFSET + at];
}

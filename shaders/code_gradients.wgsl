// Backward pass through the sparse decoder: gradients of the codes, and what the gradient passes of the
// weights need of every row.
//
//   decoder coefficient  q[b, slot, i] = -weight_b p[b, slot, i]             dL/dD_{k,i} = sum_b q e_b
//   encoder coefficient  g[b, slot, i] = -weight_b D_{k,i} . e_b (+ L1)      dL/dE_{k,i} = sum_b g input_b
//   input gradient       t_b = -weight_b e_b - sum E_{k,i} g                 dL/db_dec  = sum_b t_b
//
// With L1 (ReLU SAE): loss += l1/B sum_b sum_j |p_bj| ||D_j||, so g += l1 ||D_j|| / B (codes are positive).
// rows            [sections, B, D4]   RESIDUAL section holds e (main) or e' (aux)
// encoder, decoder [N, D4]
// active_units    [ACTIVE_OFFSET + B*SLOTS]
// coefs           codes at CODES_OFFSET, q at DECODER_OFFSET, g at ENCODER_OFFSET, each [B, SLOTS, R]
// row_stats       [B, 8]              WEIGHT names the column with weight_b
// input_gradient  [B, D4]             main writes; aux adds when INPUT_GRADIENT
// decoder_norms   [N]                 L1 only
// Dispatch: one workgroup of 64 a row. Source: sasa.md section 2.

override B: u32;
override D4: u32;
override R: u32;
override SLOTS: u32;
override RESIDUAL: u32;
override WEIGHT: u32;
override ACTIVE_OFFSET: u32;
override CODES_OFFSET: u32;
override DECODER_OFFSET: u32;
override ENCODER_OFFSET: u32;
override MAIN: bool;
override INPUT_GRADIENT: bool;
override L1: bool;

const NONE = 0xffffffffu;

@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> encoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> decoder: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> active_units: array<u32>;
@group(0) @binding(4) var<storage, read_write> coefs: array<f32>;
@group(0) @binding(5) var<storage, read> row_stats: array<f32>;
@group(0) @binding(6) var<storage, read_write> input_gradient: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read> decoder_norms: array<f32>;

var<workgroup> partial: array<f32, 1024>; // [64 latents, 16 lanes]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  let residual = (RESIDUAL * B + row) * D4;
  let units = ACTIVE_OFFSET + row * SLOTS;
  let weight = row_stats[row * 8u + WEIGHT];
  let latents = SLOTS * R;
  let share = lane % 16u;
  for (var first = 0u; first < latents; first += 64u) {
    for (var m = lane / 16u; m < min(64u, latents - first); m += 4u) {
      let latent = first + m;
      let unit = active_units[units + latent / R];
      var sum = 0.0;
      if (unit != NONE) {
        let at = (unit * R + latent % R) * D4;
        for (var c = share; c < D4; c += 16u) { sum += dot(decoder[at + c], rows[residual + c]); }
      }
      partial[m * 16u + share] = sum;
    }
    workgroupBarrier();
    let latent = first + lane;
    if (latent < latents) {
      let unit = active_units[units + latent / R];
      let at = row * latents + latent;
      var sum = 0.0;
      for (var i = 0u; i < 16u; i += 1u) { sum += partial[lane * 16u + i]; }
      var gradient = -weight * sum;
      if (L1 && unit != NONE) {
        gradient += uniforms.l1_coefficient / f32(B) * decoder_norms[unit * R + latent % R];
      }
      coefs[ENCODER_OFFSET + at] = select(gradient, 0.0, unit == NONE);
      coefs[DECODER_OFFSET + at] = -weight * coefs[CODES_OFFSET + at];
    }
    workgroupBarrier();
  }
  // The row's code gradients were written by other lanes of this workgroup.
  storageBarrier();
  if (!MAIN && !INPUT_GRADIENT) { return; }
  for (var c = lane; c < D4; c += 64u) {
    var t = vec4<f32>(0.0);
    if (MAIN) { t = -weight * rows[residual + c]; } else { t = input_gradient[row * D4 + c]; }
    if (INPUT_GRADIENT) {
      for (var slot = 0u; slot < SLOTS; slot += 1u) {
        let unit = active_units[units + slot];
        if (unit == NONE) { break; }
        for (var i = 0u; i < R; i += 1u) {
          t -= coefs[ENCODER_OFFSET + row * latents + slot * R + i] * encoder[(unit * R + i) * D4 + c];
        }
      }
    }
    input_gradient[row * D4 + c] = t;
  }
}

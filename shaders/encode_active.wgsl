// Codes of the winning groups, recomputed by gathered dot products (under 1 % of the dense half):
//
//   code[b, slot, i] = E_{k, i} . row_b + b_enc,{k, i},    k = active[b, slot]
//
// rows          [sections, B, D4]        section SECTION is read
// encoder       [N, D4]                  N = K*R rows, group-major
// biases        [N4*4 | d]               encoder biases first
// active_units  [ACTIVE_OFFSET + B*SLOTS]      0xffffffff in empty slots, whose codes are 0
// coefs         [CODES_OFFSET + B*SLOTS*R]     receives the codes
// 16 lanes share a dot product; 64 latents at a time go through workgroup memory (4 KiB).
// Dispatch: one workgroup of 64 a row. Source: sasa.md section 1.

override B: u32;
override D4: u32;
override R: u32;
override SLOTS: u32;
override SECTION: u32;
override ACTIVE_OFFSET: u32;
override CODES_OFFSET: u32;
override USE_BIAS: bool;

const NONE = 0xffffffffu;

@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> encoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> biases: array<f32>;
@group(0) @binding(3) var<storage, read> active_units: array<u32>;
@group(0) @binding(4) var<storage, read_write> coefs: array<f32>;

var<workgroup> partial: array<f32, 1024>; // [64 latents, 16 lanes]

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  let source = (SECTION * B + row) * D4;
  let latents = SLOTS * R;
  let share = lane % 16u;
  for (var first = 0u; first < latents; first += 64u) {
    for (var m = lane / 16u; m < min(64u, latents - first); m += 4u) {
      let latent = first + m;
      let unit = active_units[ACTIVE_OFFSET + row * SLOTS + latent / R];
      var sum = 0.0;
      if (unit != NONE) {
        let at = (unit * R + latent % R) * D4;
        for (var c = share; c < D4; c += 16u) { sum += dot(encoder[at + c], rows[source + c]); }
      }
      partial[m * 16u + share] = sum;
    }
    workgroupBarrier();
    let latent = first + lane;
    if (latent < latents) {
      let unit = active_units[ACTIVE_OFFSET + row * SLOTS + latent / R];
      var sum = 0.0;
      for (var i = 0u; i < 16u; i += 1u) { sum += partial[lane * 16u + i]; }
      if (USE_BIAS && unit != NONE) { sum += biases[unit * R + latent % R]; }
      coefs[CODES_OFFSET + row * latents + latent] = sum;
    }
    workgroupBarrier();
  }
}

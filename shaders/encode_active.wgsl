// Codes of the winning groups, recomputed by gathered dot products (under 1 % of the dense half):
//
//   code[b, slot, i] = E_{k, i} . row_b + b_enc,{k, i},    k = active[b, slot]
//
// rows          [sections, B, D4]        section SECTION is read
// encoder       [N, D4]                  N = K*R rows, group-major
// biases        [N4*4 | d]               encoder biases first
// active_units  [ACTIVE_OFFSET + B*SLOTS]      0xffffffff in empty slots, whose codes are 0
// coefs         [CODES_OFFSET + B*SLOTS*R]     receives the codes
// A thread makes one code.
// Dispatch: ceil(B*SLOTS*R / 64) workgroups over (32768, y). Source: sasa.md section 1.

override B: u32;
override D4: u32;
override R: u32;
override SLOTS: u32;
override SECTION: u32;
override ACTIVE_OFFSET: u32;
override CODES_OFFSET: u32;
override USE_BIAS: bool;

const NONE = 0xffffffffu;
const ACROSS = 32768u;

@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> encoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> biases: array<f32>;
@group(0) @binding(3) var<storage, read> active_units: array<u32>;
@group(0) @binding(4) var<storage, read_write> coefs: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * ACROSS + group.x) * 64u + lane;
  if (index >= B * SLOTS * R) { return; }
  let row = index / (SLOTS * R);
  let unit = active_units[ACTIVE_OFFSET + index / R];
  var sum = 0.0;
  if (unit != NONE) {
    let latent = unit * R + index % R;
    if (USE_BIAS) { sum = biases[latent]; }
    // A stride of 1 that the compiler does not know keeps it from unrolling: Mesa takes half a minute
    // for 32 turns.
    for (var c = 0u; c < D4; c += uniforms.one) {
      sum += dot(encoder[latent * D4 + c], rows[(SECTION * B + row) * D4 + c]);
    }
  }
  coefs[CODES_OFFSET + index] = sum;
}

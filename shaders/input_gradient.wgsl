// Gradient of the loss in the decoder bias, row by row; update_biases.wgsl sums it over the batch.
//
//   t_b = -weight_b e_b - sum_slots E_k^T g_b        the second term when b_dec is applied to the input,
//                         (and over the auxiliary branch where its codes read the input)
//
// rows            [sections, B, D4]   section 1 holds e
// encoder         [N, D4]
// active_units, coefs   main at ACTIVE_OFFSET, COEF_OFFSET; auxiliary at AUX_…
// row_stats       [B, 8]              4: weight
// input_gradient  [B, D4]
// A thread makes one vec4. Dispatch: ceil(B*D4 / 64) workgroups over (32768, y). Source: sasa.md section 2.

override B: u32;
override D4: u32;
override R: u32;
override SLOTS: u32;
override ACTIVE_OFFSET: u32;
override COEF_OFFSET: u32;
override AUX_RANK: u32;
override AUX_SLOTS: u32; // 0 when the auxiliary branch sends nothing here
override AUX_ACTIVE_OFFSET: u32;
override AUX_COEF_OFFSET: u32;
override THROUGH_INPUT: bool;

const NONE = 0xffffffffu;
const ACROSS = 32768u;

@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> encoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> active_units: array<u32>;
@group(0) @binding(3) var<storage, read> coefs: array<f32>;
@group(0) @binding(4) var<storage, read> row_stats: array<f32>;
@group(0) @binding(5) var<storage, read_write> input_gradient: array<vec4<f32>>;

fn through(row: u32, c: u32, active_at: u32, coef_at: u32, slots: u32, rank: u32) -> vec4<f32> {
  var sum = vec4<f32>(0.0);
  for (var slot = 0u; slot < slots; slot += 1u) {
    let unit = active_units[active_at + row * slots + slot];
    if (unit == NONE) { break; }
    for (var i = 0u; i < rank; i += 1u) {
      sum += coefs[coef_at + (row * slots + slot) * rank + i] * encoder[(unit * rank + i) * D4 + c];
    }
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let index = (group.y * ACROSS + group.x) * 64u + lane;
  if (index >= B * D4) { return; }
  let row = index / D4;
  let c = index % D4;
  let rho = row_stats[row * 8u];
  var t = -2.0 * rho * rho / f32(B) * rows[B * D4 + index];
  if (THROUGH_INPUT) {
    t -= through(row, c, ACTIVE_OFFSET, COEF_OFFSET, SLOTS, R);
    t -= through(row, c, AUX_ACTIVE_OFFSET, AUX_COEF_OFFSET, AUX_SLOTS, AUX_RANK);
  }
  input_gradient[index] = t;
}

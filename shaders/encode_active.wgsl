// Codes of the winning groups, recomputed by gathered dot products (under 1 % of the dense half):
//
//   code[place, i] = E_{k, i} . row_b + b_enc,{k, i},    k = active[place], b = row of the place
//
// rows          [sections, B, D4]        section SECTION is read
// encoder       [N, D4]                  N = K*R rows, group-major
// biases        [N4*4 | d]               encoder biases first
// active_units  [ACTIVE_OFFSET + places]       0xffffffff in empty places, whose codes are 0
// coefs         [CODES_OFFSET + places*R]      receives the codes
// A parts/places_….wgsl says which places a row has. A team of TEAM threads makes the codes of a place, four at a time, so that a row is read once for four; its
// threads read neighbouring addresses. On processors a team is one thread, and nothing is waited for.
// Dispatch: ceil(capacity*TEAM / 64) workgroups, folded. Source: docs/method/model.md.

override B: u32;
override D4: u32;
override R: u32;
override SECTION: u32;
override ACTIVE_OFFSET: u32;
override CODES_OFFSET: u32;
override USE_BIAS: bool;
override TEAM: u32;

const NONE = 0xffffffffu;

@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> encoder: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> biases: array<f32>;
@group(0) @binding(3) var<storage, read> active_units: array<u32>;
@group(0) @binding(4) var<storage, read_write> coefs: array<f32>;

var<workgroup> partial: array<vec4<f32>, 64>;

// For four_products.wgsl.
fn matrix_at(index: u32) -> vec4<f32> { return encoder[index]; }

fn store(place: u32, first: u32, unit: u32, i: u32, sum: f32) {
  if (first + i >= R) { return; }
  var code = 0.0;
  if (unit != NONE) {
    code = sum;
    if (USE_BIAS) { code += biases[unit * R + first + i]; }
  }
  coefs[CODES_OFFSET + place * R + first + i] = code;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let place = place_across(group) * (64u / TEAM) + lane / TEAM;
  let member = lane % TEAM;
  let inside = place < places();
  var unit = NONE;
  if (inside) { unit = active_units[ACTIVE_OFFSET + place]; }
  for (var first = 0u; first < R; first += 4u) {
    var sum = vec4<f32>(0.0);
    if (unit != NONE) {
      sum = project(unit * R + first, min(4u, R - first), (SECTION * B + row_of(place)) * D4, member);
    }
    if (TEAM == 1u) {
      if (inside) {
        for (var i = 0u; i < 4u; i += 1u) { store(place, first, unit, i, sum[i]); }
      }
    } else {
      partial[lane] = sum;
      workgroupBarrier();
      if (inside && member < 4u) {
        var total = 0.0;
        for (var i = 0u; i < TEAM; i += 1u) { total += partial[lane - member + i][member]; }
        store(place, first, unit, member, total);
      }
      workgroupBarrier();
    }
  }
}

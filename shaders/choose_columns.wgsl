// Codes of a gate of two levels. Of all columns of the units that a row let through, the COLUMNS with the largest
// |p_ki| ||d_ki|| stay on; ties go to the lowest column. Codes of the others are 0, and a unit none of whose columns stays
// leaves the row's list.
//
// rows          [sections, B, D4]            section TARGET is read
// biases        [N4*4 | d]                   encoder biases first
// active_units  [ACTIVE_OFFSET + B*SLOTS]    ascending in a row, 0xffffffff in empty places; the same after
// coefs         [CODES_OFFSET + B*SLOTS*R]   receives the codes, 0 in empty places
// decoder_norms [N]                          ||d_ki||
// fired         [FIRED_OFFSET + K*WORDS]     RECORD: bit b of unit u: u keeps a column on row b (zeroed before the step)
// last_fired    [K]                          RECORD: the token counter after this batch
// Completed with parts/places_fixed.wgsl, which has SLOTS, and parts/codes_made.wgsl, which makes the codes of all columns.
// Every column counts for itself how many come before it.
// Dispatch: one workgroup of WG a row, folded. Source: docs/method/model.md.

override B: u32;
override D4: u32;
override R: u32;
override COLUMNS: u32;
override WORDS: u32;
override TARGET: u32;
override ACTIVE_OFFSET: u32;
override CODES_OFFSET: u32;
override FIRED_OFFSET: u32;
override RECORD: bool;
override WG: u32;

const NONE = 0xffffffffu;

@group(0) @binding(0) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> decoder_norms: array<f32>;
@group(0) @binding(2) var<storage, read> biases: array<f32>;
@group(0) @binding(3) var<storage, read_write> active_units: array<u32>;
@group(0) @binding(5) var<storage, read_write> fired: array<atomic<u32>>;
@group(0) @binding(6) var<storage, read_write> last_fired: array<atomic<u32>>;

var<workgroup> units: array<u32, SLOTS>;
var<workgroup> codes: array<f32, SLOTS * R>;
var<workgroup> keys: array<f32, SLOTS * R>;

// Whether so few columns come before this one that it stays on.
fn chosen(own: u32) -> bool {
  let key = keys[own];
  var before = 0u;
  // Not unrolled; see four_products.wgsl.
  for (var other = 0u; other < SLOTS * R; other += uniforms.one) {
    let comes_first = keys[other] > key || (keys[other] == key && other < own);
    before += select(0u, 1u, comes_first);
  }
  return before < COLUMNS;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  if (row >= B) { return; }
  make_codes(row, lane, first_place(row), end_place(row));
  for (var slot = lane; slot < SLOTS; slot += WG * uniforms.one) {
    let unit = active_units[ACTIVE_OFFSET + row * SLOTS + slot];
    units[slot] = unit;
    for (var i = 0u; i < R; i += uniforms.one) {
      let at = slot * R + i;
      var code = 0.0;
      var key = 0.0;
      if (unit != NONE) {
        code = coefs[CODES_OFFSET + row * SLOTS * R + at];
        key = abs(code) * decoder_norms[unit * R + i];
      }
      codes[at] = code;
      keys[at] = key;
    }
  }
  workgroupBarrier();
  for (var slot = lane; slot < SLOTS; slot += WG * uniforms.one) {
    var stays = false;
    for (var i = 0u; i < R; i += uniforms.one) {
      let at = slot * R + i;
      // Others read the keys meanwhile, which stay.
      if (!chosen(at)) { codes[at] = 0.0; }
      stays = stays || codes[at] != 0.0;
    }
    if (!stays) { units[slot] = NONE; }
  }
  workgroupBarrier();
  for (var slot = lane; slot < SLOTS; slot += WG * uniforms.one) {
    // Units that stay come first, in their order, and the others leave empty places behind them.
    var staying = 0u;
    var earlier = 0u;
    for (var other = 0u; other < SLOTS; other += uniforms.one) {
      let stays = select(0u, 1u, units[other] != NONE);
      staying += stays;
      if (other < slot) { earlier += stays; }
    }
    let unit = units[slot];
    var place = staying + slot - earlier;
    if (unit != NONE) {
      place = earlier;
      if (RECORD) {
        atomicOr(&fired[FIRED_OFFSET + unit * WORDS + row / 32u], 1u << (row % 32u));
        atomicMax(&last_fired[unit], uniforms.tokens_seen);
      }
    }
    active_units[ACTIVE_OFFSET + row * SLOTS + place] = unit;
    for (var i = 0u; i < R; i += uniforms.one) {
      // Those of a unit that leaves are 0.
      coefs[CODES_OFFSET + (row * SLOTS + place) * R + i] = codes[slot * R + i];
    }
  }
}

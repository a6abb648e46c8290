// Codes that the workgroup of a row makes before it decodes them or chooses among them, which saves a pass:
//
//   code[place, i] = E_{k, i} . row_b + b_enc,{k, i},    k = active[place], the row TARGET
//
// encoder  [N, D4]                       N = K*R rows, group-major
// coefs    [CODES_OFFSET + places*R]     receives the codes. Places past the capacity are left out
// A team of TEAM threads makes the codes of a place as in encode_active.wgsl.
override TEAM: u32;
override CAPACITY: u32;
override USE_BIAS: bool;

@group(0) @binding(4) var<storage, read_write> coefs: array<f32>;
@group(0) @binding(7) var<storage, read> encoder: array<vec4<f32>>;

var<workgroup> products: array<vec4<f32>, WG>;

// For four_products.wgsl.
fn matrix_at(index: u32) -> vec4<f32> { return encoder[index]; }

fn store_code(place: u32, unit: u32, i: u32, sum: f32) {
  if (i >= R) { return; }
  var code = sum;
  if (USE_BIAS) { code += biases[unit * R + i]; }
  coefs[CODES_OFFSET + place * R + i] = code;
}

fn make_codes(row: u32, lane: u32, first: u32, end: u32) {
  let member = lane % TEAM;
  let stop = min(end, CAPACITY);
  for (var base = first; base < stop; base += WG / TEAM * uniforms.one) {
    let place = base + lane / TEAM;
    var unit = NONE;
    if (place < stop) { unit = active_units[ACTIVE_OFFSET + place]; }
    for (var i = 0u; i < R; i += 4u * uniforms.one) {
      var sum = vec4<f32>(0.0);
      if (unit != NONE) { sum = project(unit * R + i, min(4u, R - i), (TARGET * B + row) * D4, member); }
      if (TEAM == 1u) {
        if (unit != NONE) {
          for (var j = 0u; j < 4u; j += 1u) { store_code(place, unit, i + j, sum[j]); }
        }
      } else {
        products[lane] = sum;
        workgroupBarrier();
        if (unit != NONE && member < 4u) {
          var total = 0.0;
          for (var j = 0u; j < TEAM; j += 1u) { total += products[lane - member + j][member]; }
          store_code(place, unit, i + member, total);
        }
        workgroupBarrier();
      }
    }
  }
  storageBarrier();
}

// Gates whose codes are made here have no term.
fn norm_of(latent: u32) -> f32 { return 0.0; }

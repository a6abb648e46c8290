// Gradient of one weight matrix (encoder or decoder) and its Adam step, with a thread for every vec4
// column of a block of groups and no barrier, for adapters whose barriers are slow (processors). Same
// formula, bindings, constants and parts as update_rows.wgsl; its squared gradient norms are one per thread.
// A workgroup has one block of groups, so what belongs to a row of the batch is read once for all threads.
//
// Dispatch: blocks = ceil(K / GROUPS) workgroups across, folded, ceil(D4 / WG) down.
// Source: docs/method/training.md.

override B: u32;
override D4: u32;
override K: u32;
override R: u32;
override WORDS: u32;
override SECTION: u32;
override ACTIVE_OFFSET: u32;
override COEF_OFFSET: u32;
override CODES_OFFSET: u32;
override FIRED_OFFSET: u32;
override AUX: bool;
override AUX_COLUMNS: bool;
override AUX_SECTION: u32;
override AUX_SLOTS: u32;
override AUX_ACTIVE_OFFSET: u32;
override AUX_COEF_OFFSET: u32;
override AUX_FIRED_OFFSET: u32;
override PENALTY_OFFSET: u32;
override SQUARES_OFFSET: u32;
override GROUPS: u32;       // groups a workgroup updates, one after the other
override SUMS: bool;        // encoder: leave the sums of its coefficients
override SUMS_OFFSET: u32;
override SHARES: bool;      // encoder: leave its share of b_dec's gradient
override SHARES_OFFSET: u32;
override AUX_SUMS: bool;    // the auxiliary codes count in both (they read the input and have its bias)
override FUSED: bool;
override ADD: bool;          // stored gradients are added up, each with this share
override SHARE: f32;
override WG: u32;

@group(0) @binding(0) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> moment1: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> moment2: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> coefs: array<f32>;
@group(0) @binding(5) var<storage, read> active_units: array<u32>;
@group(0) @binding(6) var<storage, read> fired: array<u32>;
@group(0) @binding(7) var<storage, read_write> penalty: array<f32>;

// Accumulated gradient of four rows of the block.
var<private> a0: vec4<f32>;
var<private> a1: vec4<f32>;
var<private> a2: vec4<f32>;
var<private> a3: vec4<f32>;
// Sums of their coefficients, and of what a penalty makes of the codes.
var<private> coef_sum: vec4<f32>;
var<private> code_sum: f32;
// The column of the block as it was before the step.
var<private> old: array<vec4<f32>, 32>;

fn stride() -> u32 { return uniforms.one; }
fn old_row(i: u32) -> vec4<f32> { return old[i]; }
fn sum_of_codes() -> f32 { return code_sum; }

// Slot of `unit` in an ascending list that is known to hold it.
fn find(first: u32, slots: u32, unit: u32) -> u32 {
  var low = 0u;
  var high = slots - 1u;
  while (low < high) {
    let middle = (low + high) / 2u;
    if (active_units[first + middle] < unit) { low = middle + 1u; } else { high = middle; }
  }
  return low;
}

fn add(value: vec4<f32>, c: vec4<f32>) {
  a0 += c.x * value;
  a1 += c.y * value;
  a2 += c.z * value;
  a3 += c.w * value;
}

// Coefficients of block rows first … first + 3; rows past the block get 0.
fn four(at: u32, first: u32) -> vec4<f32> {
  var c = vec4<f32>(coefs[at + first], 0.0, 0.0, 0.0);
  if (first + 1u < R) { c.y = coefs[at + first + 1u]; }
  if (first + 2u < R) { c.z = coefs[at + first + 2u]; }
  if (first + 3u < R) { c.w = coefs[at + first + 3u]; }
  return c;
}

// What a parts/products_….wgsl adds: a row times the coefficients at `at`.
fn add_rows(value: vec4<f32>, at: u32, first: u32) { add(value, four(at, first)); }

// A gradient that is NaN or infinite leaves the weight as it was, so that the weights before a loss broke
// stay readable. By bits: comparisons with NaN are not portable.
fn finite(value: vec4<f32>) -> bool {
  let exponent = bitcast<vec4<u32>>(value) & vec4<u32>(0x7f800000u);
  return all(exponent != vec4<u32>(0x7f800000u));
}

// Adds the rows of the main branch on which group k fired, in ascending order.
fn add_main(k: u32, column: u32, first: u32) {
  for (var w = 0u; w < WORDS; w += 1u) {
    var bits = fired[FIRED_OFFSET + k * WORDS + w];
    while (bits != 0u) {
      let row = w * 32u + countTrailingZeros(bits);
      bits &= bits - 1u;
      let place = first_place(row);
      let at = (place + find(ACTIVE_OFFSET + place, end_place(row) - place, k)) * R;
      let c = four(COEF_OFFSET + at, first);
      add(rows[(SECTION * B + row) * D4 + column], c);
      add_second(row, at, column, first);
      coef_sum += c;
      if (READS_CODES) { code_sum += of_code(coefs[CODES_OFFSET + at], k); }
    }
  }
}

// Adds the rows of the auxiliary branch on which `unit` fired; `only` picks the row of the block when
// units are columns.
fn add_auxiliary(unit: u32, column: u32, first: u32, only: vec4<f32>) {
  for (var w = 0u; w < WORDS; w += 1u) {
    var bits = fired[AUX_FIRED_OFFSET + unit * WORDS + w];
    while (bits != 0u) {
      let row = w * 32u + countTrailingZeros(bits);
      bits &= bits - 1u;
      let slot = row * AUX_SLOTS + find(AUX_ACTIVE_OFFSET + row * AUX_SLOTS, AUX_SLOTS, unit);
      let value = rows[(AUX_SECTION * B + row) * D4 + column];
      var c = only;
      if (AUX_COLUMNS) { c *= coefs[AUX_COEF_OFFSET + slot]; } else { c = four(AUX_COEF_OFFSET + slot * R, first); }
      add(value, c);
      if (AUX_SUMS) { coef_sum += c; }
    }
  }
}

// Updates one column of group k; returns its share of the input gradient.
fn update_group(k: u32, column: u32) -> vec4<f32> {
  // The penalty mixes the rows of a block.
  for (var i = 0u; i < R; i += uniforms.one) { old[i] = weights[(k * R + i) * D4 + column]; }
  var square = 0.0;
  var share = vec4<f32>(0.0);

  // Strides that the compiler does not know keep Mesa from unrolling these loops into each other.
  for (var first = 0u; first < R; first += 4u * uniforms.one) {
    a0 = vec4<f32>(0.0);
    a1 = vec4<f32>(0.0);
    a2 = vec4<f32>(0.0);
    a3 = vec4<f32>(0.0);
    coef_sum = vec4<f32>(0.0);
    code_sum = 0.0;
    add_main(k, column, first);
    if (AUX && !AUX_COLUMNS) { add_auxiliary(k, column, first, vec4<f32>(1.0)); }
    if (AUX && AUX_COLUMNS) {
      for (var j = 0u; j < min(4u, R - first); j += uniforms.one) {
        let only = select(vec4<f32>(0.0), vec4<f32>(1.0), vec4<u32>(0u, 1u, 2u, 3u) == vec4<u32>(j));
        add_auxiliary(k * R + first + j, column, first, only);
      }
    }
    for (var j = 0u; j < min(4u, R - first); j += uniforms.one) {
      let i = first + j;
      if (SUMS && column == 0u) { penalty[SUMS_OFFSET + k * R + i] = coef_sum[j]; }
      if (SHARES) { share += coef_sum[j] * old[i]; }
      var gradient = a0;
      if (j == 1u) { gradient = a1; }
      if (j == 2u) { gradient = a2; }
      if (j == 3u) { gradient = a3; }
      gradient += penalty_gradient(k, i);
      let index = (k * R + i) * D4 + column;
      if (!FUSED && ADD) { gradient = moment1[index] + SHARE * gradient; }
      square += dot(gradient, gradient);
      if (!FUSED) {
        moment1[index] = gradient;
      } else if (finite(gradient)) {
        let m = uniforms.beta1 * moment1[index] + (1.0 - uniforms.beta1) * gradient;
        let v = uniforms.beta2 * moment2[index] + (1.0 - uniforms.beta2) * gradient * gradient;
        moment1[index] = m;
        moment2[index] = v;
        let direction = m * uniforms.correction1 / (sqrt(v * uniforms.correction2) + vec4<f32>(uniforms.epsilon));
        weights[index] = old[i] - uniforms.lr * (direction + uniforms.weight_decay * old[i]);
      }
    }
  }
  penalty[SQUARES_OFFSET + k * D4 + column] = square;
  return share;
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let block = place_across(id);
  let column = id.y * WG + lane;
  if (column >= D4 || block * GROUPS >= K) { return; }
  var share = vec4<f32>(0.0);
  for (var k = block * GROUPS; k < min((block + 1u) * GROUPS, K); k += 1u) { share += update_group(k, column); }
  if (SHARES) {
    let at = SHARES_OFFSET + (block * D4 + column) * 4u;
    penalty[at] = share.x;
    penalty[at + 1u] = share.y;
    penalty[at + 2u] = share.z;
    penalty[at + 3u] = share.w;
  }
}

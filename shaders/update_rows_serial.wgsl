// Gradient of one weight matrix (encoder or decoder) and its Adam step, with a thread for every few vec4
// columns of a block of groups and no barrier, for adapters whose barriers are slow (processors). Same
// formula, bindings, constants and parts as update_rows.wgsl; its squared gradient norms are one per column.
// A workgroup has one block of groups and few threads: on which rows of the batch a group fired, and where its
// coefficients lie, takes as long to find as the rows take to add, and is found once for all columns of a thread.
//
// Dispatch: blocks = ceil(K / GROUPS) workgroups across, folded, ceil(D4 / (WG COLUMNS)) down.
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
override COLUMNS: u32;      // of a thread, WG apart; up to 4
override WG: u32;

@group(0) @binding(0) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> moment1: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> moment2: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> coefs: array<f32>;
@group(0) @binding(5) var<storage, read> active_units: array<u32>;
@group(0) @binding(6) var<storage, read> fired: array<u32>;
@group(0) @binding(7) var<storage, read_write> penalty: array<f32>;

// Accumulated gradient of four rows of the block, in each column of the thread.
var<private> a0: vec4<f32>;
var<private> a1: vec4<f32>;
var<private> a2: vec4<f32>;
var<private> a3: vec4<f32>;
var<private> b0: vec4<f32>;
var<private> b1: vec4<f32>;
var<private> b2: vec4<f32>;
var<private> b3: vec4<f32>;
var<private> c0: vec4<f32>;
var<private> c1: vec4<f32>;
var<private> c2: vec4<f32>;
var<private> c3: vec4<f32>;
var<private> d0: vec4<f32>;
var<private> d1: vec4<f32>;
var<private> d2: vec4<f32>;
var<private> d3: vec4<f32>;
// Sums of their coefficients, and of what a penalty makes of the codes.
var<private> coef_sum: vec4<f32>;
var<private> code_sum: f32;
// The columns of the block as they were before the step, [COLUMNS, 32], and which of them is at hand.
var<private> old: array<vec4<f32>, 128>;
var<private> at_hand: u32;
// How far the thread's other columns are from its first; those past the last one stay at it and are not stored.
var<private> ahead: vec4<u32>;
// Squared gradients, and shares of the input gradient, by column.
var<private> squares: vec4<f32>;
var<private> shares: array<vec4<f32>, 4>;

fn stride() -> u32 { return uniforms.one; }
fn old_row(i: u32) -> vec4<f32> { return old[at_hand * 32u + i]; }
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

// Adds c times a row, whose number in the thread's first column is at `index`.
fn add(index: u32, c: vec4<f32>) {
  let a = rows[index];
  a0 += c.x * a;
  if (R > 1u) { a1 += c.y * a; }
  if (R > 2u) { a2 += c.z * a; }
  if (R > 3u) { a3 += c.w * a; }
  if (COLUMNS > 1u) {
    let b = rows[index + ahead.y];
    b0 += c.x * b;
    if (R > 1u) { b1 += c.y * b; }
    if (R > 2u) { b2 += c.z * b; }
    if (R > 3u) { b3 += c.w * b; }
  }
  if (COLUMNS > 2u) {
    let v = rows[index + ahead.z];
    c0 += c.x * v;
    if (R > 1u) { c1 += c.y * v; }
    if (R > 2u) { c2 += c.z * v; }
    if (R > 3u) { c3 += c.w * v; }
  }
  if (COLUMNS > 3u) {
    let d = rows[index + ahead.w];
    d0 += c.x * d;
    if (R > 1u) { d1 += c.y * d; }
    if (R > 2u) { d2 += c.z * d; }
    if (R > 3u) { d3 += c.w * d; }
  }
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
fn add_rows(index: u32, at: u32, first: u32) { add(index, four(at, first)); }

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
      add((SECTION * B + row) * D4 + column, c);
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
      var c = only;
      if (AUX_COLUMNS) { c *= coefs[AUX_COEF_OFFSET + slot]; } else { c = four(AUX_COEF_OFFSET + slot * R, first); }
      add((AUX_SECTION * B + row) * D4 + column, c);
      if (AUX_SUMS) { coef_sum += c; }
    }
  }
}

// Adam with the gathered gradient g of block rows first … first + 3 in column `which` of the thread, `column` of the matrix.
fn finish(k: u32, which: u32, column: u32, first: u32, g: mat4x4<f32>) {
  at_hand = which;
  var square = 0.0;
  var share = vec4<f32>(0.0);
  for (var j = 0u; j < min(4u, R - first); j += uniforms.one) {
    let i = first + j;
    let before = old_row(i);
    if (SUMS && column == 0u) { penalty[SUMS_OFFSET + k * R + i] = coef_sum[j]; }
    if (SHARES) { share += coef_sum[j] * before; }
    var gradient = g[0];
    if (j == 1u) { gradient = g[1]; }
    if (j == 2u) { gradient = g[2]; }
    if (j == 3u) { gradient = g[3]; }
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
      weights[index] = before - uniforms.lr * (direction + uniforms.weight_decay * before);
    }
  }
  squares[which] += square;
  shares[which] += share;
}

fn has(which: u32, column: u32) -> bool { return COLUMNS > which && column + which * WG < D4; }

// Updates the thread's columns of group k.
fn update_group(k: u32, column: u32) {
  // The penalty mixes the rows of a block.
  for (var which = 0u; which < COLUMNS; which += uniforms.one) {
    for (var i = 0u; i < R; i += uniforms.one) { old[which * 32u + i] = weights[(k * R + i) * D4 + column + ahead[which]]; }
  }
  squares = vec4<f32>(0.0);

  // Strides that the compiler does not know keep Mesa from unrolling these loops into each other.
  for (var first = 0u; first < R; first += 4u * uniforms.one) {
    a0 = vec4<f32>(0.0);
    a1 = vec4<f32>(0.0);
    a2 = vec4<f32>(0.0);
    a3 = vec4<f32>(0.0);
    b0 = vec4<f32>(0.0);
    b1 = vec4<f32>(0.0);
    b2 = vec4<f32>(0.0);
    b3 = vec4<f32>(0.0);
    c0 = vec4<f32>(0.0);
    c1 = vec4<f32>(0.0);
    c2 = vec4<f32>(0.0);
    c3 = vec4<f32>(0.0);
    d0 = vec4<f32>(0.0);
    d1 = vec4<f32>(0.0);
    d2 = vec4<f32>(0.0);
    d3 = vec4<f32>(0.0);
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
    finish(k, 0u, column, first, mat4x4<f32>(a0, a1, a2, a3));
    if (has(1u, column)) { finish(k, 1u, column + WG, first, mat4x4<f32>(b0, b1, b2, b3)); }
    if (has(2u, column)) { finish(k, 2u, column + 2u * WG, first, mat4x4<f32>(c0, c1, c2, c3)); }
    if (has(3u, column)) { finish(k, 3u, column + 3u * WG, first, mat4x4<f32>(d0, d1, d2, d3)); }
  }
  for (var which = 0u; which < 4u; which += 1u) {
    if (has(which, column)) { penalty[SQUARES_OFFSET + k * D4 + column + which * WG] = squares[which]; }
  }
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let block = place_across(id);
  let column = id.y * WG * COLUMNS + lane;
  if (column >= D4 || block * GROUPS >= K) { return; }
  ahead = min(vec4<u32>(0u, WG, 2u * WG, 3u * WG), vec4<u32>(D4 - 1u - column));
  for (var k = block * GROUPS; k < min((block + 1u) * GROUPS, K); k += 1u) { update_group(k, column); }
  if (SHARES) {
    for (var which = 0u; which < 4u; which += 1u) {
      if (has(which, column)) {
        let share = shares[which];
        let at = SHARES_OFFSET + (block * D4 + column + which * WG) * 4u;
        penalty[at] = share.x;
        penalty[at + 1u] = share.y;
        penalty[at + 2u] = share.z;
        penalty[at + 3u] = share.w;
      }
    }
  }
}

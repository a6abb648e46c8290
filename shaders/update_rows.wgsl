// Gradient of one weight matrix (encoder or decoder) and its Adam step, in one pass: no gradient is
// ever stored. A workgroup owns R rows x 64 columns of GROUPS groups, one after the other, and gathers the
// rows of the batch on which the group fired, in ascending order, so the sum has one order and the result
// one value.
//
//   gradient_{k,i} = sum_{b: k fired} coef[place, i] row_b  (main)  +  the same over the auxiliary branch
//                  + the penalty's gradient, a parts/penalty_….wgsl
//                  + a second product of every code of the main branch, a parts/products_….wgsl
//   Adam: m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, W -= lr (m^ / (sqrt(v^) + eps) + decay W)
//
// From the encoder's lists also comes what the biases need, with no further look at the batch:
//   sum_{k,i} = sum_{b: k fired} coef[place, i]                 gradient of b_enc
//   share     = sum_k sum_i sum_{k,i} W_{k,i}                   -sum of shares is b_dec's gradient by the codes
//
// weights, moment1, moment2  [K*R, D4]   FUSED false: moment1 receives the gradient instead, nothing else
//                                        changes (for the global norm clip); ADD: it is added up over slices of a batch
// rows          [sections, B, D4]        SECTION (main) and AUX_SECTION
// coefs         at COEF_OFFSET [places, R]; at AUX_COEF_OFFSET [B, AUX_SLOTS, R or 1]; codes at CODES_OFFSET
// active_units  at ACTIVE_OFFSET [places], by a parts/places_….wgsl; at AUX_ACTIVE_OFFSET [B, AUX_SLOTS]; ascending
//               in a row
// fired         at FIRED_OFFSET [K, WORDS]; at AUX_FIRED_OFFSET [K or K*R, WORDS]; one bit per row
// penalty       matrices at PENALTY_OFFSET [K, R, R]; squared gradient norms of each group's tiles go to
//               SQUARES_OFFSET [K, tiles], sums to SUMS_OFFSET [K, R], shares to SHARES_OFFSET
//               [ceil(K / GROUPS), D4*4]
// AUX_COLUMNS: the auxiliary branch chose single columns; every row of the block has its own list.
// Dispatch: blocks = ceil(K / GROUPS) workgroups across, folded, tiles = ceil(D4 / 16) down.
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
override AT_ONCE: u32;      // rows of a block that are summed together: 4 or 8

const SEGMENTS = 4u;
const COLUMNS = 16u;  // vec4 columns of a tile
const LISTED = 256u;  // entries a list holds

@group(0) @binding(0) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> moment1: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> moment2: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> coefs: array<f32>;
@group(0) @binding(5) var<storage, read> active_units: array<u32>;
@group(0) @binding(6) var<storage, read> fired: array<u32>;
@group(0) @binding(7) var<storage, read_write> penalty: array<f32>;

var<workgroup> old: array<vec4<f32>, R * COLUMNS>;                       // [R, COLUMNS]
var<workgroup> partial: array<vec4<f32>, SEGMENTS * AT_ONCE * COLUMNS>;  // [segment, row, column]
var<workgroup> list_row: array<u32, LISTED>;
var<workgroup> list_place: array<u32, LISTED>;
var<workgroup> counts: array<u32, 64>;
var<workgroup> listed: u32;
var<workgroup> sums: array<vec4<f32>, SEGMENTS * 2u>;  // of coefficients, [segment, half]
var<workgroup> code_sums: array<f32, SEGMENTS>;
var<workgroup> squares: array<f32, 64>;

// Accumulated gradient of AT_ONCE rows of the block, and sums of their coefficients.
var<private> a0: vec4<f32>;
var<private> a1: vec4<f32>;
var<private> a2: vec4<f32>;
var<private> a3: vec4<f32>;
var<private> a4: vec4<f32>;
var<private> a5: vec4<f32>;
var<private> a6: vec4<f32>;
var<private> a7: vec4<f32>;
var<private> sum_low: vec4<f32>;
var<private> sum_high: vec4<f32>;
var<private> code_sum: f32;
var<private> first_entry: u32; // in the list, of the first row in this thread's word
var<private> own_column: u32;  // vec4 column of the tile that this thread reads

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

// Place of `unit` in a row of the main or the auxiliary branch where it fired.
fn place_of(unit: u32, row: u32, of_main: bool) -> u32 {
  if (of_main) {
    let first = first_place(row);
    return first + find(ACTIVE_OFFSET + first, end_place(row) - first, unit);
  }
  return row * AUX_SLOTS + find(AUX_ACTIVE_OFFSET + row * AUX_SLOTS, AUX_SLOTS, unit);
}

// What a penalty reads: rows of the block as they were before the step, and the sum over the batch of what it
// makes of the unit's codes.
fn stride() -> u32 { return 1u; }
fn old_row(i: u32) -> vec4<f32> { return old[i * COLUMNS + own_column]; }
fn sum_of_codes() -> f32 { return code_sums[0] + code_sums[1] + code_sums[2] + code_sums[3]; }

// Where `unit` fired: counts its rows in 64 words of bits from `word` on, a word a thread.
fn count_rows(lane: u32, word: u32, fired_at: u32, unit: u32) -> u32 {
  var bits = 0u;
  if (word + lane < WORDS) { bits = fired[fired_at + unit * WORDS + word + lane]; }
  counts[lane] = countOneBits(bits);
  workgroupBarrier();
  // Reads alone, the same for all threads at a time: a running sum in place would take one after the other.
  var before = 0u;
  var total = 0u;
  // Not unrolled; see four_products.wgsl.
  for (var i = 0u; i < min(64u, WORDS - word); i += uniforms.one) {
    let count = counts[i];
    before += select(0u, count, i < lane);
    total += count;
  }
  first_entry = before;
  if (lane == 0u) { listed = total; }
  return bits;
}

// Lists entries skip, skip + 1, … of the counted rows, LISTED at most, with their places.
fn list_rows(lane: u32, word: u32, bits: u32, skip: u32, total: u32, of_main: bool, unit: u32) {
  var rest = bits;
  var place = first_entry;
  while (rest != 0u) {
    if (place >= skip && place < skip + LISTED) {
      list_row[place - skip] = (word + lane) * 32u + countTrailingZeros(rest);
    }
    rest &= rest - 1u;
    place += 1u;
  }
  workgroupBarrier();
  for (var e = lane; e < min(total - skip, LISTED); e += 64u) {
    list_place[e] = place_of(unit, list_row[e], of_main);
  }
  workgroupBarrier();
}

// Coefficients of block rows first … first + 3; rows past the block get 0.
fn four(at: u32, first: u32) -> vec4<f32> {
  var c = vec4<f32>(0.0);
  if (first < R) { c.x = coefs[at + first]; }
  if (first + 1u < R) { c.y = coefs[at + first + 1u]; }
  if (first + 2u < R) { c.z = coefs[at + first + 2u]; }
  if (first + 3u < R) { c.w = coefs[at + first + 3u]; }
  return c;
}

fn add_low(value: vec4<f32>, c: vec4<f32>) {
  a0 += c.x * value;
  a1 += c.y * value;
  a2 += c.z * value;
  a3 += c.w * value;
}

fn add_high(value: vec4<f32>, c: vec4<f32>) {
  a4 += c.x * value;
  a5 += c.y * value;
  a6 += c.z * value;
  a7 += c.w * value;
}

// What a parts/products_….wgsl adds: a row times the coefficients at `at`.
fn add_rows(index: u32, at: u32, first: u32) {
  let value = rows[index];
  add_low(value, four(at, first));
  if (AT_ONCE > 4u) { add_high(value, four(at, first + 4u)); }
}

// Adds the rows of one branch on which `unit` fired. `only` below AT_ONCE: the unit is that row of the
// block alone and has one coefficient.
fn add_branch(
  lane: u32, column: u32, first: u32, unit: u32, section: u32, fired_at: u32, of_main: bool, coef_at: u32,
  only: u32, counted: bool,
) {
  let segment = lane / COLUMNS;
  for (var word = 0u; word < WORDS; word += 64u) {
    let bits = count_rows(lane, word, fired_at, unit);
    let total = workgroupUniformLoad(&listed);
    for (var skip = 0u; skip < total; skip += LISTED) {
      list_rows(lane, word, bits, skip, total, of_main, unit);
      for (var e = segment; e < min(total - skip, LISTED); e += SEGMENTS) {
        let value = rows[(section * B + list_row[e]) * D4 + column];
        var low = vec4<f32>(0.0);
        var high = vec4<f32>(0.0);
        if (only < AT_ONCE) {
          let c = coefs[coef_at + list_place[e]];
          low = select(vec4<f32>(0.0), vec4<f32>(c), vec4<u32>(0u, 1u, 2u, 3u) == vec4<u32>(only));
          high = select(vec4<f32>(0.0), vec4<f32>(c), vec4<u32>(4u, 5u, 6u, 7u) == vec4<u32>(only));
        } else {
          let at = coef_at + list_place[e] * R;
          low = four(at, first);
          if (AT_ONCE > 4u) { high = four(at, first + 4u); }
        }
        add_low(value, low);
        if (AT_ONCE > 4u) { add_high(value, high); }
        if (of_main) { add_second(list_row[e], list_place[e] * R, column, first); }
        if (counted) {
          sum_low += low;
          sum_high += high;
        }
        if (READS_CODES && of_main) { code_sum += of_code(coefs[CODES_OFFSET + list_place[e] * R], unit); }
      }
      workgroupBarrier();
    }
  }
}

// A gradient that is NaN or infinite leaves the weight as it was, so that the weights before a loss broke
// stay readable. By bits: comparisons with NaN are not portable.
fn finite(value: vec4<f32>) -> bool {
  let exponent = bitcast<vec4<u32>>(value) & vec4<u32>(0x7f800000u);
  return all(exponent != vec4<u32>(0x7f800000u));
}

// Sum over the segments of the coefficients of row j < AT_ONCE of the block.
fn coefficient_sum(j: u32) -> f32 {
  var sum = 0.0;
  for (var part = 0u; part < SEGMENTS; part += 1u) { sum += sums[part * 2u + j / 4u][j % 4u]; }
  return sum;
}

// Updates columns of group k; returns the share of its input gradient that segment 0 adds up.
fn update_group(k: u32, lane: u32, tile: u32) -> vec4<f32> {
  let segment = lane / COLUMNS;
  let offset = lane % COLUMNS;
  let column = min(tile * COLUMNS + offset, D4 - 1u);
  own_column = offset;
  let inside = tile * COLUMNS + offset < D4;
  for (var i = segment; i < R; i += SEGMENTS) {
    old[i * COLUMNS + offset] = weights[(k * R + i) * D4 + column];
  }
  var square = 0.0;
  var share = vec4<f32>(0.0);

  for (var first = 0u; first < R; first += AT_ONCE) {
    a0 = vec4<f32>(0.0);
    a1 = vec4<f32>(0.0);
    a2 = vec4<f32>(0.0);
    a3 = vec4<f32>(0.0);
    a4 = vec4<f32>(0.0);
    a5 = vec4<f32>(0.0);
    a6 = vec4<f32>(0.0);
    a7 = vec4<f32>(0.0);
    sum_low = vec4<f32>(0.0);
    sum_high = vec4<f32>(0.0);
    code_sum = 0.0;
    add_branch(lane, column, first, k, SECTION, FIRED_OFFSET, true, COEF_OFFSET, AT_ONCE, true);
    if (AUX && !AUX_COLUMNS) {
      add_branch(
        lane, column, first, k, AUX_SECTION, AUX_FIRED_OFFSET, false, AUX_COEF_OFFSET, AT_ONCE, AUX_SUMS,
      );
    }
    if (AUX && AUX_COLUMNS) {
      for (var j = 0u; j < min(AT_ONCE, R - first); j += 1u) {
        add_branch(
          lane, column, first, k * R + first + j, AUX_SECTION, AUX_FIRED_OFFSET, false, AUX_COEF_OFFSET, j, AUX_SUMS,
        );
      }
    }
    let at = segment * AT_ONCE * COLUMNS + offset;
    partial[at] = a0;
    partial[at + COLUMNS] = a1;
    partial[at + 2u * COLUMNS] = a2;
    partial[at + 3u * COLUMNS] = a3;
    if (AT_ONCE > 4u) {
      partial[at + 4u * COLUMNS] = a4;
      partial[at + 5u * COLUMNS] = a5;
      partial[at + 6u * COLUMNS] = a6;
      partial[at + 7u * COLUMNS] = a7;
    }
    if (offset == 0u) {
      sums[segment * 2u] = sum_low;
      sums[segment * 2u + 1u] = sum_high;
      code_sums[segment] = code_sum;
    }
    workgroupBarrier();

    if (SUMS && tile == 0u && lane < min(AT_ONCE, R - first)) {
      penalty[SUMS_OFFSET + k * R + first + lane] = coefficient_sum(lane);
    }
    if (SHARES && segment == 0u) {
      for (var j = 0u; j < min(AT_ONCE, R - first); j += 1u) {
        share += coefficient_sum(j) * old[(first + j) * COLUMNS + offset];
      }
    }
    // 64 threads finish 4 rows x 16 columns at a time.
    for (var j = segment; j < min(AT_ONCE, R - first); j += SEGMENTS) {
      let i = first + j;
      if (inside) {
        var gradient = vec4<f32>(0.0);
        for (var part = 0u; part < SEGMENTS; part += 1u) {
          gradient += partial[(part * AT_ONCE + j) * COLUMNS + offset];
        }
        let value = old[i * COLUMNS + offset];
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
          weights[index] = value - uniforms.lr * (direction + uniforms.weight_decay * value);
        }
      }
    }
    workgroupBarrier();
  }

  squares[lane] = square;
  workgroupBarrier();
  if (lane == 0u) {
    var sum = 0.0;
    for (var i = 0u; i < 64u; i += 1u) { sum += squares[i]; }
    penalty[SQUARES_OFFSET + k * ((D4 + COLUMNS - 1u) / COLUMNS) + tile] = sum;
  }
  return share;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let block = place_across(id);
  var share = vec4<f32>(0.0);
  for (var g = 0u; g < GROUPS; g += 1u) {
    let k = block * GROUPS + g;
    if (k < K) { share += update_group(k, lane, id.y); }
  }
  let column = id.y * COLUMNS + lane;
  if (SHARES && block * GROUPS < K && lane < COLUMNS && column < D4) {
    let at = SHARES_OFFSET + (block * D4 + column) * 4u;
    penalty[at] = share.x;
    penalty[at + 1u] = share.y;
    penalty[at + 2u] = share.z;
    penalty[at + 3u] = share.w;
  }
}

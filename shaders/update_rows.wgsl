// Gradient of one weight matrix (encoder or decoder) and its Adam step, in one pass: no gradient is
// ever stored. A workgroup owns R rows x 64 columns of one group and gathers the rows of the batch on
// which the group fired, in ascending order, so the sum has one order and the result one value.
//
//   gradient_{k,i} = sum_{b: k fired} coef[b, slot, i] row_b  (main)  +  the same over the auxiliary branch
//                  + strength * penalty term
//   penalty: 1  sum_j penalty[k, i, j] W_{k,j}                  nuclear norms
//            2  W_{k,i}                                         weight_decay target
//            3  penalty[k] (sum_b code_b) W_k / B               L1 weighted by decoder norm, R = 1
//   Adam: m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, W -= lr (m^ / (sqrt(v^) + eps) + decay W)
//
// weights, moment1, moment2  [K*R, D4]   FUSED false: moment1 receives the gradient instead, nothing else
//                                        changes (for the global norm clip)
// rows          [sections, B, D4]        SECTION (main) and AUX_SECTION
// coefs         at COEF_OFFSET [B, SLOTS, R]; at AUX_COEF_OFFSET [B, AUX_SLOTS, R or 1]; codes at CODES_OFFSET
// active_units  at ACTIVE_OFFSET [B, SLOTS]; at AUX_ACTIVE_OFFSET [B, AUX_SLOTS]; ascending
// fired         at FIRED_OFFSET [K, WORDS]; at AUX_FIRED_OFFSET [K or K*R, WORDS]; a bit a row
// penalty       matrices at PENALTY_OFFSET [K, R, R]; squared gradient norms of each workgroup go to
//               SQUARES_OFFSET [K, tiles]
// AUX_COLUMNS: the auxiliary branch chose single columns; every row of the block has its own list.
// Dispatch: (min(K, 32768), tiles = ceil(D4 / 16), ceil(K / 32768)). Source: sasa.md section 2.

override B: u32;
override D4: u32;
override K: u32;
override R: u32;
override WORDS: u32;
override SECTION: u32;
override SLOTS: u32;
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
override PENALTY: u32;
override PENALTY_OFFSET: u32;
override SQUARES_OFFSET: u32;
override FUSED: bool;

const ACROSS = 32768u;
const SEGMENTS = 4u;
const COLUMNS = 16u; // vec4 columns of a tile
const CHUNK = 256u;  // rows of the batch a list holds

@group(0) @binding(0) var<storage, read_write> weights: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> moment1: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> moment2: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> rows: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> coefs: array<f32>;
@group(0) @binding(5) var<storage, read> active_units: array<u32>;
@group(0) @binding(6) var<storage, read> fired: array<u32>;
@group(0) @binding(7) var<storage, read_write> penalty: array<f32>;

var<workgroup> old: array<vec4<f32>, R * COLUMNS>;                  // [R, COLUMNS]
var<workgroup> partial: array<vec4<f32>, SEGMENTS * 4u * COLUMNS>;  // [segment, row of four, column]
var<workgroup> list_row: array<u32, CHUNK>;
var<workgroup> list_slot: array<u32, CHUNK>;
var<workgroup> code_sums: array<f32, SEGMENTS>;
var<workgroup> squares: array<f32, 64>;

// Accumulated gradient of four rows of the block.
var<private> a0: vec4<f32>;
var<private> a1: vec4<f32>;
var<private> a2: vec4<f32>;
var<private> a3: vec4<f32>;
var<private> code_sum: f32;

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

// Lists rows and slots of `unit` among rows [chunk * CHUNK, + CHUNK) and returns how many there are.
fn build_list(lane: u32, chunk: u32, fired_at: u32, active_at: u32, slots: u32, unit: u32) -> u32 {
  let first_word = chunk * (CHUNK / 32u);
  let my_word = lane / 8u; // a thread looks at 4 rows: 8 threads a word
  var before = 0u;
  var total = 0u;
  var bits = 0u;
  for (var w = 0u; w < CHUNK / 32u; w += 1u) {
    if (first_word + w < WORDS) {
      let word = fired[fired_at + unit * WORDS + first_word + w];
      if (w < my_word) { before += countOneBits(word); }
      if (w == my_word) { bits = word; }
      total += countOneBits(word);
    }
  }
  let shift = (lane % 8u) * 4u;
  var place = before + countOneBits(bits & ((1u << shift) - 1u));
  for (var i = 0u; i < 4u; i += 1u) {
    if (((bits >> (shift + i)) & 1u) == 1u) {
      let row = chunk * CHUNK + my_word * 32u + shift + i;
      list_row[place] = row;
      list_slot[place] = find(active_at + row * slots, slots, unit);
      place += 1u;
    }
  }
  return total;
}

fn add(section: u32, row: u32, column: u32, c: vec4<f32>) {
  let value = rows[(section * B + row) * D4 + column];
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

// A gradient that is NaN or infinite leaves the weight as it was, so that the weights before a loss broke
// stay readable. By bits: comparisons with NaN are not portable.
fn finite(value: vec4<f32>) -> bool {
  let exponent = bitcast<vec4<u32>>(value) & vec4<u32>(0x7f800000u);
  return all(exponent != vec4<u32>(0x7f800000u));
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let k = id.z * ACROSS + id.x;
  if (k >= K) { return; }
  let segment = lane / COLUMNS;
  let offset = lane % COLUMNS;
  let column = min(id.y * COLUMNS + offset, D4 - 1u);
  let inside = id.y * COLUMNS + offset < D4;
  let chunks = (WORDS * 32u + CHUNK - 1u) / CHUNK;
  for (var i = segment; i < R; i += SEGMENTS) {
    old[i * COLUMNS + offset] = weights[(k * R + i) * D4 + column];
  }
  var square = 0.0;

  for (var first = 0u; first < R; first += 4u) {
    a0 = vec4<f32>(0.0);
    a1 = vec4<f32>(0.0);
    a2 = vec4<f32>(0.0);
    a3 = vec4<f32>(0.0);
    code_sum = 0.0;
    for (var chunk = 0u; chunk < chunks; chunk += 1u) {
      let count = build_list(lane, chunk, FIRED_OFFSET, ACTIVE_OFFSET, SLOTS, k);
      workgroupBarrier();
      for (var e = segment; e < count; e += SEGMENTS) {
        let at = (list_row[e] * SLOTS + list_slot[e]) * R;
        add(SECTION, list_row[e], column, four(COEF_OFFSET + at, first));
        if (PENALTY == 3u) { code_sum += coefs[CODES_OFFSET + at]; }
      }
      workgroupBarrier();
    }
    if (AUX && !AUX_COLUMNS) {
      for (var chunk = 0u; chunk < chunks; chunk += 1u) {
        let count = build_list(lane, chunk, AUX_FIRED_OFFSET, AUX_ACTIVE_OFFSET, AUX_SLOTS, k);
        workgroupBarrier();
        for (var e = segment; e < count; e += SEGMENTS) {
          let at = (list_row[e] * AUX_SLOTS + list_slot[e]) * R;
          add(AUX_SECTION, list_row[e], column, four(AUX_COEF_OFFSET + at, first));
        }
        workgroupBarrier();
      }
    }
    if (AUX && AUX_COLUMNS) {
      for (var j = 0u; j < min(4u, R - first); j += 1u) {
        let unit = k * R + first + j;
        let only = select(vec4<f32>(0.0), vec4<f32>(1.0), vec4<u32>(0u, 1u, 2u, 3u) == vec4<u32>(j));
        for (var chunk = 0u; chunk < chunks; chunk += 1u) {
          let count = build_list(lane, chunk, AUX_FIRED_OFFSET, AUX_ACTIVE_OFFSET, AUX_SLOTS, unit);
          workgroupBarrier();
          for (var e = segment; e < count; e += SEGMENTS) {
            let at = AUX_COEF_OFFSET + list_row[e] * AUX_SLOTS + list_slot[e];
            add(AUX_SECTION, list_row[e], column, coefs[at] * only);
          }
          workgroupBarrier();
        }
      }
    }
    let at = segment * 4u * COLUMNS + offset;
    partial[at] = a0;
    partial[at + COLUMNS] = a1;
    partial[at + 2u * COLUMNS] = a2;
    partial[at + 3u * COLUMNS] = a3;
    if (offset == 0u) { code_sums[segment] = code_sum; }
    workgroupBarrier();

    // 64 threads finish 4 rows x 16 columns.
    let i = first + segment;
    if (i < R && inside) {
      var gradient = vec4<f32>(0.0);
      for (var part = 0u; part < SEGMENTS; part += 1u) {
        gradient += partial[(part * 4u + segment) * COLUMNS + offset];
      }
      let value = old[i * COLUMNS + offset];
      if (PENALTY == 1u) {
        var term = vec4<f32>(0.0);
        for (var j = 0u; j < R; j += 1u) {
          term += penalty[PENALTY_OFFSET + (k * R + i) * R + j] * old[j * COLUMNS + offset];
        }
        gradient += uniforms.penalty_strength * term;
      }
      if (PENALTY == 2u) { gradient += uniforms.penalty_strength * value; }
      if (PENALTY == 3u) {
        let sum = code_sums[0] + code_sums[1] + code_sums[2] + code_sums[3];
        gradient += uniforms.l1_coefficient / f32(B) * sum * penalty[PENALTY_OFFSET + k] * value;
      }
      square += dot(gradient, gradient);
      let index = (k * R + i) * D4 + column;
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
    workgroupBarrier();
  }

  squares[lane] = square;
  workgroupBarrier();
  if (lane == 0u) {
    var sum = 0.0;
    for (var i = 0u; i < 64u; i += 1u) { sum += squares[i]; }
    penalty[SQUARES_OFFSET + k * ((D4 + COLUMNS - 1u) / COLUMNS) + id.y] = sum;
  }
}

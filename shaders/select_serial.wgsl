// The gate with one thread per row and no barrier, for adapters whose barriers are slow (processors).
// Few winners are found in one look at all units, many by radix selection, 4 bits at a time, on order-preserving bit
// patterns; ties go to the lowest index; winners are stored in ascending order of unit. Same bindings,
// constants and parts as select_few.wgsl.
// Dispatch: ceil(B / 8) workgroups of 8. Source: docs/method/model.md.

override B: u32;
override K: u32;
override SLOTS: u32;
override WORDS: u32;
override ACTIVE_OFFSET: u32;
override CODES_OFFSET: u32;
override FIRED_OFFSET: u32;
override COMPACT: bool;
override BY_POSITION: bool;
override RECORD: bool;
override MARK_ALIVE: bool;

const NONE = 0xffffffffu;
// Up to this many winners their keys are kept in registers; digits of more are counted, with eight looks.
const FEW = 32u;

@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read> dead_list: array<u32>;
@group(0) @binding(2) var<storage, read_write> active_units: array<u32>;
@group(0) @binding(3) var<storage, read_write> coefs: array<f32>;
@group(0) @binding(4) var<storage, read_write> fired: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> last_fired: array<atomic<u32>>;

fn unit_at(position: u32) -> u32 {
  if (COMPACT) { return dead_list[1u + position]; }
  return position;
}

fn score_at(position: u32, row: u32) -> f32 {
  if (BY_POSITION) { return scores[row * K + position]; }
  return scores[row * K + unit_at(position)];
}

// Bits of a float32 whose unsigned order is the order of the floats; 0 marks a unit that may not win.
fn key_of(score: f32) -> u32 {
  if (!may_win(score)) { return 0u; }
  let bits = bitcast<u32>(ranked(score));
  return max(1u, select(bits | 0x80000000u, ~bits, bits >= 0x80000000u));
}

// Puts a key among four that fall in order; what is then too much falls out.
fn sink(kept: ptr<function, vec4<u32>>, key: u32) -> u32 {
  let a = *kept;
  let below_x = min(a.x, key);
  let below_y = min(a.y, below_x);
  let below_z = min(a.z, below_y);
  *kept = max(a, vec4<u32>(key, below_x, below_y, below_z));
  return min(a.w, below_z);
}

// How many of four numbered places, from `first` on, are a winner's and hold the threshold.
fn ties_of(kept: vec4<u32>, first: u32, threshold: u32) -> u32 {
  let counted = (vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(SLOTS)) & (kept == vec4<u32>(threshold));
  return dot(vec4<u32>(counted), vec4<u32>(1u));
}

// Key of the last winner, and how many winners have it, from one look at all: the largest keys so far fall in order.
fn last_of_few(row: u32, units: u32) -> vec2<u32> {
  var k0 = vec4<u32>(0u);
  var k1 = vec4<u32>(0u);
  var k2 = vec4<u32>(0u);
  var k3 = vec4<u32>(0u);
  var k4 = vec4<u32>(0u);
  var k5 = vec4<u32>(0u);
  var k6 = vec4<u32>(0u);
  var k7 = vec4<u32>(0u);
  for (var position = 0u; position < units; position += 1u) {
    var key = key_of(score_at(position, row));
    if (key <= select(k7.w, k3.w, SLOTS <= 16u)) { continue; }
    key = sink(&k0, key);
    key = sink(&k1, key);
    key = sink(&k2, key);
    key = sink(&k3, key);
    if (SLOTS > 16u) {
      key = sink(&k4, key);
      key = sink(&k5, key);
      key = sink(&k6, key);
      key = sink(&k7, key);
    }
  }
  let kept = array<vec4<u32>, 8>(k0, k1, k2, k3, k4, k5, k6, k7);
  let threshold = kept[min((SLOTS - 1u) / 4u, 7u)][(SLOTS - 1u) % 4u];
  // Fewer units than slots may win: all whose key is not 0 do.
  if (threshold == 0u) { return vec2<u32>(0u, 0u); }
  var ties = 0u;
  for (var i = 0u; i < 8u; i += 1u) { ties += ties_of(kept[i], 4u * i, threshold); }
  return vec2<u32>(threshold, ties);
}

// The same by digits of the key, from the highest.
fn last_of_many(row: u32, units: u32) -> vec2<u32> {
  var threshold = 0u;
  var wanted = SLOTS;
  for (var shift = 28i; shift >= 0i; shift -= 4i) {
    var counts = array<u32, 16>();
    // Digits above this one that a key must share with the threshold.
    let mask = select(0xffffffffu << (u32(shift) + 4u), 0u, shift == 28i);
    for (var position = 0u; position < units; position += 1u) {
      let key = key_of(score_at(position, row));
      if (key != 0u && (key & mask) == threshold) { counts[(key >> u32(shift)) & 15u] += 1u; }
    }
    // Walk down from the largest digit until the winners are covered.
    var digit = 15u;
    while (digit > 0u && counts[digit] < wanted) {
      wanted -= counts[digit];
      digit -= 1u;
    }
    threshold = threshold | (digit << u32(shift));
  }
  return vec2<u32>(threshold, wanted);
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.x;
  if (row >= B) { return; }
  var units = K;
  if (COMPACT) { units = dead_list[0]; }

  // A unit wins above the threshold, or at it while there are ties to take.
  var threshold = 0u;
  var ties = SLOTS;
  if (units > SLOTS) {
    if (SLOTS <= FEW) {
      let last = last_of_few(row, units);
      threshold = last.x;
      ties = last.y;
    } else {
      let last = last_of_many(row, units);
      threshold = last.x;
      ties = last.y;
    }
  }

  var place = 0u;
  for (var position = 0u; position < units && place < SLOTS; position += 1u) {
    let score = score_at(position, row);
    let key = key_of(score);
    var wins = key > threshold;
    if (key == threshold && key != 0u && ties > 0u) {
      wins = true;
      ties -= 1u;
    }
    if (wins) {
      let unit = unit_at(position);
      active_units[ACTIVE_OFFSET + row * SLOTS + place] = unit;
      if (SCORE_IS_CODE) { coefs[CODES_OFFSET + row * SLOTS + place] = score; }
      if (RECORD) {
        atomicOr(&fired[FIRED_OFFSET + unit * WORDS + row / 32u], 1u << (row % 32u));
      }
      if (MARK_ALIVE) { atomicMax(&last_fired[unit], uniforms.tokens_seen); }
      place += 1u;
    }
  }
  for (; place < SLOTS; place += 1u) {
    active_units[ACTIVE_OFFSET + row * SLOTS + place] = NONE;
    if (SCORE_IS_CODE) { coefs[CODES_OFFSET + row * SLOTS + place] = 0.0; }
  }
}

// The gate for many winners: per row the SLOTS units with the largest score by radix selection (8 bits
// at a time) on order-preserving bit patterns; ties go to the lowest index. Winners are stored in
// ascending order of unit. Same bindings, constants and parts as select_few.wgsl.
// Dispatch: one workgroup of 256 a row, folded. Source: docs/method/model.md.

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
const WG = 256u;

@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read> dead_list: array<u32>;
@group(0) @binding(2) var<storage, read_write> active_units: array<u32>;
@group(0) @binding(3) var<storage, read_write> coefs: array<f32>;
@group(0) @binding(4) var<storage, read_write> fired: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> last_fired: array<atomic<u32>>;

var<workgroup> counts: array<atomic<u32>, 256>;
var<workgroup> coarse: array<u32, 16>;
var<workgroup> threshold: u32;   // key of the last winner, as far as known
var<workgroup> wanted: u32;      // winners still to find among keys that match the threshold so far
var<workgroup> offsets: array<vec2<u32>, 256>;

// Bits of a float32 whose unsigned order is the order of the floats; 0 marks a unit that may not win.
fn key_of(position: u32, row: u32) -> u32 {
  var unit = position;
  if (COMPACT && !BY_POSITION) { unit = dead_list[1u + position]; }
  let score = scores[row * K + unit];
  if (!may_win(score)) { return 0u; }
  let bits = bitcast<u32>(ranked(score));
  return max(1u, select(bits | 0x80000000u, ~bits, bits >= 0x80000000u));
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  if (row >= B) { return; }
  var units = K;
  if (COMPACT) { units = dead_list[0]; }
  if (lane == 0u) {
    threshold = 0u;
    wanted = SLOTS;
  }

  for (var shift = 24i; shift >= 0i; shift -= 8i) {
    atomicStore(&counts[lane], 0u);
    workgroupBarrier();
    // Digits above this one that a key must share with the threshold.
    let mask = select(0xffffffffu << (u32(shift) + 8u), 0u, shift == 24i);
    for (var position = lane; position < units; position += WG) {
      let key = key_of(position, row);
      if (key != 0u && (key & mask) == (threshold & mask)) {
        atomicAdd(&counts[(key >> u32(shift)) & 255u], 1u);
      }
    }
    workgroupBarrier();
    if (lane < 16u) {
      var sum = 0u;
      for (var i = 0u; i < 16u; i += 1u) { sum += atomicLoad(&counts[lane * 16u + i]); }
      coarse[lane] = sum;
    }
    workgroupBarrier();
    if (lane == 0u) {
      // Walk down from the largest digit until the winners are covered.
      var left = wanted;
      var block = 15u;
      while (block > 0u && coarse[block] < left) {
        left -= coarse[block];
        block -= 1u;
      }
      var digit = block * 16u + 15u;
      while (digit > block * 16u && atomicLoad(&counts[digit]) < left) {
        left -= atomicLoad(&counts[digit]);
        digit -= 1u;
      }
      threshold = threshold | (digit << u32(shift));
      wanted = left;
    }
    workgroupBarrier();
  }

  // Each thread owns a run of positions; count its winners, then write them in order.
  let run = (units + WG - 1u) / WG;
  let begin = min(lane * run, units);
  let end = min(begin + run, units);
  var above = 0u;
  var equal = 0u;
  for (var position = begin; position < end; position += 1u) {
    let key = key_of(position, row);
    above += select(0u, 1u, key > threshold);
    equal += select(0u, 1u, key == threshold && key != 0u);
  }
  offsets[lane] = vec2<u32>(above, equal);
  workgroupBarrier();
  var offset = vec2<u32>(0u);
  var total = vec2<u32>(0u);
  for (var i = 0u; i < WG; i += 1u) {
    if (i < lane) { offset += offsets[i]; }
    total += offsets[i];
  }
  let ties = min(wanted, total.y);
  var place = offset.x + min(offset.y, ties);
  var tie = offset.y;
  for (var position = begin; position < end; position += 1u) {
    let key = key_of(position, row);
    var wins = key > threshold;
    if (key == threshold && key != 0u) {
      wins = tie < ties;
      tie += 1u;
    }
    if (wins) {
      var unit = position;
      if (COMPACT) { unit = dead_list[1u + position]; }
      active_units[ACTIVE_OFFSET + row * SLOTS + place] = unit;
      if (SCORE_IS_CODE) {
        coefs[CODES_OFFSET + row * SLOTS + place] = scores[row * K + select(unit, position, BY_POSITION)];
      }
      if (RECORD) {
        atomicOr(&fired[FIRED_OFFSET + unit * WORDS + row / 32u], 1u << (row % 32u));
      }
      if (MARK_ALIVE) { atomicMax(&last_fired[unit], uniforms.tokens_seen); }
      place += 1u;
    }
  }
  for (var slot = total.x + ties + lane; slot < SLOTS; slot += WG) {
    active_units[ACTIVE_OFFSET + row * SLOTS + slot] = NONE;
    if (SCORE_IS_CODE) { coefs[CODES_OFFSET + row * SLOTS + slot] = 0.0; }
  }
}

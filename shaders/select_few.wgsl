// The gate for few winners (SLOTS <= 16): per row the SLOTS units with the largest score, found one
// after the other; ties go to the lowest index. Winners are stored in ascending order of unit.
//
// scores      [B, K]              by position (BY_POSITION) or by unit
// dead_list   [1 + K]             read when COMPACT: only these units compete
// active      [ACTIVE_OFFSET + B*SLOTS]   winners of row b; 0xffffffff in slots that stay empty
// coefs       [CODES_OFFSET + B*SLOTS]    receives the winner's score where that is its code
// fired       [FIRED_OFFSET + K*WORDS]    bit b of unit u: u won on row b (zeroed before the step)
// last_fired  [K]                 MARK_ALIVE: the token counter after this batch
// A parts/key_….wgsl says which scores may win (TopK: those above 0), a parts/score_….wgsl what a score is.
// Dispatch: one workgroup per row, folded. Source: docs/method/model.md.

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
override WG: u32;

const NONE = 0xffffffffu;

@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read> dead_list: array<u32>;
@group(0) @binding(2) var<storage, read_write> active_units: array<u32>;
@group(0) @binding(3) var<storage, read_write> coefs: array<f32>;
@group(0) @binding(4) var<storage, read_write> fired: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> last_fired: array<atomic<u32>>;

var<workgroup> best_score: array<f32, WG>;
var<workgroup> best_unit: array<u32, WG>;
var<workgroup> chosen_score: array<f32, SLOTS>;
var<workgroup> chosen_unit: array<u32, SLOTS>;

// Whether (score a, unit i) comes before (score b, unit j).
fn before(a: f32, i: u32, b: f32, j: u32) -> bool {
  return i != NONE && (j == NONE || a > b || (a == b && i < j));
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  if (row >= B) { return; }
  var units = K;
  if (COMPACT) { units = dead_list[0]; }

  var last_score = 0.0;
  var last_unit = NONE;
  var mine = NONE;
  var mine_score = 0.0;
  var mine_code = 0.0;
  var scan = true;
  for (var slot = 0u; slot < SLOTS; slot += 1u) {
    // A thread looks through its own units again only when its best one was taken.
    if (scan) {
      mine = NONE;
      for (var position = lane; position < units; position += WG) {
        var unit = position;
        if (COMPACT) { unit = dead_list[1u + position]; }
        let score = scores[row * K + select(unit, position, BY_POSITION)];
        let open = may_win(score) &&
          (slot == 0u || before(last_score, last_unit, ranked(score), unit));
        if (open && before(ranked(score), unit, mine_score, mine)) {
          mine = unit;
          mine_score = ranked(score);
          mine_code = score;
        }
      }
    }
    best_unit[lane] = mine;
    best_score[lane] = mine_score;
    workgroupBarrier();
    last_unit = NONE;
    for (var i = 0u; i < WG; i += 1u) {
      if (before(best_score[i], best_unit[i], last_score, last_unit)) {
        last_unit = best_unit[i];
        last_score = best_score[i];
      }
    }
    if (lane == 0u) {
      chosen_unit[slot] = last_unit;
    }
    if (mine != NONE && mine == last_unit) { chosen_score[slot] = mine_code; }
    scan = mine != NONE && mine == last_unit;
    workgroupBarrier();
  }

  for (var slot = lane; slot < SLOTS; slot += WG) {
    let unit = chosen_unit[slot];
    // Place among the winners by index; empty slots (all after the winners) keep their place.
    var place = slot;
    if (unit != NONE) {
      place = 0u;
      for (var i = 0u; i < SLOTS; i += 1u) { place += select(0u, 1u, chosen_unit[i] < unit); }
      if (RECORD) {
        atomicOr(&fired[FIRED_OFFSET + unit * WORDS + row / 32u], 1u << (row % 32u));
      }
      if (MARK_ALIVE) { atomicMax(&last_fired[unit], uniforms.tokens_seen); }
    }
    active_units[ACTIVE_OFFSET + row * SLOTS + place] = unit;
    if (SCORE_IS_CODE) {
      coefs[CODES_OFFSET + row * SLOTS + place] = select(chosen_score[slot], 0.0, unit == NONE);
    }
  }
}

// Last pass of a gate that gives rows as many codes as they need: lists the winners of every row in ascending order.
// A unit that is listed with a code of 0 takes part in the gradient of the gate alone (parts/gate_….wgsl).
//
// scores        [B, K]
// active_units  at ACTIVE_OFFSET [capacity] receives the units, at ROW_OFFSET their rows; at ROW_START_OFFSET [B + 1]
//               where the places of every row begin, read or written (parts/begin_….wgsl). Places past the capacity are
//               left out
// coefs         at CODES_OFFSET [capacity] receives the codes, where scores are codes
// fired         [K, WORDS]   RECORD: bit b of unit u: u is listed on row b (zeroed before the step)
// last_fired    [K]          MARK_ALIVE: the token counter after this batch, of units with a code
// gate          what a gate over the batch keeps. Of the units of a row at its limit those of lowest index win
// Dispatch: one workgroup of WG a row, folded. Source: docs/method/model.md.

override B: u32;
override K: u32;
override WG: u32;
override WORDS: u32;
override CAPACITY: u32;
override ACTIVE_OFFSET: u32;
override CODES_OFFSET: u32;
override ROW_START_OFFSET: u32;
override ROW_OFFSET: u32;
override RECORD: bool;
override MARK_ALIVE: bool;

@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read_write> active_units: array<u32>;
@group(0) @binding(2) var<storage, read_write> gate: array<atomic<u32>>;
@group(0) @binding(3) var<storage, read_write> coefs: array<f32>;
@group(0) @binding(4) var<storage, read_write> fired: array<atomic<u32>>;
@group(0) @binding(5) var<storage, read_write> last_fired: array<atomic<u32>>;

var<workgroup> counts: array<vec2<u32>, WG>;

fn list(row: u32, place: u32, unit: u32, score: f32) {
  if (place < CAPACITY) {
    active_units[ACTIVE_OFFSET + place] = unit;
    active_units[ROW_OFFSET + place] = row;
    if (SCORE_IS_CODE) { coefs[CODES_OFFSET + place] = code_of(score, unit); }
  }
  if (RECORD) { atomicOr(&fired[unit * WORDS + row / 32u], 1u << (row % 32u)); }
  if (MARK_ALIVE && (!SCORE_IS_CODE || code_of(score, unit) != 0.0)) {
    atomicMax(&last_fired[unit], uniforms.tokens_seen);
  }
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  if (row >= B) { return; }
  read_limit();
  let row_begin = begin_row(row, lane);
  // Each thread owns a run of units: counts its winners, then lists them.
  let run = (K + WG - 1u) / WG;
  let begin = min(lane * run, K);
  let end = min(begin + run, K);
  var own = vec2<u32>(0u);
  for (var unit = begin; unit < end; unit += 1u) {
    let standing = standing_of(scores[row * K + unit], unit);
    own += vec2<u32>(select(0u, 1u, standing == WINS), select(0u, 1u, standing == TIES));
  }
  counts[lane] = own;
  workgroupBarrier();
  var before = vec2<u32>(0u);
  for (var i = 0u; i < lane; i += 1u) { before += counts[i]; }
  let ties = row_begin.y;
  var tie = before.y;
  var place = row_begin.x + before.x + min(tie, ties);
  for (var unit = begin; unit < end; unit += 1u) {
    let score = scores[row * K + unit];
    let standing = standing_of(score, unit);
    var wins = standing == WINS;
    if (standing == TIES) {
      wins = tie < ties;
      tie += 1u;
    }
    if (wins) {
      list(row, place, unit, score);
      place += 1u;
    }
  }
}

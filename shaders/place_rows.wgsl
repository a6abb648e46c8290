// Second pass of a gate that gives rows as many codes as they need: from the counts of winners where the places of every row
// begin. Units at the limit of a batch's gate win in the order of rows while places are left.
//
// active_units  at ROW_START_OFFSET [B + 1]   counts of rows 0 … B - 1 from the second element on become row_start
// gate          at TIES_OFFSET [B]            units at the limit become those of them that win
// Dispatch: one workgroup of WG. Source: docs/method/model.md.

override B: u32;
override WG: u32;
override ROW_START_OFFSET: u32;
override TIES_OFFSET: u32;

@group(0) @binding(0) var<storage, read_write> active_units: array<u32>;
@group(0) @binding(1) var<storage, read_write> gate: array<u32>;

var<workgroup> sums: array<u32, WG>;

// Sum of what the threads before this one gave.
fn sum_before(lane: u32, own: u32) -> u32 {
  sums[lane] = own;
  workgroupBarrier();
  var before = 0u;
  for (var i = 0u; i < lane; i += 1u) { before += sums[i]; }
  workgroupBarrier();
  return before;
}

@compute @workgroup_size(WG)
fn main(@builtin(local_invocation_index) lane: u32) {
  // Each thread owns a run of rows.
  let run = (B + WG - 1u) / WG;
  let begin = min(lane * run, B);
  let end = min(begin + run, B);
  var own = 0u;
  for (var row = begin; row < end; row += 1u) { own += gate[TIES_OFFSET + row]; }
  var taken = min(sum_before(lane, own), places_at_limit());
  own = 0u;
  for (var row = begin; row < end; row += 1u) {
    let ties = min(gate[TIES_OFFSET + row], places_at_limit() - taken);
    gate[TIES_OFFSET + row] = ties;
    taken += ties;
    own += active_units[ROW_START_OFFSET + row + 1u] + ties;
  }
  var place = sum_before(lane, own);
  for (var row = begin; row < end; row += 1u) {
    place += active_units[ROW_START_OFFSET + row + 1u] + gate[TIES_OFFSET + row];
    active_units[ROW_START_OFFSET + row + 1u] = place;
  }
  if (lane == 0u) {
    active_units[ROW_START_OFFSET] = 0u;
    keep_limit();
  }
}

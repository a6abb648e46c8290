// A gate by thresholds, between count_codes.wgsl and list_codes.wgsl: from the counts of winners where the places of
// every row begin.
//
// active_units  at ROW_START_OFFSET [B + 1]   counts of rows 0 … B - 1 from the second element on become row_start
// Dispatch: one workgroup of WG. Source: docs/method/model.md.

override B: u32;
override WG: u32;
override ROW_START_OFFSET: u32;

@group(0) @binding(0) var<storage, read_write> active_units: array<u32>;

var<workgroup> sums: array<u32, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(local_invocation_index) lane: u32) {
  // Each thread owns a run of rows.
  let run = (B + WG - 1u) / WG;
  let begin = min(lane * run, B);
  let end = min(begin + run, B);
  var own = 0u;
  for (var row = begin; row < end; row += 1u) { own += active_units[ROW_START_OFFSET + row + 1u]; }
  sums[lane] = own;
  workgroupBarrier();
  var place = 0u;
  for (var i = 0u; i < lane; i += 1u) { place += sums[i]; }
  for (var row = begin; row < end; row += 1u) {
    place += active_units[ROW_START_OFFSET + row + 1u];
    active_units[ROW_START_OFFSET + row + 1u] = place;
  }
  if (lane == 0u) { active_units[ROW_START_OFFSET] = 0u; }
}

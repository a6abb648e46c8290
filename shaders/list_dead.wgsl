// Lists the dead groups, in ascending order: those not selected in the last `dead_window` tokens. The
// auxiliary loss lets only these compete. VIEW = R lists their columns instead (released code's loss).
//
// last_fired  [K]            token counter after the batch in which the group last fired
// dead_list   [1 + K*VIEW]   0: how many units; then the units
// Dispatch: one workgroup of 256. Source: docs/method/training.md, Dead units.

override K: u32;
override VIEW: u32;

const WG = 256u;

@group(0) @binding(0) var<storage, read> last_fired: array<u32>;
@group(0) @binding(1) var<storage, read_write> dead_list: array<u32>;

var<workgroup> counts: array<u32, 256>;

fn dead(group: u32) -> bool {
  return uniforms.tokens_seen - last_fired[group] >= uniforms.dead_window;
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) lane: u32) {
  let run = (K + WG - 1u) / WG;
  let begin = min(lane * run, K);
  let end = min(begin + run, K);
  var mine = 0u;
  for (var group = begin; group < end; group += 1u) { mine += select(0u, 1u, dead(group)); }
  counts[lane] = mine;
  workgroupBarrier();
  var place = 0u;
  var total = 0u;
  for (var i = 0u; i < WG; i += 1u) {
    if (i < lane) { place += counts[i]; }
    total += counts[i];
  }
  for (var group = begin; group < end; group += 1u) {
    if (dead(group)) {
      for (var i = 0u; i < VIEW; i += 1u) { dead_list[1u + place * VIEW + i] = group * VIEW + i; }
      place += 1u;
    }
  }
  if (lane == 0u) { dead_list[0] = total * VIEW; }
}

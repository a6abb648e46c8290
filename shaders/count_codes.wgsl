// A gate that gives rows as many codes as they need: how many units of every row win, and how many stand at the very
// limit of a batch's gate, where only some can win. A parts/gate_….wgsl says which, a parts/counts_….wgsl where both
// are kept.
//
// scores        [B, K]
// active_units  at ROW_START_OFFSET + 1 [B] receives the winners of every row, where place_rows.wgsl follows
// gate          receives them for a gate over the batch
// Dispatch: one workgroup of WG a row, folded. Source: docs/method/model.md.

override B: u32;
override K: u32;
override WG: u32;
override ROW_START_OFFSET: u32;

@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read_write> active_units: array<u32>;
@group(0) @binding(2) var<storage, read_write> gate: array<atomic<u32>>;

var<workgroup> counts: array<vec2<u32>, WG>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  if (row >= B) { return; }
  find_limit(row, lane);
  var count = vec2<u32>(0u);
  for (var unit = lane; unit < K; unit += WG) {
    let standing = standing_of(scores[row * K + unit], unit);
    count += vec2<u32>(select(0u, 1u, standing == WINS), select(0u, 1u, standing == TIES));
  }
  counts[lane] = count;
  workgroupBarrier();
  if (lane == 0u) {
    var sum = vec2<u32>(0u);
    for (var i = 0u; i < WG; i += 1u) { sum += counts[i]; }
    keep_counts(row, sum);
  }
}

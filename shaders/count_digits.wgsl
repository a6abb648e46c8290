// A gate over the whole batch, one digit of the key of its last winner: how often every value of this digit comes
// among the scores whose higher digits are those found so far. Keys are order-preserving bit patterns of scores,
// taken 16 bits at a time from the top; after two rounds the last winner's key is known to the bit.
//
// scores  [B, K]
// gate    [2, 65536 + 256]  counts of the digit of every round, then of 256 digits together, zero at the start
//         at FOUND_OFFSET [3, 2]: for round n the key found in the rounds before it, and how many winners are still
//         wanted among the scores that share it
// A parts/digits_….wgsl says where a workgroup counts.
// Dispatch: one workgroup of WG a row, folded. Source: docs/method/model.md.

override B: u32;
override K: u32;
override WG: u32;
override ROUND: u32;
override WANTED: u32; // winners of the batch
override FOUND_OFFSET: u32;

@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read_write> gate: array<atomic<u32>>;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = place_across(group);
  if (row >= B) { return; }
  let before = found_before(ROUND, lane);
  let mask = mask_above(ROUND);
  for (var unit = lane; unit < K; unit += WG) {
    let key = key_of(scores[row * K + unit]);
    if (key != 0u && (key & mask) == before.x) { add_digit(digit_of(key, ROUND)); }
  }
  add_up(lane);
  if (row == 0u && lane == 0u) {
    atomicStore(&gate[FOUND_OFFSET + ROUND * 2u], before.x);
    atomicStore(&gate[FOUND_OFFSET + ROUND * 2u + 1u], before.y);
  }
}

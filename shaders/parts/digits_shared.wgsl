// Digits are many, and counted where they are kept. Their sums are few: a workgroup adds those up in memory of its own
// and adds its sums to the batch's at the end. GPUs whose threads all add to one place wait for each other.
var<workgroup> own_sums: array<atomic<u32>, SUMS>;

fn add_digit(digit: u32) {
  atomicAdd(&gate[ROUND * ROUND_LENGTH + digit], 1u);
  atomicAdd(&own_sums[digit / SUMS], 1u);
}

fn add_up(lane: u32) {
  workgroupBarrier();
  for (var sum = lane; sum < SUMS; sum += WG) {
    let count = atomicLoad(&own_sums[sum]);
    if (count > 0u) { atomicAdd(&gate[ROUND * ROUND_LENGTH + BINS + sum], count); }
  }
}

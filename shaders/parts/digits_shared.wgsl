// A workgroup counts digits in memory of its own and adds its counts to the batch's at the end: GPUs whose threads all
// add to one place wait for each other.
var<workgroup> own_digits: array<atomic<u32>, BINS>;

fn add_digit(digit: u32) { atomicAdd(&own_digits[digit], 1u); }

fn add_up(lane: u32) {
  workgroupBarrier();
  for (var digit = lane; digit < BINS; digit += WG) {
    let count = atomicLoad(&own_digits[digit]);
    if (count > 0u) { atomicAdd(&gate[ROUND * BINS + digit], count); }
  }
}

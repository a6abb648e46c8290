// Digits are counted where they are kept.
fn add_digit(digit: u32) {
  atomicAdd(&gate[ROUND * ROUND_LENGTH + digit], 1u);
  atomicAdd(&gate[ROUND * ROUND_LENGTH + BINS + digit / SUMS], 1u);
}
fn add_up(lane: u32) {}

// Digits are counted where they are kept.
fn add_digit(digit: u32) { atomicAdd(&gate[ROUND * BINS + digit], 1u); }
fn add_up(lane: u32) {}

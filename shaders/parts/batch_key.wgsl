// The key of the last winner of a batch, from the counts of its digits (count_digits.wgsl).
const BINS = 65536u;
const SUMS = 256u; // counts of 256 digits together, by their higher half
const ROUND_LENGTH = BINS + SUMS;

var<workgroup> walked: array<u32, SUMS>;
var<workgroup> walk_end: vec2<u32>;

// Bits of a float32 whose unsigned order is the order of the floats; 0 marks a score that may not win.
fn key_of(score: f32) -> u32 {
  if (!may_win(score)) { return 0u; }
  let bits = bitcast<u32>(ranked(score));
  return max(1u, select(bits | 0x80000000u, ~bits, bits >= 0x80000000u));
}

// Digits of 16 bits.
fn mask_above(round: u32) -> u32 { return select(0xffff0000u, 0u, round == 0u); }
fn digit_of(key: u32, round: u32) -> u32 { return (key >> (16u - 16u * round)) & 0xffffu; }

// Walks down 256 counts from the last until `wanted` are covered. x: where it stops, y: how many are wanted there.
fn walk_down(first: u32, wanted: u32, lane: u32) -> vec2<u32> {
  for (var i = lane; i < SUMS; i += WG) { walked[i] = atomicLoad(&gate[first + i]); }
  workgroupBarrier();
  if (lane == 0u) {
    var left = wanted;
    var place = SUMS - 1u;
    while (place > 0u && walked[place] < left) {
      left -= walked[place];
      place -= 1u;
    }
    walk_end = vec2<u32>(place, left);
  }
  return workgroupUniformLoad(&walk_end);
}

// x: the key's digits before `round`, y: how many winners are wanted among the scores that share them. From what the
// round before found and the counts of its digit: first which 256 digits, then which of them.
fn found_before(round: u32, lane: u32) -> vec2<u32> {
  if (round == 0u) { return vec2<u32>(0u, WANTED); }
  let last = round - 1u;
  let found = FOUND_OFFSET + last * 2u;
  let coarse = walk_down(last * ROUND_LENGTH + BINS, atomicLoad(&gate[found + 1u]), lane);
  let fine = walk_down(last * ROUND_LENGTH + coarse.x * SUMS, coarse.y, lane);
  let digit = coarse.x * SUMS + fine.x;
  return vec2<u32>(atomicLoad(&gate[found]) | (digit << (16u - 16u * last)), fine.y);
}

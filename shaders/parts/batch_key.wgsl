// The key of the last winner of a batch, from the counts of its digits (count_digits.wgsl).
const BINS = 2048u;

var<workgroup> chunk_sums: array<u32, WG>;
var<workgroup> digit_found: vec2<u32>;

// Bits of a float32 whose unsigned order is the order of the floats; 0 marks a score that may not win.
fn key_of(score: f32) -> u32 {
  if (!may_win(score)) { return 0u; }
  let bits = bitcast<u32>(ranked(score));
  return max(1u, select(bits | 0x80000000u, ~bits, bits >= 0x80000000u));
}

// Digits of 11, 11 and 10 bits.
fn shift_of(round: u32) -> u32 { return select(21u - 11u * round, 0u, round == 2u); }
fn mask_above(round: u32) -> u32 { return select(0xffffffffu << (32u - 11u * round), 0u, round == 0u); }
fn digit_of(key: u32, round: u32) -> u32 { return (key >> shift_of(round)) & select(2047u, 1023u, round == 2u); }

// x: the key's digits before `round`, y: how many winners are wanted among the scores that share them. From what the
// round before found and the counts of its digit: walks down from the largest until the winners are covered.
fn found_before(round: u32, lane: u32) -> vec2<u32> {
  if (round == 0u) { return vec2<u32>(0u, WANTED); }
  let last = round - 1u;
  let each = BINS / WG;
  var sum = 0u;
  for (var i = 0u; i < each; i += 1u) { sum += atomicLoad(&gate[last * BINS + lane * each + i]); }
  chunk_sums[lane] = sum;
  workgroupBarrier();
  if (lane == 0u) {
    var left = atomicLoad(&gate[FOUND_OFFSET + last * 2u + 1u]);
    var chunk = WG - 1u;
    while (chunk > 0u && chunk_sums[chunk] < left) {
      left -= chunk_sums[chunk];
      chunk -= 1u;
    }
    var digit = chunk * each + each - 1u;
    while (digit > chunk * each && atomicLoad(&gate[last * BINS + digit]) < left) {
      left -= atomicLoad(&gate[last * BINS + digit]);
      digit -= 1u;
    }
    digit_found = vec2<u32>(atomicLoad(&gate[FOUND_OFFSET + last * 2u]) | (digit << shift_of(last)), left);
  }
  return workgroupUniformLoad(&digit_found);
}

// Units at the limit of a batch's gate win while places are left. The smallest score that won is averaged over the
// batches, for the threshold that takes the place of the gate at inference:
//
//   threshold += RATE (smallest - threshold), from the first batch's on
//
// A batch with fewer winners than places has no limit and leaves the threshold as it was.
// thresholds  [1]
override FOUND_OFFSET: u32;
override RATE: f32;

@group(0) @binding(2) var<storage, read_write> thresholds: array<f32>;

fn places_at_limit() -> u32 { return gate[FOUND_OFFSET + 7u]; }
fn keep_limit() {
  let key = gate[FOUND_OFFSET + 6u];
  if (key == 0u) { return; }
  let smallest = bitcast<f32>(select(~key, key & 0x7fffffffu, key >= 0x80000000u));
  let before = thresholds[0];
  thresholds[0] = select(before + RATE * (smallest - before), smallest, before == 0.0);
}

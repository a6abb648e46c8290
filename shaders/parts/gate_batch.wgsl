// The WANTED largest scores of the batch win; those equal to the last of them in the order of rows and units. The key
// of the last winner is found in parts/batch_key.wgsl and kept at FOUND_OFFSET, with how many scores equal to it win.
override WANTED: u32;
override FOUND_OFFSET: u32;

var<private> limit: u32;

fn find_limit(row: u32, lane: u32) {
  let found = found_before(2u, lane);
  limit = found.x;
  if (row == 0u && lane == 0u) {
    atomicStore(&gate[FOUND_OFFSET + 4u], found.x);
    atomicStore(&gate[FOUND_OFFSET + 5u], found.y);
  }
}
fn read_limit() { limit = atomicLoad(&gate[FOUND_OFFSET + 4u]); }
fn standing_of(score: f32, unit: u32) -> u32 {
  let key = key_of(score);
  if (key > limit) { return WINS; }
  return select(LOSES, TIES, key == limit && key != 0u);
}
fn code_of(score: f32, unit: u32) -> f32 { return score; }

// The places of a row of a batch's gate, from the counts of the rows before it (parts/counts_summed.wgsl). Units at the
// limit win in the order of rows while places are left.
//
// The smallest score that won is averaged over the batches, for the threshold that takes the place of the gate at
// inference:
//
//   threshold += RATE (smallest - threshold), from the first batch's on
//
// A batch with fewer winners than places has no limit and leaves the threshold as it was.
// thresholds  [1]
override COUNTS_OFFSET: u32;
override SUMS_OFFSET: u32;
override BLOCK: u32;
override RATE: f32;

@group(0) @binding(6) var<storage, read_write> thresholds: array<f32>;

var<workgroup> shares: array<vec2<u32>, WG>;

fn pair(at: u32) -> vec2<u32> { return vec2<u32>(atomicLoad(&gate[at]), atomicLoad(&gate[at + 1u])); }

// x: the first place of the row, y: how many of its units at the limit win.
fn begin_row(row: u32, lane: u32) -> vec2<u32> {
  let block = row / BLOCK;
  var share = vec2<u32>(0u);
  for (var i = lane; i < block; i += WG) { share += pair(SUMS_OFFSET + 2u * i); }
  for (var i = block * BLOCK + lane; i < row; i += WG) { share += pair(COUNTS_OFFSET + 2u * i); }
  shares[lane] = share;
  workgroupBarrier();
  var before = vec2<u32>(0u);
  for (var i = 0u; i < WG; i += 1u) { before += shares[i]; }
  let at_limit = atomicLoad(&gate[FOUND_OFFSET + 5u]);
  let own = pair(COUNTS_OFFSET + 2u * row);
  let taken = min(before.y, at_limit);
  let ties = min(own.y, at_limit - taken);
  let first = before.x + taken;
  if (lane == 0u) {
    active_units[ROW_START_OFFSET + row + 1u] = first + own.x + ties;
    if (row == 0u) {
      active_units[ROW_START_OFFSET] = 0u;
      keep_limit();
    }
  }
  return vec2<u32>(first, ties);
}

fn keep_limit() {
  let key = atomicLoad(&gate[FOUND_OFFSET + 4u]);
  if (key == 0u) { return; }
  let smallest = bitcast<f32>(select(~key, key & 0x7fffffffu, key >= 0x80000000u));
  let before = thresholds[0];
  thresholds[0] = select(before + RATE * (smallest - before), smallest, before == 0.0);
}

// Winners of a row and its units at the limit of the batch, for parts/begin_summed.wgsl: of the row at COUNTS_OFFSET
// [B, 2], and in the sums of blocks of rows at SUMS_OFFSET [B / BLOCK, 2], zero at the start.
override COUNTS_OFFSET: u32;
override SUMS_OFFSET: u32;
override BLOCK: u32;

fn keep_counts(row: u32, counts: vec2<u32>) {
  atomicStore(&gate[COUNTS_OFFSET + 2u * row], counts.x);
  atomicStore(&gate[COUNTS_OFFSET + 2u * row + 1u], counts.y);
  atomicAdd(&gate[SUMS_OFFSET + 2u * (row / BLOCK)], counts.x);
  atomicAdd(&gate[SUMS_OFFSET + 2u * (row / BLOCK) + 1u], counts.y);
}
